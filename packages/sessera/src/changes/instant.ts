import type { Clock } from '../ports/clock.js'

/** One moment on both clocks of this process. */
export interface Instant {
  readonly wall: number
  readonly monotonic: number
}

export function instant(clock: Clock): Instant {
  return { wall: clock.now(), monotonic: clock.monotonic() }
}

/** Ms since `since`, by whichever clock says more: monotonic clocks stop in suspend, wall clocks get set. */
export function elapsedSince(since: Instant, clock: Clock): number {
  return Math.max(clock.monotonic() - since.monotonic, clock.now() - since.wall)
}
