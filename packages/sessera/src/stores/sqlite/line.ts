// The line of those who want to write. What one turn of the event loop brings goes together; while another process holds
// the file, only the first group tries, and whoever has waited too long leaves without a try of their own.

import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Random } from '../../ports/random.js'
import { isBusy } from './faults.js'
import { type Member, runGroup } from './group.js'
import type { SqliteDatabase } from './module.js'
import { createPauses, patienceRanOut } from './patience.js'

/** The most transactions in one group: others in this process and elsewhere get their turn in between. */
const largestGroup = 128

export interface LineOptions {
  readonly database: SqliteDatabase
  readonly random: Random
  /** How long each waits while the file is busy. */
  readonly patienceMs: number
}

export interface Line {
  join(member: Member): void
  /** Resolves when nobody is waiting any more. */
  empty(): Promise<void>
}

interface Waiting extends Member {
  /** `waitedMs` when this one joined. */
  readonly since: number
}

export function createLine({ database, random, patienceMs }: LineOptions): Line {
  const pauses = createPauses(random)
  let line: Waiting[] = []
  /** What the line has waited for the file so far, ms. */
  let waitedMs = 0
  let serving: Promise<void> | null = null

  async function serve(): Promise<void> {
    while (line.length > 0) {
      await nextTurn()
      const group = line.slice(0, largestGroup)
      const failure = attempt(group)
      if (failure !== null) {
        waitedMs += await pauses.next()
        dismiss(failure)
      } else {
        pauses.reset()
        line = line.slice(group.length)
      }
    }
    serving = null
  }

  /** Null when all in the group know how it went for them; otherwise what kept the file busy. */
  function attempt(group: readonly Waiting[]): Error | null {
    try {
      runGroup(database, group)
    } catch (error) {
      if (isBusy(error)) return error
      for (const { reject } of group) reject(error)
    }
    return null
  }

  function dismiss(met: Error): void {
    const isOutOfPatience = ({ since }: Waiting): boolean => {
      const ms = waitedMs - since
      return ms > 0 && ms >= patienceMs
    }
    for (const { reject } of line.filter(isOutOfPatience)) reject(patienceRanOut(patienceMs, met))
    line = line.filter((waiting) => !isOutOfPatience(waiting))
  }

  return {
    join({ run, reject }) {
      line.push({ run, reject, since: waitedMs })
      serving ??= serve()
    },
    async empty() {
      await serving
    },
  }
}
