// What is remembered of a verified credential: found by its whole digest, dropped by session and by user.

import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import {
  createRemembered,
  keyOfBearer,
  keyOfCookies,
  type Remembered,
} from '../../../packages/sessera/src/credentials/remembered.js'
import { endsAt, type Held, heldBy, keyOf, spread } from './remembered-entries.js'

const roomy = 10_000_000

function createFilled(
  ...entries: readonly (readonly [key: string, sessionId: string, userId?: string])[]
): Remembered<Held> {
  const remembered = createRemembered<Held>(roomy, spread)
  for (const [key, sessionId, userId] of entries) remembered.fill(keyOf(key), heldBy(sessionId, userId))
  return remembered
}

function kept(remembered: Remembered<Held>, ...names: readonly string[]): readonly string[] {
  return names.filter((name) => remembered.find(keyOf(name)) !== null)
}

function sessionAt(remembered: Remembered<Held>, name: string): string | null | undefined {
  return remembered.find(keyOf(name))?.authenticated.principal.sessionId
}

describe('the key of a credential', () => {
  test('is a whole SHA-256 digest (CVE-2026-35039)', () => {
    const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest()
    expect(Buffer.from(keyOfCookies('abc', null) ?? '', 'latin1')).toEqual(digestOf('abc'))
    expect(Buffer.from(keyOfCookies('abc', 'd.e.f') ?? '', 'latin1')).toEqual(digestOf('abc;d.e.f'))
    expect(Buffer.from(keyOfCookies(null, 'a.b.c') ?? '', 'latin1')).toEqual(digestOf(';a.b.c'))
    expect(Buffer.from(keyOfBearer('a.b.c') ?? '', 'latin1')).toEqual(digestOf('a.b.c'))
  })

  test('no bearer has the key of cookies, nor the other way round, whatever it spells', () => {
    for (const spelt of ['abc', 'abc;', 'a.b.c;', ';a.b.c', 'abc;a.b.c', ';', '']) {
      expect([spelt, keyOfBearer(spelt)]).toEqual([spelt, null])
    }
    expect(keyOfCookies('a.b.c', null)).toBeNull()
    expect(keyOfCookies(null, null)).toBeNull()
  })

  test('answers only for the very same digest: not one bit of it may differ', () => {
    const remembered = createRemembered<Held>(roomy, spread)
    const key = keyOfBearer('a.b.c') ?? ''
    remembered.fill(key, heldBy('s1'))
    expect(remembered.find(keyOfBearer('a.b.c') ?? '')).not.toBeNull()
    for (let bit = 0; bit < 256; bit++) {
      const bytes = Buffer.from(key, 'latin1')
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      expect(remembered.find(bytes.toString('latin1'))).toBeNull()
    }
  })

  test('tells apart digests that agree in all that chooses the bucket', () => {
    const names = Array.from({ length: 200 }, (_, index) => `k${index}`)
    const remembered = createFilled(...names.map((name) => [name, `session of ${name}`] as const))
    for (const name of names) expect(sessionAt(remembered, name)).toBe(`session of ${name}`)
    expect(remembered.find(keyOf('k200'))).toBeNull()
  })

  test.each([
    ['nothing', ''],
    ['a shorter text', 'k1'],
    ['a longer text', `${keyOf('k1')}.`],
    ['a text whose characters are no bytes', keyOf('k1').replace('k', String.fromCharCode(0x100 + 107))],
  ])('%s is no digest: never found, never kept', (_what, key) => {
    const remembered = createFilled(['k1', 's1'])
    expect(remembered.find(key)).toBeNull()
    remembered.fill(key, heldBy('s2'))
    expect(remembered.find(key)).toBeNull()
    expect(remembered.size).toBe(1)
    remembered.forget(key)
    expect(kept(remembered, 'k1')).toEqual(['k1'])
  })
})

describe('what is remembered', () => {
  test('is what was filled in', () => {
    const remembered = createRemembered<Held>(roomy, spread)
    const filling = { ...heldBy('s1'), idleMs: 3_600_000, touchEveryMs: 60_000.5 }
    remembered.fill(keyOf('k1'), filling)
    const found = remembered.find(keyOf('k1'))
    expect(found?.authenticated).toBe(filling.authenticated)
    const { idleMs, touchEveryMs, seenAt } = found ?? filling
    expect({ endsAt: found?.endsAt, idleMs, touchEveryMs, seenAt }).toEqual({
      endsAt,
      idleMs: 3_600_000,
      touchEveryMs: 60_000.5,
      seenAt: endsAt - 500,
    })
    remembered.fill(keyOf('k2'), heldBy('s2'))
    expect(remembered.find(keyOf('k2'))?.idleMs).toBe(Infinity)
  })

  test('is dropped by session, by user, or altogether, and nothing else with it', () => {
    const remembered = createFilled(['k1', 's1'], ['k2', 's1'], ['k3', 's2'], ['k4', 's3', 'bob'])
    remembered.dropSession('s1')
    expect(kept(remembered, 'k1', 'k2', 'k3', 'k4')).toEqual(['k3', 'k4'])
    remembered.dropUser('ada')
    expect(kept(remembered, 'k3', 'k4')).toEqual(['k4'])
    remembered.dropAll()
    expect(kept(remembered, 'k4')).toEqual([])
    expect([remembered.size, remembered.bytes]).toEqual([0, 0])
    remembered.fill(keyOf('k4'), heldBy('s3', 'bob'))
    expect(kept(remembered, 'k4')).toEqual(['k4'])
  })

  test('is forgotten by its key, and nothing else with it', () => {
    const remembered = createFilled(['k1', 's1'], ['k2', 's1'])
    remembered.forget(keyOf('k1'))
    remembered.forget(keyOf('k1'))
    expect(kept(remembered, 'k1', 'k2')).toEqual(['k2'])
    expect(remembered.size).toBe(1)
  })

  test('filled again under the same key belongs to the new session only', () => {
    const remembered = createFilled(['k1', 's1'], ['k1', 's2', 'bob'])
    remembered.dropSession('s1')
    remembered.dropUser('ada')
    expect(remembered.find(keyOf('k1'))?.authenticated.principal.id).toBe('bob')
    remembered.dropUser('bob')
    expect(remembered.size).toBe(0)
  })

  test('a session and a user of the same name are not the same', () => {
    const remembered = createFilled(['k1', 'x', 'y'], ['k2', 'y', 'x'])
    remembered.dropSession('x')
    expect(kept(remembered, 'k1', 'k2')).toEqual(['k2'])
    remembered.dropSession('__proto__')
    remembered.dropUser('y')
    expect(kept(remembered, 'k2')).toEqual(['k2'])
  })

  test('belongs to the user it was filled for, even if the principal has another id', () => {
    const remembered = createRemembered<Held>(roomy, spread)
    remembered.fill(keyOf('k1'), heldBy('s2', 'owner'))
    remembered.dropUser('ada')
    remembered.dropSession('s1')
    expect(sessionAt(remembered, 'k1')).toBe('s2')
    remembered.dropUser('owner')
    expect(remembered.find(keyOf('k1'))).toBeNull()
  })
})

describe('what was found', () => {
  test('keeps the last use that is written to it', () => {
    const remembered = createFilled(['k1', 's1'])
    const found = remembered.find(keyOf('k1'))
    if (found !== null) found.seenAt = endsAt - 1
    expect(found?.seenAt).toBe(endsAt - 1)
    expect(remembered.find(keyOf('k1'))?.seenAt).toBe(endsAt - 1)
  })
})
