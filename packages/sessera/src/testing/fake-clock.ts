// A clock that moves only when told. Its two hands can be moved apart, as suspended and corrected machines do.

import { parseDuration } from '../domain/duration.js'
import type { Clock } from '../ports/clock.js'

export interface FakeClock extends Clock {
  /** Both hands go on: by `'5m'`, or milliseconds. */
  advance(by: string | number): void
  /** Sets the wall clock alone, forwards or back: a correction by NTP or by hand. Epoch ms. */
  setWall(at: number): void
  /** Sets the monotonic clock alone. Ms since its fixed point. */
  setMonotonic(ms: number): void
}

/**
 * A clock for tests, at 2026-01-01T00:00:00Z unless told otherwise; `startAt` is epoch ms.
 *
 * @throws RangeError when the wall clock would show no whole millisecond, or the monotonic clock would run backwards.
 *
 * @example
 * const clock = createFakeClock()
 * clock.advance('5m')
 */
export function createFakeClock(startAt: number = Date.UTC(2026, 0, 1)): FakeClock {
  let wall = 0
  let elapsed = 0

  function setWall(at: number): void {
    if (!Number.isSafeInteger(at)) throw new RangeError('The wall clock shows whole milliseconds.')
    wall = at
  }

  function setMonotonic(ms: number): void {
    if (!(ms >= elapsed)) throw new RangeError('A monotonic clock never runs backwards.')
    elapsed = ms
  }

  setWall(startAt)
  return {
    now: () => wall,
    monotonic: () => elapsed,
    advance(by) {
      const ms = typeof by === 'number' ? by : parseDuration(by)
      setMonotonic(elapsed + ms)
      setWall(wall + ms)
    },
    setWall,
    setMonotonic,
  }
}
