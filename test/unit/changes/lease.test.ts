// The lease is a reading of two clocks, and the one that says more counts.

import { describe, expect, test } from 'vitest'
import { instant } from '../../../packages/sessera/src/changes/instant.js'
import { createLease, type Lease } from '../../../packages/sessera/src/changes/lease.js'
import { createFakeClock, type FakeClock } from '../../../packages/sessera/src/testing/fake-clock.js'

const hour = 3_600_000

function confirmed(): { readonly clock: FakeClock; readonly lease: Lease } {
  const clock = createFakeClock()
  clock.advance(hour)
  const lease = createLease(clock, 1000)
  lease.confirm(instant(clock))
  return { clock, lease }
}

describe('a lease', () => {
  test('is not live before it was ever confirmed', () => {
    const lease = createLease(createFakeClock(), 1000)
    expect([lease.isLive(), lease.age()]).toEqual([false, null])
  })

  test.each([
    [0, true],
    [999, true],
    [1000, true],
    [1001, false],
    [hour, false],
  ])('that is %i ms old is live: %s', (ms, live) => {
    const { clock, lease } = confirmed()
    clock.advance(ms)
    expect([lease.isLive(), lease.age()]).toEqual([live, ms])
  })

  test.each([
    ['the wall clock is set an hour ahead', 0, hour, false],
    ['the wall clock is set an hour back', 0, -hour, true],
    ['the wall clock is set back, and a second passes', 1000, -hour, true],
    ['the wall clock is set back, and more than a second passes', 1001, -hour, false],
    ['the machine slept for a second, its monotonic clock with it', 0, 1000, true],
    ['the machine slept for more than a second, its monotonic clock with it', 0, 1001, false],
  ])('when %s', (_what, monotonicMs, wallMs, live) => {
    const { clock, lease } = confirmed()
    clock.setMonotonic(clock.monotonic() + monotonicMs)
    clock.setWall(clock.now() + wallMs)
    expect(lease.isLive()).toBe(live)
  })

  test('is counted from when the read began, not from when it was confirmed', () => {
    const { clock, lease } = confirmed()
    const begunAt = instant(clock)
    clock.advance(700)
    lease.confirm(begunAt)
    expect(lease.age()).toBe(700)
    clock.advance(301)
    expect(lease.isLive()).toBe(false)
  })

  test('never goes back to an earlier moment', () => {
    const { clock, lease } = confirmed()
    const earlier = instant(clock)
    clock.advance(800)
    lease.confirm(instant(clock))
    lease.confirm(earlier)
    expect(lease.age()).toBe(0)
  })

  test('is live again after a sleep that the monotonic clock did not notice, once it is confirmed', () => {
    const { clock, lease } = confirmed()
    clock.setWall(clock.now() + hour)
    lease.confirm(instant(clock))
    expect(lease.isLive()).toBe(true)
  })

  test('that was lost is not live until it is confirmed anew', () => {
    const { clock, lease } = confirmed()
    lease.lose()
    expect([lease.isLive(), lease.age()]).toEqual([false, null])
    lease.confirm(instant(clock))
    expect(lease.isLive()).toBe(true)
  })
})
