// The right to rely on local knowledge: until `maxStaleness` after the read that confirmed it *began*.
// It is a reading of the clocks at each decision, never a flag that a timer would have to take away in time.

import type { Clock } from '../ports/clock.js'
import { elapsed, type Instant, instant } from './instant.js'

export interface Lease {
  /** Local knowledge was complete at `begunAt`. An earlier moment than the known one changes nothing. */
  confirm(begunAt: Instant): void
  /** Whether a decision made at that moment, by default now, may rest on local knowledge. */
  isLive(at?: Instant): boolean
  /** Gives the right up: what was confirmed turned out not to hold. */
  lose(): void
  /** Ms since the last confirmation began; null when there was none. */
  age(): number | null
}

export function createLease(clock: Clock, maxStalenessMs: number): Lease {
  let confirmedAt: Instant | null = null
  return {
    confirm(begunAt) {
      if (confirmedAt === null || begunAt.monotonic >= confirmedAt.monotonic) confirmedAt = begunAt
    },
    isLive: (at = instant(clock)) => confirmedAt !== null && elapsed(confirmedAt, at) <= maxStalenessMs,
    lose() {
      confirmedAt = null
    },
    age: () => (confirmedAt === null ? null : elapsed(confirmedAt, instant(clock))),
  }
}
