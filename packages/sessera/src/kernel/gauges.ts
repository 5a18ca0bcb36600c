// What a process is busy with, read out on request. Nothing here is counted on the way of a request but what costs an
// increment there.

import type { PasswordLoad } from '../ports/passwords.js'
import type { Kernel } from './kernel.js'

/** Work of this process, for its metrics. Counters rise from 0 as long as the process lives. */
export interface Gauges {
  /** Ms since what this process knows was last confirmed; null: never. */
  readonly leaseAgeMs: number | null
  /** `seq` of the last change that was applied. */
  readonly feedPosition: number
  /** Credentials that are recognised from memory: `hits` answered, `misses` had to be verified. */
  readonly remembered: {
    readonly entries: number
    readonly bytes: number
    readonly hits: number
    readonly misses: number
  }
  readonly passwords: PasswordLoad
  readonly audit: { readonly waiting: number; readonly dropped: number }
}

export function readGauges({ knowledge, remembered, passwords, audit }: Kernel): Gauges {
  const { size, bytes, tally } = remembered
  const { waiting, dropped } = audit
  return {
    leaseAgeMs: knowledge.age(),
    feedPosition: knowledge.position().seq,
    remembered: { entries: size, bytes, ...tally },
    passwords: passwords.load(),
    audit: { waiting, dropped },
  }
}
