// JSON of tokens: one meaning or none, within bounds, and what is accepted is what JSON.parse reads.

import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { parseStrictJson } from '../../../packages/sessera/src/credentials/strict-json.js'

const limits = { maxDepth: 4, maxMembers: 6 }
const generous = { maxDepth: 1000, maxMembers: 1_000_000 }

describe('refused', () => {
  test.each([
    ['a member twice', '{"a":1,"a":1}'],
    ['a member twice, the second spelt with an escape', '{"a":1,"\\u0061":2}'],
    ['a member twice, both spelt with escapes', '{"\\n":1,"\\u000a":2}'],
    ['a member twice, with blanks before the colon', '{"a" :1,"a"\n\t:2}'],
    ['a member twice, with others between', '{"a":{"b":[1,{"c":2}]},"d":"}","a":1}'],
    ['a member twice inside a list', '{"x":[{"a":1,"a":2}]}'],
    ['an empty name twice', '{"":1,"":2}'],
    ['__proto__', '{"__proto__":{"admin":true}}'],
    ['__proto__ deep inside', '{"a":[{"__proto__":null}]}'],
    ['__proto__ spelt with an escape', '{"\\u005f_proto__":1}'],
    ['a name with a backslash', '{"a":{"b\\\\":1}}'],
    ['one level too deep', '{"a":[[[[]]]]}'],
    ['one member too many', '{"a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1}'],
    ['one member too many, spread over objects', '{"a":{"b":{"c":1}},"d":[{"e":1},{"f":1},{"g":1}]}'],
    ['a list', '[]'],
    ['text', '"a"'],
    ['null', 'null'],
    ['nothing', ''],
    ['two objects', '{}{}'],
    ['a trailing comma', '{"a":1,}'],
    ['an open string', '{"a":"'],
    ['Infinity', '{"a":Infinity}'],
    ['a byte order mark', '\ufeff{}'],
  ])('%s', (_, text) => {
    expect(parseStrictJson(text, limits)).toBeNull()
  })

  test('names the caller refuses, at any depth', () => {
    const refusedNames = new Set(['constructor'])
    expect(parseStrictJson('{"a":{"constructor":1}}', { ...limits, refusedNames })).toBeNull()
    expect(parseStrictJson('{"a":{"constructor":1}}', limits)).not.toBeNull()
  })
})

describe('accepted', () => {
  test.each([
    ['the same name in different objects', '{"a":{"a":{"a":1}},"b":[{"a":1},{"a":2}]}'],
    ['values that equal names', '{"a":"a","b":["a","b","a"]}'],
    ['text that looks like members', '{"a":"\\"a\\":1,\\"a\\":{[","b":"{\\"a\\":1"}'],
    ['a backslash at the end of text', '{"a":"\\\\","b":"\\\\\\""}'],
    ['the deepest', '{"a":[[[]]]}'],
    ['names of inherited properties', '{"toString":1,"constructor":2,"hasOwnProperty":3}'],
    ['brackets that close and open again', '{"a":[[],[],[],[],[]],"b":[{},{}]}'],
  ])('%s', (_, text) => {
    expect(parseStrictJson(text, limits)).toEqual(JSON.parse(text))
  })

  test('whatever JSON.stringify makes of an object', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.constantFrom(0, 2), (value, indent) => {
        const text = JSON.stringify(value, null, indent)
        fc.pre(!text.includes('__proto__') && !namesIn(value).some(hasBackslash))
        expect(parseStrictJson(text, generous)).toEqual(JSON.parse(text))
      }),
    )
  })
})

function namesIn(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return []
  const below = Object.values(value).flatMap(namesIn)
  return Array.isArray(value) ? below : [...Object.keys(value), ...below]
}

const hasBackslash = (name: string): boolean => name.includes('\\')

test('an error that is not about the text is passed on', () => {
  const parse = vi.spyOn(JSON, 'parse').mockImplementation(() => {
    throw new RangeError('out of memory')
  })
  try {
    expect(() => parseStrictJson('{}', limits)).toThrow('out of memory')
  } finally {
    parse.mockRestore()
  }
})

test('what JSON.parse of some versions misreads is refused, not misread', () => {
  for (let time = 0; time < 100; time++) parseStrictJson('{"\\"":"","\\\\":""}', limits)
  for (const text of ['{"\\"":"","\\"":""}', '{"a":1,"\\\\":2}'])
    expect(parseStrictJson(text, limits)).toBeNull()
})

test('any member written twice is noticed', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }), fc.nat(), (value, pick) => {
      const names = Object.keys(value)
      const name = JSON.stringify(names[pick % names.length])
      expect(parseStrictJson(`{${name}:0,${JSON.stringify(value).slice(1)}`, generous)).toBeNull()
    }),
  )
})

type Written =
  | string
  | number
  | null
  | readonly Written[]
  | { readonly members: readonly (readonly [string, Written])[] }

describe('however a text is spelt', () => {
  const blank = fc.constantFrom('', '', ' ', '\n\t')
  const names = ['a', 'b', '"', '\\', '":', '', '__proto__', 'constructor', 'é', '1']
  const { written } = fc.letrec<{ written: Written }>((tie) => ({
    written: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.constantFrom<Written[]>('', 'a', '"a":1', '\\', '\\"', '{"a":', ',', ':'),
      fc.constantFrom<Written[]>(0, 1e300, null),
      fc.array(tie('written'), { maxLength: 3 }),
      fc.record({ members: fc.array(fc.tuple(fc.constantFrom(...names), tie('written')), { maxLength: 4 }) }),
    ),
  }))
  const object = fc.record({
    members: fc.array(fc.tuple(fc.constantFrom(...names), written), { minLength: 1, maxLength: 4 }),
  })

  test('it is refused exactly for a name twice, a refused name, or too much of anything', () => {
    const bounds = { ...limits, refusedNames: new Set(['constructor']) }
    let accepted = 0
    fc.assert(
      fc.property(object, fc.gen(), (value, gen) => {
        const text = spell(value, {
          blank: () => gen(() => blank),
          escaped: () => gen(fc.boolean),
        })
        const parsed = parseStrictJson(text, bounds)
        if (parsed !== null) accepted += 1
        const read: unknown = JSON.parse(text)
        const isAccepted = isReadOneWay(value, bounds) && !namesIn(read).some(hasBackslash)
        expect(parsed).toEqual(isAccepted ? read : null)
      }),
      { numRuns: 3000 },
    )
    expect(accepted).toBeGreaterThan(300)
  })
})

interface Spelling {
  blank(): string
  escaped(): boolean
}

function spell(value: Written, spelling: Spelling): string {
  const around = (text: string): string => `${spelling.blank()}${text}${spelling.blank()}`
  const quoted = (text: string): string =>
    spelling.escaped()
      ? `"${[...text].map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')}"`
      : JSON.stringify(text)
  if (typeof value === 'string') return around(quoted(value))
  if (typeof value === 'number' || value === null) return around(JSON.stringify(value))
  if (isWrittenList(value)) return around(`[${value.map((item) => spell(item, spelling)).join()}]`)
  const members = value.members.map(([name, item]) => `${around(quoted(name))}:${spell(item, spelling)}`)
  return around(`{${members.join()}}`)
}

function isReadOneWay(
  value: Written,
  { maxDepth, maxMembers, refusedNames }: typeof limits & { refusedNames: ReadonlySet<string> },
): boolean {
  let members = 0
  const isFine = (item: Written, depth: number): boolean => {
    if (typeof item !== 'object' || item === null) return true
    if (depth > maxDepth) return false
    if (isWrittenList(item)) return item.every((each) => isFine(each, depth + 1))
    const names = item.members.map(([name]) => name)
    members += names.length
    const isRefused = names.some(
      (name) => name === '__proto__' || hasBackslash(name) || refusedNames.has(name),
    )
    const isTwice = new Set(names).size < names.length
    return !isRefused && !isTwice && item.members.every(([, each]) => isFine(each, depth + 1))
  }
  return isFine(value, 1) && members <= maxMembers
}

function isWrittenList(value: Written): value is readonly Written[] {
  return Array.isArray(value)
}

test('what others left on Object.prototype stands for no lost member', () => {
  const planted = { value: 'x', enumerable: true, configurable: true, writable: true }
  const texts = ['{"a":"x","a":"y"}', '{"a":1,"a":2}', '{"a":1}']
  Object.defineProperty(Object.prototype, 'planted', planted)
  const parsed = texts.map((text) => parseStrictJson(text, limits))
  Reflect.deleteProperty(Object.prototype, 'planted')
  expect(parsed).toEqual([null, null, { a: 1 }])
})

test.each([
  ['1,000,000 open objects', '{"a":'.repeat(1_000_000)],
  ['1,000,000 nested lists', `{"a":${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}}`],
  ['1,000,000 escaped quotes without an end', `{"a":"${'\\"'.repeat(1_000_000)}`],
  ['1,000,000 quotes', '"'.repeat(1_000_000)],
  ['a name of 1,000,000 backslashes', `{"${'\\\\'.repeat(1_000_000)}":1}`],
  ['1,000,000 blanks after text', `{"a":"b"${' '.repeat(1_000_000)}}`],
])('%s are answered, in linear time or this would not end', (_, text) => {
  expect(() => parseStrictJson(text, limits)).not.toThrow()
})
