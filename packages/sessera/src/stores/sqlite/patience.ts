// Trying again while other processes write, outside SQLite, so that the event loop goes on. Time is what the pauses
// add up to: it needs no clock, and a suspended machine loses none of its patience.

import { setTimeout as pause } from 'node:timers/promises'
import type { Random } from '../../ports/random.js'
import { busyTimeoutMs } from './database.js'
import { isBusy } from './faults.js'

/** Milliseconds waited so far. Those that stand in one line share it. */
export interface Waiting {
  ms: number
}

export interface Attempt<T> {
  readonly attempt: () => T
  readonly waiting: Waiting
  /** `waiting.ms` when this one joined the line. */
  readonly since: number
  readonly patienceMs: number
  readonly random: Random
}

/**
 * Attempts until the file is free or `patienceMs` have passed. Those whose patience ran out while others before them
 * in line found the file busy fail without a try of their own. Pauses are jittered, so that processes that met once
 * do not go on meeting.
 *
 * @throws Error when patience ran out; whatever else `attempt` throws.
 */
export async function whileBusy<T>({ attempt, waiting, since, patienceMs, random }: Attempt<T>): Promise<T> {
  let met: Error | undefined
  for (let baseMs = 1; ; baseMs = Math.min(baseMs * 2, 32)) {
    const waitedMs = waiting.ms - since
    if (waitedMs > 0 && waitedMs >= patienceMs) {
      throw new Error(`Other processes kept the SQLite file locked for ${patienceMs} ms.`, { cause: met })
    }
    try {
      return attempt()
    } catch (error) {
      if (!isBusy(error)) throw error
      met = error
    }
    const pauseMs = baseMs + Math.round((baseMs * random.bytes(1).readUInt8()) / 255)
    await pause(pauseMs)
    waiting.ms += pauseMs + busyTimeoutMs
  }
}
