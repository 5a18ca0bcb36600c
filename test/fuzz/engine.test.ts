// The fuzzer itself: it finds what was planted, says so in few characters, and its counters change no meaning.

import { afterEach, describe, expect, it } from 'vitest'
import { parseAst } from 'vitest/node'
import { type Blocks, readBlocks } from './engine/blocks.js'
import { type FoundInput, fuzz } from './engine/fuzz.js'
import { blockCounts, countBlocks, instrumented, wordsInCode } from './engine/instrument.mjs'
import { createChoices } from './engine/random.js'
import { rememberSurroundings } from './engine/surroundings.js'
import { hold, type Target } from './engine/target.js'
import { findChange } from './engine/trial.js'

const most = 60_000

afterEach(() => {
  Reflect.deleteProperty(Object.prototype, 'polluted')
})

describe('the fuzzer', () => {
  it('finds what only a chain of right characters reaches, because it follows the counters', async () => {
    const check = compile(`
      function check(text) {
        if (text.length < 4) return 'short'
        if (text[0] === 'q') { if (text[1] === '7') { if (text[2] === 'z') { if (text[3] === '!') return 'deep' } } }
        return 'other'
      }`)
    const target = toy(([text = '']) => {
      const outcome = check(text)
      hold(outcome !== 'deep', 'the deep place is reached', text)
      return outcome
    })
    const { found } = await hunt(target, countBlocks)
    expect(found?.input).toEqual(['q7z!'])
    expect((await hunt(target, () => 0)).found).toBeNull()
  })

  it('finds an error that is no refusal', async () => {
    const { found } = await hunt(toy(([text = '']) => decodeURIComponent(text)))
    expect(found).toMatchObject({ rule: 'threw URIError', input: ['%'] })
  })

  it('finds state that is left over from one input to the next', async () => {
    const pattern = /a/g
    const { found } = await hunt(toy(([text = '']) => String(pattern.test(text))))
    expect(found?.rule).toBe('the same input was judged in two ways')
  })

  it('finds a polluted prototype', async () => {
    const merge = (found: Record<string, object>): void => {
      const to: Record<string, object> = {}
      for (const name of Object.keys(found)) Object.assign(to[name] ?? {}, found[name])
    }
    const target = toy(
      ([text = '']) => {
        try {
          merge(JSON.parse(text))
        } catch {
          return 'not JSON'
        }
        return 'merged'
      },
      ['{"__proto__":{"polluted":1}}'],
    )
    const { found } = await hunt(target)
    expect(found?.rule).toBe('an input changed Object.prototype')
  })

  it('sees a shared function that was replaced', () => {
    const around = rememberSurroundings()
    const { parse } = JSON
    JSON.parse = (text: string) => parse(text)
    const find = findChange(around)
    JSON.parse = parse
    expect(find?.rule).toBe('an input changed something shared')
    expect(findChange(around)).toBeNull()
  })

  it('finds work that grows with the square of the length, and lets pass what grows with the length', async () => {
    const [square, linear] = [
      'let sum = 0; for (const a of text) for (const b of text) sum++; return String(sum > 0)',
      'let sum = 0; for (const a of text) sum++; for (const a of text) sum++; return String(sum > 0)',
    ].map((body) => compile(`function check(text) { ${body} }`))
    const found = await hunt(
      toy(([text = '']) => square?.(text) ?? ''),
      countBlocks,
    )
    expect(found.found?.rule).toBe('work grows faster than the input')
    expect(
      (
        await hunt(
          toy(([text = '']) => linear?.(text) ?? ''),
          countBlocks,
          3000,
        )
      ).found,
    ).toBeNull()
  })

  it('does the same again for the same seed', async () => {
    const texts: string[][] = [[], []]
    for (const seen of texts) {
      const note = ([text = '']: readonly string[]): string => {
        seen.push(text)
        return String(text.length % 3)
      }
      await hunt(toy(note), () => 0, 500)
    }
    expect(texts[0]?.length).toBeGreaterThan(500)
    expect(texts[1]).toEqual(texts[0])
  })
})

describe('the counters', () => {
  const sources = [
    'function check(text) { return text === "a" ? "x" : text && (text.length > 2 || "short") }',
    'function check(text) { const f = (a) => ({ a }); if (text) return f(text).a; else if (text === "") return "e"; return "z" }',
    'function check(text) { let r = ""; for (let i = 0; i < text.length; i++) r += text[i]; do r += "."; while (r.length < 3); return r }',
    'function check(text) { switch (text) { case "a": return "x"; case "b": case "c": return "y"; default: break } try { null.x } catch { return "caught" } }',
    'function check(text) { for (const a of text) if (a === "b") return a; for (const a in { t: 1 }) return a }',
    'function check(text) { class A { #n = text; get n() { return this.#n ?? "none" } } return new A().n?.slice(0, 1) }',
  ]

  it.each(sources)('leave the meaning: %s', (source) => {
    const plain = new Function(`${source}; return check`)() as Check
    const counted = compile(source)
    for (const text of ['', 'a', 'b', 'c', 'abc']) expect(counted(text)).toEqual(plain(text))
  })

  it('count each branch where it is taken', () => {
    const check = compile('function check(text) { if (text === "a") return "yes"; return "no" }')
    const blocks = countedBy(() => check('a'))
    expect(blocks.isNew()).toBe(true)
    expect(blocks.isNew()).toBe(false)
    blocks.reset()
    check('b')
    expect(blocks.isNew()).toBe(true)
    expect(blocks.steps()).toBe(2)
  })

  it('collect the words that the code looks for', () => {
    compile('function check(text) { return String(text === "a word of its own") }')
    expect(wordsInCode).toContain('a word of its own')
  })
})

type Check = (text: string) => string

function compile(source: string): Check {
  Object.assign(globalThis, { __fuzzedBlocks: blockCounts })
  const program = parseAst(source) as unknown as Parameters<typeof instrumented>[1]
  return new Function(`${instrumented(source, program)}; return check`)() as Check
}

function countedBy(run: () => void): Blocks {
  const blocks = readBlocks(countBlocks)
  blocks.reset()
  run()
  return blocks
}

function toy(run: (input: readonly string[]) => string, words: readonly string[] = []): Target {
  return { name: 'toy', seeds: [['hello']], words, maxLength: 64, fixedSteps: 100, run }
}

function hunt(
  target: Target,
  usedBlocks: () => number = () => 0,
  executions = most,
): Promise<{ readonly found: FoundInput | null }> {
  return fuzz({
    target,
    choices: createChoices('a seed'),
    corpus: [],
    usedBlocks,
    wordsInCode,
    isOver: (done) => done >= executions,
  })
}
