// What is counted in a JSON text without parsing it is what a parser finds there.

import fc from 'fast-check'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { readJson } from '../../packages/sessera/src/http/json-body.js'
import { isBoundedJson } from '../../packages/sessera/src/http/json-shape.js'
import { asyncRefusalOf, fakeRequest } from './fake-request.js'

interface Counted {
  readonly depth: number
  readonly members: number
  readonly commas: number
}

function countIn(value: unknown): Counted {
  if (typeof value !== 'object' || value === null) return { depth: 0, members: 0, commas: 0 }
  const inside = Object.values(value).map(countIn)
  const sum = (of: (counted: Counted) => number): number => inside.reduce((all, one) => all + of(one), 0)
  return {
    depth: 1 + Math.max(0, ...inside.map(({ depth }) => depth)),
    members: (Array.isArray(value) ? 0 : inside.length) + sum(({ members }) => members),
    commas: Math.max(0, inside.length - 1) + sum(({ commas }) => commas),
  }
}

const tricky = fc.string({ unit: fc.constantFrom('"', '\\', ',', ':', '{', '}', '[', ']', 'a', 'ä', '\n') })
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { maxDepth: 5 },
    tricky,
    fc.integer(),
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.dictionary(tricky, tie('tree'), { maxKeys: 4 }),
  ),
}))

describe('the shape of a JSON text', () => {
  it('is within its bounds exactly when there is not more in it', () => {
    fc.assert(
      fc.property(tree, fc.constantFrom(0, 1, 2), (value, indent) => {
        const text = JSON.stringify(value, null, indent)
        const { depth: maxDepth, members: maxMembers, commas: maxCommas } = countIn(value)
        const shape = { maxDepth, maxMembers, maxCommas }
        expect(isBoundedJson(text, shape)).toBe(true)
        for (const bound of ['maxDepth', 'maxMembers', 'maxCommas'] as const) {
          if (shape[bound] === 0) continue
          expect(isBoundedJson(text, { ...shape, [bound]: shape[bound] - 1 })).toBe(false)
        }
      }),
    )
  })

  it('is found to its end in what is no JSON at all', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('"', '\\', '{', ':', ',') }), (text) => {
        const { length } = text
        expect(isBoundedJson(text, { maxDepth: length, maxMembers: length, maxCommas: length })).toBe(true)
      }),
    )
  })
})

describe('a JSON body', () => {
  it.each([
    ['as deep as a body can be', '['.repeat(30_000) + ']'.repeat(30_000)],
    ['of as many items', `[${'0,'.repeat(30_000)}0]`],
    ['of as many members', `{${Array.from({ length: 7000 }, (_, at) => `"${at}":0`).join()}}`],
  ])('with a value %s is refused before it is parsed', async (_, value) => {
    const text = `{"username":${value}}`
    const request = fakeRequest({ method: 'POST', headers: { 'content-type': 'application/json' }, text })
    const parse = vi.spyOn(JSON, 'parse')
    onTestFinished(() => parse.mockRestore())
    expect(await asyncRefusalOf(() => readJson(request, { optional: false }))).toBe('invalid_request')
    expect(parse).not.toHaveBeenCalled()
  })
})
