import type { Clock } from '../ports/clock.js'

/** One moment on both clocks of this process. */
export interface Instant {
  readonly wall: number
  readonly monotonic: number
}

export function instant(clock: Clock): Instant {
  return { wall: clock.now(), monotonic: clock.monotonic() }
}

/** Ms from one moment to a later one, by whichever clock says more: monotonic clocks stop in suspend, wall clocks get set. */
export function elapsed(since: Instant, until: Instant): number {
  return Math.max(until.monotonic - since.monotonic, until.wall - since.wall)
}
