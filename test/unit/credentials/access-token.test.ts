// Access tokens of every algorithm: what is signed is verified claim by claim, by jose too, and nothing else is.

import { createPublicKey } from 'node:crypto'
import fc from 'fast-check'
import { createLocalJWKSet, jwtVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import {
  type AccessTokenClaims,
  createTokenId,
  signAccessToken,
  verifyAccessToken,
} from '../../../packages/sessera/src/credentials/access-token.js'
import { algorithms } from '../../../packages/sessera/src/credentials/algorithms.js'
import { ConfigurationError } from '../../../packages/sessera/src/errors.js'
import { createSeededRandom } from '../../../packages/sessera/src/testing/seeded-random.js'
import {
  audience,
  encode,
  exampleClaims,
  forge,
  issuer,
  makeKey,
  now,
  outcomeOf,
  seconds,
  tokenOf,
  verifyWith,
} from './forge.js'

const keys = await Promise.all(algorithms.map((algorithm) => makeKey(algorithm)))
const [first] = keys
if (first === undefined) throw new Error('no algorithms')
const { key } = first

describe.each(keys)('$key.algorithm', (inHand) => {
  test('what is signed is verified, claim by claim', () => {
    const token = signAccessToken(exampleClaims, inHand.key)
    expect(verifyWith(inHand.key, token)).toEqual({ ok: true, claims: exampleClaims })
  })

  test('the header holds alg, typ and kid and nothing else', () => {
    const [header = ''] = signAccessToken(exampleClaims, inHand.key).split('.')
    expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toEqual({
      alg: inHand.key.algorithm,
      typ: 'at+jwt',
      kid: inHand.key.kid,
    })
  })

  test('jose verifies it', async () => {
    const token = signAccessToken(exampleClaims, inHand.key)
    const demands = {
      issuer,
      audience,
      typ: 'at+jwt',
      currentDate: new Date(now),
      algorithms: [inHand.key.algorithm],
    }
    const { payload } =
      inHand.key.jwk === null
        ? await jwtVerify(token, inHand.material.privateKey, demands)
        : await jwtVerify(token, createLocalJWKSet({ keys: [inHand.key.jwk] }), demands)
    expect(payload).toEqual(exampleClaims)
  })

  test('no single character can be changed', () => {
    const token = signAccessToken(exampleClaims, inHand.key)
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ \n'
    const changes = fc.record({ at: fc.nat(token.length - 1), to: fc.constantFrom(...alphabet) })
    fc.assert(
      fc.property(changes, ({ at, to }) => {
        fc.pre(token[at] !== to)
        expect(verifyWith(inHand.key, token.slice(0, at) + to + token.slice(at + 1)).ok).toBe(false)
      }),
      { numRuns: 300 },
    )
  })

  test('no byte of header, payload or signature can be changed', () => {
    const parts = signAccessToken(exampleClaims, inHand.key)
      .split('.')
      .map((part) => Buffer.from(part, 'base64url'))
    const flips = fc.record({ part: fc.nat(2), at: fc.nat(10_000), bit: fc.nat(7) })
    fc.assert(
      fc.property(flips, ({ part, at, bit }) => {
        const flipped = parts.map((bytes) => Buffer.from(bytes))
        const target = flipped[part] ?? Buffer.alloc(0)
        const index = at % target.length
        target.writeUInt8(target.readUInt8(index) ^ (1 << bit), index)
        const token = flipped.map((bytes) => bytes.toString('base64url')).join('.')
        expect(verifyWith(inHand.key, token).ok).toBe(false)
      }),
      { numRuns: 300 },
    )
  })

  test('another key of the same algorithm does not make its signatures', async () => {
    const other = await makeKey(inHand.key.algorithm, 'another seed')
    const token = signAccessToken(exampleClaims, { ...inHand.key, sign: other.key.sign })
    expect(outcomeOf(verifyWith(inHand.key, token))).toBe('bad_signature')
  })
})

test('tokens without scope and app claims have neither', () => {
  const { scope: _scope, claims: _claims, ...plain } = exampleClaims
  expect(verifyWith(key, signAccessToken(plain, key))).toStrictEqual({ ok: true, claims: plain })
})

test('whatever claims fit come back as they were', () => {
  const text = fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' })
  const claims: fc.Arbitrary<AccessTokenClaims> = fc.record({
    iss: fc.constant(issuer),
    sub: text,
    aud: fc.constant(audience),
    exp: fc.constant(seconds + 300),
    iat: fc.constant(seconds),
    jti: text,
    client_id: text,
    sid: fc
      .uint8Array({ minLength: 16, maxLength: 16 })
      .map((bytes) => Buffer.from(bytes).toString('base64url')),
    epoch: fc.maxSafeNat(),
    revision: fc.maxSafeNat(),
    auth_time: fc.integer({ min: 0, max: seconds }),
    amr: fc.array(text, { maxLength: 3 }),
    roles: fc.array(text, { maxLength: 8 }),
    preferred_username: text,
    mode: fc.constantFrom('token', 'hybrid'),
    claims: fc.dictionary(
      fc.string({ maxLength: 10 }).filter((name) => !name.includes('\\')),
      fc.oneof(text, fc.boolean(), fc.integer()),
      {
        maxKeys: 8,
        noNullPrototype: true,
      },
    ),
  })
  fc.assert(
    fc.property(claims, (made) => {
      fc.pre(!Object.hasOwn(made.claims ?? {}, '__proto__'))
      fc.pre(Buffer.byteLength(JSON.stringify(made.claims)) <= 1024)
      expect(verifyWith(key, signAccessToken(made, key))).toEqual({ ok: true, claims: made })
    }),
  )
})

test('any text is answered, never thrown at', () => {
  const dotted = fc
    .tuple(fc.base64String(), fc.json(), fc.string())
    .map(([a, b, c]) => `${a}.${encode(b)}.${c}`)
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), dotted), (text) => {
      expect(verifyWith(key, text).ok).toBe(false)
    }),
  )
})

describe('what verification would refuse is not signed', () => {
  const deep = (levels: number): object => (levels === 0 ? {} : { a: deep(levels - 1) })
  const wide = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`k${index}`, 0]))
  test.each<[string, Partial<AccessTokenClaims>, RegExp]>([
    ['claims of more than 1 kB', { claims: { text: 'x'.repeat(1020) } }, /1031 bytes/],
    ['claims nested too deep', { claims: deep(8) }, /do not fit/],
    ['too many claims', { claims: wide }, /do not fit/],
    ['roles beyond 8 KiB', { roles: Array.from({ length: 700 }, (_, n) => `role-${n}`) }, /do not fit/],
    ['an empty role', { roles: [''] }, /do not fit/],
    ['claims that are a list', { claims: ['a'] }, /do not fit/],
    ['half a second', { iat: seconds + 0.5 }, /do not fit/],
  ])('%s', (_, change, sentence) => {
    const sign = (): string => signAccessToken({ ...exampleClaims, ...change }, key)
    expect(sign).toThrow(ConfigurationError)
    expect(sign).toThrow(sentence)
  })

  test('a token of 8,192 characters is, one of a character more is not', () => {
    const longest = tokenOf(8192, key)
    expect(signAccessToken(longest.claims, longest.named)).toHaveLength(8192)
    const longer = tokenOf(8193, key)
    expect(() => signAccessToken(longer.claims, longer.named)).toThrow('8193 of 8192 characters')
  })

  test('claims of exactly 1 kB are', () => {
    const claims = { text: 'x'.repeat(1024 - '{"text":""}'.length) }
    expect(outcomeOf(verifyWith(key, signAccessToken({ ...exampleClaims, claims }, key)))).toBe('ok')
  })
})

describe('time', () => {
  const skew = 5_000
  test.each([
    ['as it is made', 0, 'ok'],
    ['at the last moment of its life', 300_000 - 1, 'ok'],
    ['at the last moment of the skew', 300_000 + skew - 1, 'ok'],
    ['when life and skew are over', 300_000 + skew, 'expired'],
    ['an hour later', 3_600_000, 'expired'],
    ['by a clock behind by the skew', -skew, 'ok'],
    ['by a clock behind by more', -skew - 1, 'not_yet_valid'],
  ])('%s', (_, after, expected) => {
    const token = signAccessToken(exampleClaims, key)
    expect(outcomeOf(verifyWith(key, token, { now: now + after }))).toBe(expected)
  })

  test.each([
    ['as long as allowed', 900, 'ok'],
    ['longer', 901, 'lifetime_refused'],
    ['for ever', Number.MAX_SAFE_INTEGER / 1000 - seconds - 1, 'lifetime_refused'],
    ['no time at all', 0, 'lifetime_refused'],
    ['backwards', -1, 'lifetime_refused'],
  ])('a token meant to live %s', (_, lifetime, expected) => {
    const token = forge({ key, payload: { ...exampleClaims, exp: Math.floor(seconds + lifetime) } })
    expect(outcomeOf(verifyWith(key, token))).toBe(expected)
  })

  test('a proof from the future is none', () => {
    const token = forge({ key, payload: { ...exampleClaims, auth_time: seconds + 6 } })
    expect(outcomeOf(verifyWith(key, token))).toBe('not_yet_valid')
  })

  test('nbf is honoured when it is there', () => {
    const outcomes = [seconds, seconds + 5, seconds + 6].map((nbf) =>
      outcomeOf(verifyWith(key, forge({ key, payload: { ...exampleClaims, nbf } }))),
    )
    expect(outcomes).toEqual(['ok', 'ok', 'not_yet_valid'])
  })
})

test('an unknown kid is named, so that the keys can be read again', () => {
  const token = signAccessToken(exampleClaims, { ...key, kid: 'made-elsewhere' })
  expect(verifyWith(key, token)).toEqual({ ok: false, reason: 'unknown_key', kid: 'made-elsewhere' })
})

test('a published key holds nothing private', () => {
  for (const { key: each } of keys) {
    if (each.jwk === null) continue
    expect(
      Object.keys(each.jwk).filter((name) => ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k', 'oth'].includes(name)),
    ).toEqual([])
    expect(each.jwk).toMatchObject({ use: 'sig', alg: each.algorithm, kid: each.kid })
    expect(createPublicKey({ key: { ...each.jwk }, format: 'jwk' }).type).toBe('public')
  }
})

test('token ids are 128 random bits, and differ', () => {
  const random = createSeededRandom('jti')
  const ids = Array.from({ length: 1000 }, () => createTokenId(random))
  expect(new Set(ids).size).toBe(1000)
  expect(ids.every((id) => /^[\w-]{22}$/.test(id))).toBe(true)
})

test('a megabyte is refused by its length, before a key is looked for', () => {
  const huge = `${encode({ alg: key.algorithm, typ: 'at+jwt', kid: key.kid })}.${'A'.repeat(1_000_000)}.AAAA`
  let lookups = 0
  const findKey = () => {
    lookups += 1
    return key
  }
  const expected = { findKey, issuer, audience, now, maxLifetimeSeconds: 900, skewSeconds: 5 }
  expect(outcomeOf(verifyAccessToken(huge, expected))).toBe('malformed')
  expect(lookups).toBe(0)
})
