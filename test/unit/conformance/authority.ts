// The one store of a simulation, with true time for a clock. Each write is reported when it becomes visible, and an
// earlier state can take over as the primary: the last writes are then lost.

import type { Change } from '../../../packages/sessera/src/domain/change.js'
import type { Answer, Store } from '../../../packages/sessera/src/ports/store.js'
import { auditBehind } from '../../../packages/sessera/src/stores/memory/audit.js'
import { deploymentBehind } from '../../../packages/sessera/src/stores/memory/deployment.js'
import { feedBehind } from '../../../packages/sessera/src/stores/memory/feed.js'
import { keysBehind } from '../../../packages/sessera/src/stores/memory/keys.js'
import { limitsBehind } from '../../../packages/sessera/src/stores/memory/limits.js'
import { sessionsBehind } from '../../../packages/sessera/src/stores/memory/sessions.js'
import { subjectsBehind } from '../../../packages/sessera/src/stores/memory/subjects.js'
import { createTables, openDoor, type Tables } from '../../../packages/sessera/src/stores/memory/tables.js'
import { usersBehind } from '../../../packages/sessera/src/stores/memory/users.js'
import { createSeededRandom } from '../../../packages/sessera/src/testing/seeded-random.js'
import { currentOperation } from './machine.js'
import type { Universe } from './universe.js'

/** One call that the store has answered. */
export interface Performed {
  /** Such as `sessions.end`. */
  readonly name: string
  readonly args: readonly unknown[]
  readonly value: unknown
  /** In the order of everything that matters: see `tick`. */
  readonly index: number
  readonly at: number
  /** What it appended to the feed, null when nothing. */
  readonly change: Change | null
  readonly operation: object | null
}

/** Ten minutes: longer than the five of a token's life and what is kept beyond it. */
const keepChangesMs = 600_000
/** Small, so that catching up takes several reads. */
const mostEntriesAtOnce = 2
const snapshotsKept = 8
/** Writes that a failover may lose. The others go with them, and nobody would notice them alone. */
const telling =
  /^(?:sessions\.(?:create|replace|end)|subjects\.(?:raise\w+|disable|enable)|users\.replace\w+|deployment\.\w+|feed\.reassert)$/

export class Authority {
  readonly #universe: Universe
  readonly #tables = createTables()
  readonly #report: (performed: Performed) => void
  #index = 0
  #doors = 0
  #snapshots: { readonly tables: Tables; readonly before: number }[] = []

  constructor(universe: Universe, report: (performed: Performed) => void) {
    this.#universe = universe
    this.#report = report
  }

  /** The next number in the order of everything that matters. */
  tick(): number {
    this.#index += 1
    return this.#index
  }

  /** A connection of its own, reporting nothing yet. */
  open(seed: number): Store {
    const random = createSeededRandom(`door ${seed} ${this.#doors++}`)
    const door = openDoor(this.#tables, { clock: this.#universe.clock, random, keepChangesMs })
    return {
      subjects: subjectsBehind(door),
      users: usersBehind(door),
      sessions: sessionsBehind(door),
      keys: keysBehind(door),
      limits: limitsBehind(door),
      audit: auditBehind(door),
      deployment: deploymentBehind(door),
      feed: feedBehind(door),
      close: async () => door.close(),
    }
  }

  /** Makes the call and reports it in the same step. */
  async perform(
    name: string,
    args: readonly unknown[],
    call: (args: readonly unknown[]) => Promise<Answer<unknown>>,
  ): Promise<Answer<unknown>> {
    const { entries } = this.#tables.feed
    const isTelling = telling.test(name)
    if (isTelling) this.#keepSnapshot()
    const last = entries.at(-1)?.change.seq ?? 0
    const bounded = name === 'feed.read' ? [args[0], mostEntriesAtOnce] : args
    const answering = call(bounded)
    const appended = entries.at(-1)?.change ?? null
    const before = { index: this.tick(), at: this.#universe.now, operation: currentOperation() }
    const answer = await answering
    const change = appended !== null && appended.seq > last ? appended : null
    this.#report({ name, args, value: answer.value, change, ...before })
    return answer
  }

  /** Removes what is over, as any node does once a minute. */
  async prune(): Promise<void> {
    const { sessions, feed } = this.open(0)
    await sessions.removeExpired(this.#universe.now)
    await feed.prune(this.#universe.now)
  }

  /** From now on nothing before this is ever lost. */
  replicate(): void {
    this.#snapshots = []
  }

  /** Another primary takes over, without the last `count` writes. Answers with the index before the first lost one. */
  failOver(count: number): number | null {
    const kept = this.#snapshots.splice(-Math.min(count, this.#snapshots.length))
    const [first] = kept
    if (first === undefined) return null
    restore(this.#tables, first.tables)
    return first.before
  }

  #keepSnapshot(): void {
    this.#snapshots.push({ tables: structuredClone(this.#tables), before: this.#index })
    if (this.#snapshots.length > snapshotsKept) this.#snapshots.shift()
  }
}

function restore(tables: Tables, from: Tables): void {
  refill(tables.subjects, from.subjects)
  refill(tables.users, from.users)
  refill(tables.userIds, from.userIds)
  refill(tables.sessions, from.sessions)
  refill(tables.sessionIds, from.sessionIds)
  refill(tables.data, from.data)
  refill(tables.keys, from.keys)
  refill(tables.limits, from.limits)
  refill(tables.guesses, from.guesses)
  tables.deployment.epoch = from.deployment.epoch
  tables.feed.entries.splice(0, Infinity, ...from.feed.entries)
  tables.feed.horizon = from.feed.horizon
}

function refill<V>(map: Map<string, V>, from: ReadonlyMap<string, V>): void {
  map.clear()
  for (const [key, value] of from) map.set(key, value)
}
