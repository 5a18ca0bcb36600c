// The smallest input that still breaks the same rule: what a person can look at.

import type { Input } from './target.js'

const maxTries = 3000
/** Of an input that is found because it takes long, fewer tries must do. */
const maxMs = 30_000

/** @param breaks whether an input breaks the rule, too; if `found` itself does not when it runs alone, it stays as it is */
export async function shrink(found: Input, breaks: (input: Input) => Promise<boolean>): Promise<Input> {
  let best = found
  let tries = 0
  const begun = performance.now()
  const isEnough = (): boolean => tries >= maxTries || performance.now() - begun > maxMs
  const adopt = async (candidate: Input): Promise<boolean> => {
    if (isEnough()) return false
    tries += 1
    if (!(await breaks(candidate))) return false
    best = candidate
    return true
  }

  if (!(await breaks(found))) return found
  for (let before = -1; before !== sizeOf(best) && !isEnough(); ) {
    before = sizeOf(best)
    for (let field = 0; field < best.length; field++) {
      await cut(() => best, field, adopt)
      await simplify(() => best, field, adopt)
    }
  }
  return best
}

type Adopt = (candidate: Input) => Promise<boolean>

/** Leaves out parts, large ones first. */
async function cut(current: () => Input, field: number, adopt: Adopt): Promise<void> {
  const text = (): string => current()[field] ?? ''
  for (let size = text().length; size >= 1; size = Math.floor(size / 2)) {
    for (let at = 0; at < text().length; ) {
      const shorter = text().slice(0, at) + text().slice(at + size)
      if (!(await adopt(current().with(field, shorter)))) at += size
    }
  }
}

/** Replaces characters by the plainest that do. */
async function simplify(current: () => Input, field: number, adopt: Adopt): Promise<void> {
  for (let at = 0; at < (current()[field] ?? '').length; at++) {
    const text = current()[field] ?? ''
    const found = text[at] ?? ''
    for (const plain of ['0', 'a'].filter(
      (char) => found > '~' || (char < found && /[1-9b-zA-Z]/.test(found)),
    )) {
      if (await adopt(current().with(field, text.slice(0, at) + plain + text.slice(at + 1)))) break
    }
  }
}

function sizeOf(input: Input): number {
  return input.reduce((sum, text) => sum + text.length, 0)
}
