// A bounded first-come-first-served queue. Whoever does not fit is told so at once and never passed through unhashed.

import { AuthError } from '../errors.js'
import type { PasswordLoad } from '../ports/passwords.js'

export interface HashQueue {
  /**
   * Runs `work` when its turn comes.
   *
   * @throws AuthError `overloaded` when too many are waiting already (ASVS 15.2.2).
   */
  run<T>(work: () => Promise<T>): Promise<T>
  load(): PasswordLoad
}

/** At most `concurrency` at work and `queueLimit` waiting. */
export function createHashQueue({
  concurrency,
  queueLimit,
}: {
  readonly concurrency: number
  readonly queueLimit: number
}): HashQueue {
  const waiting: (() => void)[] = []
  let atWork = 0
  let refused = 0

  // A place is handed over, not freed and taken again: a newcomer cannot slip in between.
  function leave(): void {
    const next = waiting.shift()
    if (next === undefined) atWork -= 1
    else next()
  }

  async function enter(): Promise<void> {
    if (atWork < concurrency) {
      atWork += 1
      return
    }
    if (waiting.length >= queueLimit) {
      refused += 1
      throw new AuthError('overloaded', { retryAfterSeconds: 1 })
    }
    await new Promise<void>((resolve) => waiting.push(resolve))
  }

  return {
    async run(work) {
      await enter()
      try {
        return await work()
      } finally {
        leave()
      }
    },
    load: () => ({ running: atWork, waiting: waiting.length, refused }),
  }
}
