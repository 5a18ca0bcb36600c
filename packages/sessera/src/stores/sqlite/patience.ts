// Trying again while other processes write, outside SQLite, so that the event loop goes on. Time is what the pauses
// add up to: it needs no clock, and a suspended machine loses none of its patience.

import { setTimeout as pause } from 'node:timers/promises'
import type { Random } from '../../ports/random.js'
import { busyTimeoutMs } from './database.js'
import { isBusy } from './faults.js'

/** Pauses that grow, and are jittered, so that processes that met once do not go on meeting. */
export interface Pauses {
  /** Waits, and answers with how long the file has been waited for by it, the attempt before included: ms, above zero. */
  next(): Promise<number>
  /** The file was free: the next pause is a short one again. */
  reset(): void
}

export function createPauses(random: Random): Pauses {
  let baseMs = 1
  return {
    async next() {
      const pauseMs = baseMs + Math.round((baseMs * random.bytes(1).readUInt8()) / 255)
      baseMs = Math.min(baseMs * 2, 32)
      await pause(pauseMs)
      return pauseMs + busyTimeoutMs
    },
    reset() {
      baseMs = 1
    },
  }
}

export interface Attempt<T> {
  readonly attempt: () => T
  readonly patienceMs: number
  readonly random: Random
}

/** Attempts until the file is free or `patienceMs` have passed. @throws Error when patience ran out; what `attempt` throws. */
export async function whileBusy<T>({ attempt, patienceMs, random }: Attempt<T>): Promise<T> {
  const pauses = createPauses(random)
  for (let waitedMs = 0; ; ) {
    try {
      return attempt()
    } catch (error) {
      if (!isBusy(error)) throw error
      waitedMs += await pauses.next()
      if (waitedMs >= patienceMs) throw patienceRanOut(patienceMs, error)
    }
  }
}

export function patienceRanOut(patienceMs: number, met: Error): Error {
  return new Error(`Other processes kept the SQLite file locked for ${patienceMs} ms.`, { cause: met })
}
