// A follower of a feed that the test writes, delays, cuts and replaces.

import { createFollower, type Follower } from '../../../packages/sessera/src/changes/follower.js'
import { createLease, type Lease } from '../../../packages/sessera/src/changes/lease.js'
import { createRevocations, type Revocations } from '../../../packages/sessera/src/changes/revocations.js'
import type { Change, LostChange } from '../../../packages/sessera/src/domain/change.js'
import type { FeedStore } from '../../../packages/sessera/src/ports/store.js'
import { createFakeClock, type FakeClock } from '../../../packages/sessera/src/testing/fake-clock.js'
import { ended, idOf, nonceOf } from './entries.js'

interface Script {
  entries: readonly Change[]
  horizon: number
  /** By how many entries the feed has grown whenever it is read. */
  growth: number
  /** How many places behind which each read began. */
  readonly reads: number[]
  readonly reasserted: (readonly LostChange[])[]
  /** Runs after the answer is made and before it arrives. */
  onTheWay: () => Promise<void> | void
  /** Runs before the answer is made. */
  atTheStore: () => Promise<void> | void
  /** What the entries ask for. */
  settle: () => Promise<void>
}

interface Scene {
  readonly clock: FakeClock
  readonly lease: Lease
  readonly revocations: Revocations
  readonly follower: Follower
  readonly script: Script
  readonly applied: number[]
  readonly lost: () => number
  readonly warnings: () => number
  /** What was logged, in order: notes and the errors of warnings. */
  readonly logged: unknown[]
}

export function createScene(onDemand = true): Scene {
  const clock = createFakeClock()
  const lease = createLease(clock, 1000)
  const revocations = createRevocations()
  const applied: number[] = []
  let lost = 0
  let warnings = 0
  const logged: unknown[] = []
  const script: Script = {
    entries: [],
    horizon: 0,
    growth: 0,
    reads: [],
    reasserted: [],
    onTheWay: () => undefined,
    atTheStore: () => undefined,
    settle: async () => undefined,
  }
  const feed: FeedStore = {
    async read(after, limit) {
      script.reads.push(after)
      await script.atTheStore()
      const { entries, horizon } = script
      const value = {
        at: entries.find(({ seq }) => seq === after) ?? null,
        entries: entries.filter(({ seq }) => seq > after).slice(0, limit),
        head: (entries.at(-1)?.seq ?? horizon) + script.growth,
        horizon,
      }
      const now = clock.now()
      await script.onTheWay()
      return { value, now }
    },
    async reassert(changes) {
      script.reasserted.push(changes)
      let seq = script.entries.at(-1)?.seq ?? script.horizon
      const again = changes.map((change) => ({
        ...change,
        userId: null,
        at: 0,
        nonce: nonceOf(++seq, 'again'),
        seq,
      }))
      script.entries = [...script.entries, ...again]
      return { value: undefined, now: clock.now() }
    },
    prune: () => Promise.reject(new Error('A follower never prunes.')),
  }
  const follower = createFollower({
    feed,
    clock,
    lease,
    revocations,
    pollMs: 25,
    readMs: 1000,
    onDemand,
    log: {
      info: (message) => void logged.push(message),
      warn(_message, fields) {
        warnings++
        logged.push(fields?.['error'])
      },
      error: () => undefined,
    },
    applied: ({ seq }) => void applied.push(seq),
    settle: () => script.settle(),
    lost: () => void lost++,
  })
  return {
    clock,
    lease,
    revocations,
    follower,
    script,
    applied,
    lost: () => lost,
    warnings: () => warnings,
    logged,
  }
}

export function history(length: number, from = 1, name = ''): readonly Change[] {
  return Array.from({ length }, (_, at) =>
    ended(from + at, `${name}${from + at}`, { nonce: nonceOf(from + at, name) }),
  )
}

export function knows({ revocations }: Scene, name: string): boolean {
  return revocations.refuses({
    sessionId: idOf(name),
    userId: 'nobody',
    mode: 'session',
    epoch: 9,
    revision: 9,
    issuedAt: 0,
  })
}

export function gate(): { readonly wait: () => Promise<void>; readonly open: () => void } {
  let open = (): void => undefined
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { wait: () => opened, open: () => open() }
}
