// The clock of one process, whose two hands can be bent: the wall clock jumps, the monotonic one stands still.
// Both are functions of the machine's time, so that a jump can be planned for a moment at which the process is stopped.

import { machineTime } from './machine-time.mjs'

/**
 * @typedef {object} Bend
 * @property {'wall' | 'monotonic'} hand
 * @property {number} at machine time, ms
 * @property {number} by ms: the wall clock is set ahead (or back), the monotonic one stands still for so long
 *
 * @typedef {object} Reading when both hands were read last, machine time
 * @property {number} wall
 * @property {number} monotonic
 */

/**
 * @param {() => Reading | undefined} reading where to note when the hands were read, if anywhere
 * @param {() => number} [time]
 * @returns {{ clock: import('../../packages/sessera/dist/ports/clock.js').Clock, bend: (bend: Bend) => void }}
 */
export function createBentClock(reading, time = machineTime) {
  const startedAt = Date.now() - time()
  /** @type {Bend[]} */
  const bends = []
  /** @type {(hand: Bend['hand'], bent: (bend: Bend) => number) => number} */
  const sum = (hand, bent) => bends.reduce((total, bend) => total + (bend.hand === hand ? bent(bend) : 0), 0)

  return {
    clock: {
      now() {
        const now = time()
        const noted = reading()
        if (noted !== undefined) noted.wall = now
        return Math.round(startedAt + now + sum('wall', ({ at, by }) => (now >= at ? by : 0)))
      },
      monotonic() {
        const now = time()
        const noted = reading()
        if (noted !== undefined) noted.monotonic = now
        return now - sum('monotonic', ({ at, by }) => Math.min(Math.max(0, now - at), by))
      },
    },
    // Never in the past: a hand that was read already would run backwards.
    bend: ({ hand, at, by }) => bends.push({ hand, at: Math.max(at, time()), by }),
  }
}
