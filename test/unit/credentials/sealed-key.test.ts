// A signing key at rest: it opens under a secret of the list, and stays shut whatever is done to it.

import { createCipheriv } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { openSealedKey, sealKey } from '../../../packages/sessera/src/credentials/sealed-key.js'
import { createServerKeys } from '../../../packages/sessera/src/credentials/server-keys.js'
import { createSeededRandom } from '../../../packages/sessera/src/testing/seeded-random.js'

const random = createSeededRandom('seal')
const old = 'an old secret of the server, long enough'
const next = 'the next secret of the server, long too'
const privateKey = Buffer.from('the bytes of a private key')
const material = { kid: 'kid-1', algorithm: 'EdDSA', privateKey } as const
const sealed = sealKey(material, { serverKeys: createServerKeys([old]), random })
const stored = { kid: 'kid-1', algorithm: 'EdDSA', sealed }

test('what is sealed opens again, and shows nothing of the key', () => {
  expect(openSealedKey(stored, createServerKeys([old]))).toEqual(privateKey)
  expect(Buffer.from(sealed, 'base64url').includes(privateKey.subarray(0, 4))).toBe(false)
})

test('any secret in the list opens, the first seals', () => {
  expect(openSealedKey(stored, createServerKeys([old, next]))).toEqual(privateKey)
  expect(openSealedKey(stored, createServerKeys([next, old]))).toEqual(privateKey)
  const anew = { ...stored, sealed: sealKey(material, { serverKeys: createServerKeys([next, old]), random }) }
  expect(openSealedKey(anew, createServerKeys([next]))).toEqual(privateKey)
  expect(openSealedKey(anew, createServerKeys([old]))).toBeNull()
})

test('a secret that shares its key id with another still opens', () => {
  const { keyId } = createServerKeys([old]).first
  const twins = Array.from({ length: 5000 }, (_, n) => `${n} is a secret with an id of its own`)
  const twin = twins.find((secret) => createServerKeys([secret]).first.keyId === keyId)
  if (twin === undefined) throw new Error('none of 5000 secrets has the same id')
  expect(openSealedKey(stored, createServerKeys([twin, old]))).toEqual(privateKey)
  expect(openSealedKey(stored, createServerKeys([twin]))).toBeNull()
})

test('sealing twice gives two different texts', () => {
  expect(sealKey(material, { serverKeys: createServerKeys([old]), random })).not.toBe(sealed)
})

describe('it stays shut', () => {
  test.each([
    ['under another secret', stored, next],
    ['under another kid', { ...stored, kid: 'kid-2' }, old],
    ['for another algorithm', { ...stored, algorithm: 'HS256' }, old],
    ['with kid and algorithm run together', { ...stored, kid: '1', algorithm: 'EdDSAkid-' }, old],
    ['when it is empty', { ...stored, sealed: '' }, old],
    ['when it is cut short', { ...stored, sealed: sealed.slice(0, 40) }, old],
    ['when its tag is cut off', { ...stored, sealed: sealed.slice(0, -4) }, old],
    ['when it is spelt otherwise', { ...stored, sealed: `${sealed}=` }, old],
  ])('%s', (_, key, secret) => {
    expect(openSealedKey(key, createServerKeys([secret]))).toBeNull()
  })

  test('when it is cut short anywhere', () => {
    const bytes = Buffer.from(sealed, 'base64url')
    for (let length = 0; length < bytes.length; length += 1) {
      const start = bytes.subarray(0, length).toString('base64url')
      expect(openSealedKey({ ...stored, sealed: start }, createServerKeys([old]))).toBeNull()
    }
  })

  test('when there is nothing in it', () => {
    const serverKeys = createServerKeys([old])
    const empty = sealKey({ ...material, privateKey: Buffer.alloc(0) }, { serverKeys, random })
    expect(openSealedKey({ ...stored, sealed: empty }, serverKeys)).toBeNull()
  })

  const { keyId } = createServerKeys([old]).first
  test.each([
    ['opens as it was made', [1, keyId], privateKey],
    ['of an earlier version', [0, keyId], null],
    ['of a later version', [2, keyId], null],
    ['in the name of another key', [1, keyId ^ 1], null],
  ])('under a tag that is right all the same: %s', (_, numbers, opened) => {
    const serverKeys = createServerKeys([old])
    const head = Buffer.from(numbers)
    const nonce = Buffer.alloc(12, 7)
    const cipher = createCipheriv('aes-256-gcm', serverKeys.first.derive('signing key seal'), nonce)
    cipher.setAAD(Buffer.concat([head, Buffer.from('["EdDSA","kid-1"]')]))
    const body = Buffer.concat([cipher.update(privateKey), cipher.final()])
    const bytes = Buffer.concat([head, nonce, body, cipher.getAuthTag()])
    expect(openSealedKey({ ...stored, sealed: bytes.toString('base64url') }, serverKeys)).toEqual(opened)
  })

  test('when any bit is flipped', () => {
    const serverKeys = createServerKeys([old])
    const bytes = Buffer.from(sealed, 'base64url')
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const flipped = Buffer.from(bytes)
      flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
      expect(openSealedKey({ ...stored, sealed: flipped.toString('base64url') }, serverKeys)).toBeNull()
    }
  })
})
