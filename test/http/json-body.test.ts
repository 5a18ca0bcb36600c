// Which bodies are JSON for a route: type, absence, size and shape are judged before anything is made of them.

import { describe, expect, it } from 'vitest'
import { readJson } from '../../packages/sessera/src/http/json-body.js'
import { asyncRefusalOf, fakeRequest } from './fake-request.js'

const json = { 'content-type': 'application/json' }
const nested = (depth: number): string => `${'{"a":'.repeat(depth - 1)}{}${'}'.repeat(depth - 1)}`
const wide = (members: number): string => `{${Array.from({ length: members }, (_, i) => `"m${i}":0`).join()}}`

const required = { optional: false }
const fromText = (text: string) => readJson(fakeRequest({ method: 'POST', headers: json, text }), required)
const fromParsed = (parsed: unknown) =>
  readJson(fakeRequest({ method: 'POST', headers: json, parsed }), required)

describe('the type of a JSON body', () => {
  it.each([
    ['application/json'],
    ['Application/JSON'],
    ['application/json; charset=utf-8'],
    ['application/json;charset=UTF-8'],
    ['application/json ; charset="utf-8" '],
  ])('may be %j', async (type) => {
    expect(
      await readJson(fakeRequest({ headers: { 'content-type': type }, text: '{"a":1}' }), required),
    ).toEqual({ a: 1 })
  })

  it.each<[string | readonly string[] | null]>([
    ['text/plain'],
    ['text/plain; application/json'],
    ['application/x-www-form-urlencoded'],
    ['multipart/form-data; boundary=application/json'],
    ['application/json, text/plain'],
    ['application/json; charset=utf-16'],
    ['application/json; charset=utf-8; charset=utf-16'],
    ['application/json; boundary=x'],
    ['application/jsonp'],
    ['application/problem+json'],
    ['json'],
    [''],
    [['application/json', 'application/json']],
    [null],
  ])('may not be %j, parsed by a framework or not', async (type) => {
    const headers = type === null ? {} : { 'content-type': type }
    expect(await asyncRefusalOf(() => readJson(fakeRequest({ headers, text: '{"a":1}' }), required))).toBe(
      'unsupported_media_type',
    )
    expect(await asyncRefusalOf(() => readJson(fakeRequest({ headers, parsed: { a: 1 } }), required))).toBe(
      'unsupported_media_type',
    )
  })

  it('is judged before the body is waited for', async () => {
    const request = fakeRequest({ headers: { 'content-type': 'text/plain' } })
    const never = { ...request, body: () => new Promise<never>(() => {}) }
    expect(await asyncRefusalOf(() => readJson(never, required))).toBe('unsupported_media_type')
  })
})

describe('an absent body', () => {
  it.each([
    ['no bytes', fakeRequest({ text: '' })],
    ['no bytes, but a type', fakeRequest({ headers: json, text: '' })],
    ['what frameworks put in its place', fakeRequest({ parsed: {} })],
  ])('is an empty object where the route allows it: %s', async (_, request) => {
    expect(await readJson(request, { optional: true })).toEqual({})
    expect(await asyncRefusalOf(() => readJson(request, required))).toBe('invalid_request')
  })

  it.each([['text/plain'], ['application/x-www-form-urlencoded']])(
    'of another type is refused all the same: %s',
    async (type) => {
      const request = fakeRequest({ headers: { 'content-type': type } })
      expect(await asyncRefusalOf(() => readJson(request, { optional: true }))).toBe('unsupported_media_type')
    },
  )
})

describe('a JSON body', () => {
  it('is an object', async () => {
    expect(await fromText(' {"a":[1,{"b":"\\u00e4"}],"c":null} ')).toEqual({ a: [1, { b: 'ä' }], c: null })
    expect(await fromParsed({ a: [1, { b: 'ä' }], c: null })).toEqual({ a: [1, { b: 'ä' }], c: null })
  })

  it.each([
    ['an array', '[]'],
    ['a string', '"{}"'],
    ['a number', '1'],
    ['null', 'null'],
  ])('is refused as %s', async (_, text) => {
    expect(await asyncRefusalOf(() => fromText(text))).toBe('invalid_request')
    expect(await asyncRefusalOf(() => fromParsed(JSON.parse(text)))).toBe('invalid_request')
  })

  it.each([
    ['cut short', '{"a":1'],
    ['with a tail', '{"a":1}{}'],
    ['with a byte order mark', '\ufeff{"a":1}'],
    ['a comment', '{"a":1/**/}'],
    ['single quotes', "{'a':1}"],
    ['a duplicate member', '{"role":"user","role":"admin"}'],
    ['a duplicate in disguise', '{"role":"user","\\u0072ole":"admin"}'],
    ['a duplicate further down', '{"a":{"b":1,"b":2}}'],
    ['NaN', '{"a":NaN}'],
    ['blank', ' '],
  ])('is refused %s', async (_, text) => {
    expect(await asyncRefusalOf(() => fromText(text))).toBe('invalid_request')
  })

  it.each([
    ['{"__proto__":{"role":"admin"}}'],
    ['{"\\u005f_proto__":{"role":"admin"}}'],
    ['{"constructor":{"prototype":{"role":"admin"}}}'],
    ['{"prototype":1}'],
    ['{"a":[{"b":{"__proto__":1}}]}'],
    ['{"a":[[{"constructor":1}]]}'],
  ])('is refused when a member could reach a prototype: %s', async (text) => {
    expect(await asyncRefusalOf(() => fromText(text))).toBe('invalid_request')
    expect(await asyncRefusalOf(() => fromParsed(JSON.parse(text)))).toBe('invalid_request')
  })

  it.each([
    ['32 levels deep', nested(32), 'allowed'],
    ['33 levels deep', nested(33), 'invalid_request'],
    ['32 levels of arrays', `{"a":${'['.repeat(31)}${']'.repeat(31)}}`, 'allowed'],
    ['33 levels of arrays', `{"a":${'['.repeat(32)}${']'.repeat(32)}}`, 'invalid_request'],
    ['of 1000 members', wide(1000), 'allowed'],
    ['of 1001 members', wide(1001), 'invalid_request'],
    ['of 1001 members in two objects', `{"a":${wide(500)},"b":${wide(499)}}`, 'invalid_request'],
  ])('%s is judged alike, whoever parsed it', async (_, text, expected) => {
    expect(await asyncRefusalOf(() => fromText(text))).toBe(expected)
    expect(await asyncRefusalOf(() => fromParsed(JSON.parse(text)))).toBe(expected)
  })

  it('of ten thousand brackets is refused', async () => {
    expect(await asyncRefusalOf(() => fromText(`{"a":${'['.repeat(10_000)}${']'.repeat(10_000)}}`))).toBe(
      'invalid_request',
    )
  })
})
