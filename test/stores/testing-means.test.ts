// The clock and the randomness of tests do what real ones do, only on command.

import { describe, expect, test } from 'vitest'
import { createFakeClock } from '../../packages/sessera/src/testing/fake-clock.js'
import { createSeededRandom } from '../../packages/sessera/src/testing/seeded-random.js'

describe('a fake clock', () => {
  test('stands still until it is told to go on, with both hands', () => {
    const clock = createFakeClock(1_000)
    expect([clock.now(), clock.monotonic()]).toEqual([1_000, 0])
    expect([clock.now(), clock.monotonic()]).toEqual([1_000, 0])
    clock.advance(250)
    expect([clock.now(), clock.monotonic()]).toEqual([1_250, 250])
    clock.advance('5m')
    expect([clock.now(), clock.monotonic()]).toEqual([301_250, 300_250])
  })

  test('has hands that move apart', () => {
    const clock = createFakeClock(1_000)
    clock.setWall(500)
    expect([clock.now(), clock.monotonic()]).toEqual([500, 0])
    clock.setMonotonic(70)
    expect([clock.now(), clock.monotonic()]).toEqual([500, 70])
  })

  test('shows whole milliseconds and never runs backwards on the monotonic hand', () => {
    const clock = createFakeClock()
    expect(() => clock.setWall(0.5)).toThrow(RangeError)
    expect(() => createFakeClock(Number.NaN)).toThrow(RangeError)
    clock.setMonotonic(10)
    expect(() => clock.setMonotonic(9)).toThrow(RangeError)
    expect(() => clock.advance(-1)).toThrow(RangeError)
    expect([clock.monotonic(), Number.isInteger(clock.now())]).toEqual([10, true])
  })
})

describe('seeded randomness', () => {
  test('is the same for the same seed, however it is cut', () => {
    const one = createSeededRandom('a')
    const other = createSeededRandom('a')
    const pieces = Buffer.concat([other.bytes(1), other.bytes(0), other.bytes(40), other.bytes(59)])
    expect(one.bytes(100).equals(pieces)).toBe(true)
  })

  test('differs by seed, and does not repeat', () => {
    expect(createSeededRandom('a').bytes(16).equals(createSeededRandom('b').bytes(16))).toBe(false)
    const random = createSeededRandom('a')
    const drawn = Array.from({ length: 500 }, () => random.bytes(16).toString('hex'))
    expect(new Set(drawn).size).toBe(500)
  })

  test('hands out bytes that the receiver may change', () => {
    const random = createSeededRandom('a')
    const first = random.bytes(8)
    first.fill(0)
    const again = createSeededRandom('a')
    again.bytes(8)
    expect(random.bytes(8).equals(again.bytes(8))).toBe(true)
  })
})
