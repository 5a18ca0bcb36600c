// The store's time, estimated between its answers: the last one plus what has passed here since.
// Whatever this machine believes the time of day to be has no part in it.

import type { Instant } from '../credentials/remembered.js'
import type { Clock } from '../ports/clock.js'
import type { Answer } from '../ports/store.js'

export interface StoreTime {
  /** Epoch ms by the store's clock. Before its first answer, this machine's clock. */
  now(): number
  note(answer: Answer<unknown>): void
}

export function createStoreTime(clock: Clock): StoreTime {
  let last = { storeNow: clock.now(), monotonic: clock.monotonic() }
  return {
    now: () => Math.floor(last.storeNow + (clock.monotonic() - last.monotonic)),
    note({ now }) {
      last = { storeNow: now, monotonic: clock.monotonic() }
    },
  }
}

export function instant(clock: Clock): Instant {
  return { wall: clock.now(), monotonic: clock.monotonic() }
}

/** Ms since `since`, by whichever clock says more: monotonic clocks stop in suspend, wall clocks get set. */
export function elapsedSince(since: Instant, clock: Clock): number {
  return Math.max(clock.monotonic() - since.monotonic, clock.now() - since.wall)
}
