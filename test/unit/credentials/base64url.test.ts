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
