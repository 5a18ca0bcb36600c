// A header that a genuine token carried is read once. What it may do is judged each time, and junk leaves no trace.

import { describe, expect, test, vi } from 'vitest'
import type { SigningKey } from '../../../packages/sessera/src/credentials/algorithms.js'
import { signJws, verifyJws } from '../../../packages/sessera/src/credentials/jws.js'
import { exampleClaims, forge, headerFor, makeKey, outcomeOf, verifyWith } from './forge.js'

const { key } = await makeKey('HS256')
const { key: other } = await makeKey('EdDSA')
let named = 0

/** The same secret under a name that no test used before. */
function freshKey(by: SigningKey = key): SigningKey {
  named += 1
  return { ...by, kid: `key-${named}` }
}

describe('after a token has proved its header genuine', () => {
  test('a key that was removed is unknown at once', () => {
    const fresh = freshKey()
    const token = forge({ key: fresh })
    expect(outcomeOf(verifyWith(fresh, token))).toBe('ok')
    expect(outcomeOf(verifyWith(fresh, token, { findKey: () => null }))).toBe('unknown_key')
  })

  test('a key of another algorithm under the same name refuses it', () => {
    const fresh = freshKey()
    const token = forge({ key: fresh })
    expect(outcomeOf(verifyWith(fresh, token))).toBe('ok')
    expect(outcomeOf(verifyWith({ ...other, kid: fresh.kid }, token))).toBe('wrong_algorithm')
  })

  test('another secret under the same name does not verify it', async () => {
    const fresh = freshKey()
    const token = forge({ key: fresh })
    const { key: replaced } = await makeKey('HS256', 'another seed')
    expect(outcomeOf(verifyWith(fresh, token))).toBe('ok')
    expect(outcomeOf(verifyWith({ ...replaced, kid: fresh.kid }, token))).toBe('bad_signature')
  })

  test('it vouches for no other payload or signature', () => {
    const fresh = freshKey()
    const [head = '', payload = '', signature = ''] = forge({ key: fresh }).split('.')
    const admin = forge({ key: fresh, payload: { ...exampleClaims, roles: ['admin'] } }).split('.')
    expect(outcomeOf(verifyWith(fresh, `${head}.${payload}.${signature}`))).toBe('ok')
    expect(outcomeOf(verifyWith(fresh, `${head}.${admin[1]}.${signature}`))).toBe('bad_signature')
    expect(outcomeOf(verifyWith(fresh, `${head}.${payload}.${admin[2]}`))).toBe('bad_signature')
  })

  test('a token of one type is still none of another', () => {
    const fresh = freshKey()
    const findKey = (): SigningKey => fresh
    const token = signJws({ type: 'logout+jwt', payload: JSON.stringify(exampleClaims), key: fresh })
    expect(verifyJws(token, { type: 'logout+jwt', findKey }).ok).toBe(true)
    expect(outcomeOf(verifyWith(fresh, token))).toBe('wrong_type')
    expect(verifyJws(forge({ key: fresh }), { type: 'logout+jwt', findKey })).toEqual({
      ok: false,
      reason: 'wrong_type',
    })
  })

  test('the same header spelt otherwise is another, and refused where it was refused before', () => {
    const fresh = freshKey()
    expect(outcomeOf(verifyWith(fresh, forge({ key: fresh })))).toBe('ok')
    const headers = [
      { ...headerFor(fresh), crit: [] },
      { ...headerFor(fresh), alg: 'none' },
      { ...headerFor(fresh), typ: 'JWT' },
    ]
    for (let round = 0; round < 2; round++) {
      const outcomes = headers.map((header) => outcomeOf(verifyWith(fresh, forge({ key: fresh, header }))))
      expect(outcomes).toEqual(['header_refused', 'wrong_algorithm', 'wrong_type'])
    }
  })
})

describe('what is kept', () => {
  /** How many texts are read as JSON for one genuine token: its claims, and its header unless that was kept. */
  function readsFor(by: SigningKey): number {
    const token = forge({ key: by })
    const parse = vi.spyOn(JSON, 'parse')
    try {
      expect(outcomeOf(verifyWith(by, token))).toBe('ok')
      return parse.mock.calls.length
    } finally {
      parse.mockRestore()
    }
  }

  test('is the header of a genuine token', () => {
    const fresh = freshKey()
    expect([readsFor(fresh), readsFor(fresh), readsFor(fresh)]).toEqual([2, 1, 1])
  })

  test('is never the header of a token that nobody signed, nor does it drive others out', () => {
    const fresh = freshKey()
    readsFor(fresh)
    const forged = Array.from({ length: 200 }, () => freshKey())
    for (const by of forged) {
      expect(outcomeOf(verifyWith(by, forge({ key: by, sign: () => Buffer.alloc(32) })))).toBe(
        'bad_signature',
      )
      expect(outcomeOf(verifyWith(fresh, forge({ key: by })))).toBe('unknown_key')
    }
    expect(readsFor(fresh)).toBe(1)
    expect(readsFor(forged[0] ?? fresh)).toBe(2)
  })

  test('is bounded: of a hundred the oldest are read anew', () => {
    const genuine = Array.from({ length: 100 }, () => freshKey())
    for (const by of genuine) readsFor(by)
    expect(genuine.slice(-64).map(readsFor)).toEqual(Array(64).fill(1))
    expect(genuine.slice(0, 36).toReversed().map(readsFor)).toEqual(Array(36).fill(2))
  })

  test('stays, however often others that are kept are used', () => {
    const genuine = Array.from({ length: 64 }, () => freshKey())
    for (const by of genuine) readsFor(by)
    expect(genuine.toReversed().map(readsFor)).toEqual(Array(64).fill(1))
  })
})
