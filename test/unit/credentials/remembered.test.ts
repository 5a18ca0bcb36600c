// What is remembered of a verified credential: found by its whole digest, dropped by session and by user.

import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import {
  createRemembered,
  type Remembered,
  rememberedKey,
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

describe('the key of a credential', () => {
  test('is a whole SHA-256 digest (CVE-2026-35039)', () => {
    const digest = createHash('sha256').update('cabc').digest()
    expect(Buffer.from(rememberedKey('cookie', 'abc'), 'latin1')).toEqual(digest)
  })

  test('tells a cookie from a bearer of the same text', () => {
    expect(rememberedKey('cookie', 'abc')).not.toBe(rememberedKey('bearer', 'abc'))
    expect(rememberedKey('bearer', 'cabc')).not.toBe(rememberedKey('cookie', 'abc'))
  })

  test('answers only for the very same digest: not one bit of it may differ', () => {
    const remembered = createRemembered<Held>(roomy, spread)
    const key = rememberedKey('bearer', 'abc')
    remembered.fill(key, heldBy('s1'))
    expect(remembered.find(rememberedKey('bearer', 'abc'))).not.toBeNull()
    for (let bit = 0; bit < 256; bit++) {
      const bytes = Buffer.from(key, 'latin1')
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      expect(remembered.find(bytes.toString('latin1'))).toBeNull()
    }
  })

  test('tells apart digests that agree in all that chooses the bucket', () => {
    const names = Array.from({ length: 200 }, (_, index) => `k${index}`)
    const remembered = createFilled(...names.map((name) => [name, `session of ${name}`] as const))
    for (const name of names) expect(remembered.find(keyOf(name))?.sessionId).toBe(`session of ${name}`)
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
    const { sessionId, idleMs, touchEveryMs, seenAt } = found ?? filling
    expect({ sessionId, endsAt: found?.endsAt, idleMs, touchEveryMs, seenAt }).toEqual({
      sessionId: 's1',
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
    remembered.fill(keyOf('k1'), { ...heldBy('s1'), userId: 'owner', sessionId: 's2' })
    remembered.dropUser('ada')
    remembered.dropSession('s1')
    expect(remembered.find(keyOf('k1'))?.sessionId).toBe('s2')
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

  test.each([
    ['forgotten', (remembered: Remembered<Held>) => remembered.forget(keyOf('k1'))],
    ['dropped with its session', (remembered: Remembered<Held>) => remembered.dropSession('s1')],
    ['filled again', (remembered: Remembered<Held>) => remembered.fill(keyOf('k1'), heldBy('s1'))],
  ])('has ended for whoever still holds it when it is %s, and is not another’s', (_what, change) => {
    const remembered = createFilled(['k1', 's1'])
    const found = remembered.find(keyOf('k1'))
    change(remembered)
    // Takes over the room of the first one.
    remembered.fill(keyOf('k2'), heldBy('s2', 'bob'))
    expect(found?.authenticated.principal.id).toBe('ada')
    expect([found?.endsAt, found?.idleMs, found?.seenAt, found?.sessionId]).toEqual([0, 0, 0, ''])
    if (found !== null) found.seenAt = 1
    for (const name of kept(remembered, 'k1', 'k2')) {
      expect(remembered.find(keyOf(name))?.seenAt).toBe(endsAt - 500)
    }
  })
})
