// The Authorization header: which values are a bearer token, and that none is guessed at or costs more than its length.

import { describe, expect, it } from 'vitest'
import { readBearer } from '../../packages/sessera/src/http/bearer.js'
import { duplicated } from '../../packages/sessera/src/http/message.js'
import { refusalOf } from './fake-request.js'

describe('an Authorization header', () => {
  it.each([
    ['Bearer abc', 'abc'],
    ['bearer abc', 'abc'],
    ['BEARER abc', 'abc'],
    ['Bearer eyJ0.eyJz.c2ln-_', 'eyJ0.eyJz.c2ln-_'],
    ['Bearer a~b+c/d==', 'a~b+c/d=='],
  ])('carries a token: %j', (header, token) => {
    expect(readBearer(header)).toBe(token)
  })

  it.each([
    [null],
    [''],
    ['Basic dXNlcjpwYXNz'],
    ['DPoP abc'],
    ['Digest username="a", realm="b"'],
    ['BearerX abc'],
    ['Bearer-Token abc'],
    ['abc'],
    [' Bearer abc'],
  ])('is somebody else’s: %j', (header) => {
    expect(readBearer(header)).toBeNull()
  })

  it.each([
    ['Bearer'],
    ['Bearer '],
    ['Bearer  abc'],
    ['Bearer\tabc'],
    ['Bearer\u00a0abc'],
    ['Bearer abc '],
    ['Bearer abc\n'],
    ['Bearer abc def'],
    ['Bearer abc, Bearer def'],
    ['Bearer a,b'],
    ['Bearer "abc"'],
    ['Bearer =abc'],
    ['Bearer a=b'],
    ['Bearer äbc'],
    ['Bearer a\0b'],
    ['Bearer,abc'],
    ['Bearer:abc'],
  ])('is a malformed token: %j', (header) => {
    expect(refusalOf(() => readBearer(header))).toBe('invalid_token')
  })

  it('that came twice is not guessed at', () => {
    expect(refusalOf(() => readBearer(duplicated))).toBe('ambiguous_credentials')
  })

  it('of ten megabytes is judged in linear time, or this would not end', () => {
    expect(readBearer(`Bearer ${'a'.repeat(10_000_000)}`)).toHaveLength(10_000_000)
    expect(refusalOf(() => readBearer(`Bearer ${'='.repeat(10_000_000)}`))).toBe('invalid_token')
    expect(refusalOf(() => readBearer(`Bearer ${'a='.repeat(5_000_000)}`))).toBe('invalid_token')
  })
})
