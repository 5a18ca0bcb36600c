// The store's time, estimated between its answers: the last one plus what has passed here since.
// Whatever this machine believes the time of day to be has no part in it.

import type { Instant } from '../changes/instant.js'
import type { Clock } from '../ports/clock.js'
import type { Answer } from '../ports/store.js'

export interface StoreTime {
  /** Epoch ms by the store's clock, now. Before its first answer, this machine's clock. */
  now(): number
  /** The same at a moment that was read already. */
  at(moment: Instant): number
  /** Learns from the answer of a call to the store. @throws TypeError when it does not say its time. */
  watch(call: () => unknown): Promise<unknown>
}

export function createStoreTime(clock: Clock): StoreTime {
  // What to add to the monotonic clock.
  let offset = clock.now() - clock.monotonic()
  let known = false

  /** The answer was made between its call and now, so the offset lies between two bounds; it moves no more than they ask. */
  function note({ now }: Answer<unknown>, begun: number): void {
    if (!Number.isFinite(now)) throw new TypeError('The store answered without its time.')
    const least = now - clock.monotonic()
    const most = now - begun
    offset = known ? Math.min(Math.max(offset, least), most) : least
    known = true
  }

  const at = (monotonic: number): number => Math.floor(monotonic + offset)

  return {
    now: () => at(clock.monotonic()),
    at: ({ monotonic }) => at(monotonic),
    async watch(call) {
      const begun = clock.monotonic()
      const answer = (await call()) as Answer<unknown>
      note(answer, begun)
      return answer
    },
  }
}
