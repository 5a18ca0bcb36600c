// Each key has one algorithm, one name and signatures of one length.

import { generateKeyPairSync } from 'node:crypto'
import { calculateJwkThumbprint } from 'jose'
import { describe, expect, test } from 'vitest'
import { algorithms, importKey } from '../../../packages/sessera/src/credentials/algorithms.js'
import { makeKey } from './forge.js'

const der = { format: 'der', type: 'pkcs8' } as const
const bytesOf = {
  EdDSA: generateKeyPairSync('ed25519').privateKey.export(der),
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export(der),
  RS256: generateKeyPairSync('rsa', { modulusLength: 3072 }).privateKey.export(der),
  HS256: Buffer.alloc(32, 7),
}

describe('each key has exactly one algorithm (CVE-2022-23541)', () => {
  const pairs = algorithms.flatMap((algorithm) => algorithms.map((of) => ({ algorithm, of })))
  test.each(pairs)('$of bytes as a key for $algorithm', ({ algorithm, of }) => {
    const work = (): unknown => importKey({ algorithm, kid: 'k', privateKey: bytesOf[of] })
    if (algorithm === of) expect(work).not.toThrow()
    else expect(work).toThrow()
  })

  test.each([
    ['RSA of 2048 bits', 'RS256', generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export(der)],
    ['another curve', 'ES256', generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey.export(der)],
    [
      'the curve of Bitcoin',
      'ES256',
      generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey.export(der),
    ],
    [
      'RSA for PSS only',
      'RS256',
      generateKeyPairSync('rsa-pss', { modulusLength: 3072 }).privateKey.export(der),
    ],
    ['Ed448', 'EdDSA', generateKeyPairSync('ed448').privateKey.export(der)],
    ['a key for key agreement', 'EdDSA', generateKeyPairSync('x25519').privateKey.export(der)],
    ['a short secret', 'HS256', Buffer.alloc(31, 7)],
    ['no secret', 'HS256', Buffer.alloc(0)],
  ] as const)('%s is none', (_, algorithm, privateKey) => {
    expect(() => importKey({ algorithm, kid: 'k', privateKey })).toThrow(`is not a key for ${algorithm}`)
  })
})

describe('the name of a published key', () => {
  test.each(['EdDSA', 'ES256', 'RS256'] as const)('is its thumbprint (RFC 7638): %s', async (algorithm) => {
    const { key, material } = await makeKey(algorithm)
    if (key.jwk === null) throw new Error('not published')
    expect(key.kid).toBe(await calculateJwkThumbprint({ ...key.jwk }))
    expect([key.jwk.kid, material.kid]).toEqual([key.kid, key.kid])
  })

  test('is random for a secret key, which is never published', async () => {
    const [one, other] = [await makeKey('HS256', 'one'), await makeKey('HS256', 'other')]
    expect(one.key.kid).toMatch(/^[\w-]{22}$/)
    expect(one.key.kid).not.toBe(other.key.kid)
    expect(one.key.jwk).toBeNull()
  })
})

test('Ed25519 signatures are 64 bytes, ES256 64, RS256 384, HS256 32', async () => {
  const keys = await Promise.all(algorithms.map((algorithm) => makeKey(algorithm)))
  const input = Buffer.from('input')
  expect(keys.map(({ key }) => [key.algorithm, key.sign(input).length])).toEqual([
    ['EdDSA', 64],
    ['ES256', 64],
    ['RS256', 384],
    ['HS256', 32],
  ])
  expect(keys.every(({ key }) => key.verify(input, key.sign(input)))).toBe(true)
})
