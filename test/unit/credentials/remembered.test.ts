import { describe, expect, test } from 'vitest'
import {
  createRemembered,
  type Remembered,
  type RememberedEntry,
  rememberedKey,
} from '../../../packages/sessera/src/credentials/remembered.js'

const begunAt = { wall: 0, monotonic: 0 }

function entryOf(sessionId: string, userId = 'ada'): RememberedEntry<string> {
  return {
    authenticated: `${userId} by ${sessionId}`,
    userId,
    sessionId,
    storeNow: 0,
    begunAt,
    usableMs: 1000,
  }
}

function keep(remembered: Remembered<string>, key: string, entry: RememberedEntry<string>): void {
  remembered.fill(key, entry, remembered.begin())
}

function kept(remembered: Remembered<string>, ...keys: readonly string[]): readonly string[] {
  return keys.filter((key) => remembered.find(key) !== null)
}

describe('the key of a credential', () => {
  test('is a whole SHA-256 digest (CVE-2026-35039)', () => {
    expect(Buffer.from(rememberedKey('cookie', 'abc'), 'base64url')).toHaveLength(32)
  })

  test('tells a cookie from a bearer of the same text', () => {
    expect(rememberedKey('cookie', 'abc')).not.toBe(rememberedKey('bearer', 'abc'))
    expect(rememberedKey('bearer', 'cabc')).not.toBe(rememberedKey('cookie', 'abc'))
  })
})

describe('what is remembered', () => {
  test('is dropped by session, by user, or altogether, and nothing else with it', () => {
    const remembered = createRemembered<string>(10)
    keep(remembered, 'k1', entryOf('s1'))
    keep(remembered, 'k2', entryOf('s1'))
    keep(remembered, 'k3', entryOf('s2'))
    keep(remembered, 'k4', entryOf('s3', 'bob'))
    remembered.dropSession('s1')
    expect(kept(remembered, 'k1', 'k2', 'k3', 'k4')).toEqual(['k3', 'k4'])
    remembered.dropUser('ada')
    expect(kept(remembered, 'k3', 'k4')).toEqual(['k4'])
    remembered.dropAll()
    expect(remembered.size).toBe(0)
  })

  test.each([
    ['its session ends', (remembered: Remembered<string>) => remembered.dropSession('s1')],
    ['its user is changed', (remembered: Remembered<string>) => remembered.dropUser('ada')],
    ['everything is dropped', (remembered: Remembered<string>) => remembered.dropAll()],
  ])('is not kept when %s between the read and the fill', (_what, drop) => {
    const remembered = createRemembered<string>(10)
    const ticket = remembered.begin()
    drop(remembered)
    remembered.fill('k1', entryOf('s1'), ticket)
    expect(remembered.find('k1')).toBeNull()
    remembered.fill('k1', entryOf('s1'), remembered.begin())
    expect(remembered.find('k1')).not.toBeNull()
  })

  test('is bounded: the oldest makes room', () => {
    const remembered = createRemembered<string>(3)
    for (const name of ['1', '2', '3', '4', '5']) keep(remembered, `k${name}`, entryOf(`s${name}`))
    expect(kept(remembered, 'k1', 'k2', 'k3', 'k4', 'k5')).toEqual(['k3', 'k4', 'k5'])
  })

  test('is bounded for each session, so that one cannot crowd out the others', () => {
    const remembered = createRemembered<string>(100)
    keep(remembered, 'victim', entryOf('s2', 'bob'))
    for (let index = 0; index < 1000; index++) keep(remembered, `flood ${index}`, entryOf('s1'))
    expect(remembered.find('victim')).not.toBeNull()
    expect(remembered.find('flood 999')).not.toBeNull()
    expect(remembered.size).toBe(17)
  })

  test('filled again under the same key belongs to the new session only', () => {
    const remembered = createRemembered<string>(10)
    keep(remembered, 'k1', entryOf('s1'))
    keep(remembered, 'k1', entryOf('s2', 'bob'))
    remembered.dropSession('s1')
    remembered.dropUser('ada')
    expect(remembered.find('k1')?.authenticated).toBe('bob by s2')
    remembered.dropUser('bob')
    expect(remembered.size).toBe(0)
  })

  test('is found by its key alone, however the key is spelt', () => {
    const remembered = createRemembered<string>(10)
    for (const key of ['__proto__', 'constructor', 'toString']) expect(remembered.find(key)).toBeNull()
    keep(remembered, '__proto__', entryOf('__proto__', 'constructor'))
    remembered.dropSession('toString')
    expect(remembered.size).toBe(1)
    remembered.dropSession('__proto__')
    expect(remembered.size).toBe(0)
  })
})
