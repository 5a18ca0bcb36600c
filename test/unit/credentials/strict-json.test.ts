import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
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
        fc.pre(!text.includes('__proto__'))
        expect(parseStrictJson(text, generous)).toEqual(JSON.parse(text))
      }),
    )
  })
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
