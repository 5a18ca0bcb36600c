// Bytes have one spelling in base64url, and any other is refused.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeBase64url, isBase64urlOf } from '../../../packages/sessera/src/credentials/base64url.js'

test('bytes survive', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      const text = Buffer.from(bytes).toString('base64url')
      expect(decodeBase64url(text)).toEqual(Buffer.from(bytes))
      expect(isBase64urlOf(text, bytes.length)).toBe(true)
      expect(isBase64urlOf(text, bytes.length + 1)).toBe(false)
    }),
  )
})

test('of all texts that Buffer reads as the same bytes, one is accepted', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'AQgwBx-_+/= \n') }), (text) => {
      const canonical = Buffer.from(text, 'base64url').toString('base64url')
      expect(decodeBase64url(text) === null).toBe(text !== canonical)
    }),
  )
})

test.each([
  ['padding', 'AAAAAA=='],
  ['the other alphabet', '+/+/'],
  ['a blank', 'AA AA'],
  ['a newline at the end', 'AAAA\n'],
  ['spare bits', 'AB'],
  ['a lone character', 'A'],
  ['five characters', 'AAAAA'],
  ['a character beyond ASCII', 'AAA\u0141'],
])('%s is refused', (_, text) => {
  expect(decodeBase64url(text)).toBeNull()
})

test('the length of a spelling is told without decoding, and never otherwise than by decoding', () => {
  const near = fc
    .tuple(fc.uint8Array({ maxLength: 20 }), fc.nat(), fc.constantFrom(...'AQgwBEx-_+/= \n\u0141', ''))
    .map(([bytes, at, to]) => {
      const text = Buffer.from(bytes).toString('base64url')
      const index = text.length - 1 - (at % 3)
      return text.slice(0, Math.max(index, 0)) + to + text.slice(index + 1)
    })
  fc.assert(
    fc.property(near, fc.constantFrom(-1, 0, 1), (text, off) => {
      const length = Math.floor((text.length * 3) / 4) + off
      expect(isBase64urlOf(text, length)).toBe(decodeBase64url(text)?.length === length)
    }),
    { numRuns: 1000 },
  )
})
