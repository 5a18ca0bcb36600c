// The MAC of handles is HMAC-SHA256 and nothing else: held against RFC 4231 and Node's own.

import { createHmac, createSecretKey } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createMac } from '../../../packages/sessera/src/credentials/mac.js'

test.each([
  [
    'case 1',
    '0b'.repeat(20),
    Buffer.from('Hi There').toString('hex'),
    'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
  ],
  [
    'case 2',
    Buffer.from('Jefe').toString('hex'),
    Buffer.from('what do ya want for nothing?').toString('hex'),
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  ],
  [
    'case 3',
    'aa'.repeat(20),
    'dd'.repeat(50),
    '773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe',
  ],
])('RFC 4231, %s', (_, key, message, expected) => {
  const mac = createMac(createSecretKey(key, 'hex'))
  expect(mac(Buffer.from(message, 'hex')).toString('hex')).toBe(expected)
})

test('any key of at most a block and any message: what createHmac makes of them, every time', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 64 }),
      fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 5 }),
      (bytes, messages) => {
        const key = createSecretKey(bytes)
        const mac = createMac(key)
        // All first: an answer must not share its memory with the next one.
        const answers = messages.map((message) => mac(message))
        expect(answers).toEqual(messages.map((message) => createHmac('sha256', key).update(message).digest()))
      },
    ),
  )
})

test.each([1, 32, 63, 64])('a key of %i bytes is one', (length) => {
  const key = createSecretKey(Buffer.alloc(length, 0xa5))
  const message = Buffer.from('message')
  expect(createMac(key)(message)).toEqual(createHmac('sha256', key).update(message).digest())
})

test('a key longer than a block is refused, for RFC 2104 would have it hashed', () => {
  expect(() => createMac(createSecretKey(Buffer.alloc(65)))).toThrow(RangeError)
})
