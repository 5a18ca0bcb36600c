// Wires what the change feed tells to what this process remembers, watches and signs with.

import { createFollower, type Follower } from './changes/follower.js'
import { createKnowledge, type Knowledge } from './changes/knowledge.js'
import { createLease } from './changes/lease.js'
import { createRevocations } from './changes/revocations.js'
import type { Keyring } from './credentials/keyring.js'
import type { Remembered } from './credentials/remembered.js'
import type { Change } from './domain/change.js'
import type { WatchedSessions } from './kernel/watched-sessions.js'
import type { Clock } from './ports/clock.js'
import type { Log } from './ports/log.js'
import type { FeedStore } from './ports/store.js'

export interface FollowOptions {
  readonly feed: FeedStore
  readonly remembered: Pick<Remembered<unknown>, 'dropSession' | 'dropUser' | 'dropAll'>
  readonly watched: Pick<WatchedSessions, 'heard' | 'doubt'>
  readonly keyring: Pick<Keyring, 'learn'>
  readonly clock: Clock
  readonly log: Log
  /** How old an answer of the store may be when a decision rests on it. */
  readonly maxStalenessMs: number
  /** By how much more knowledge of changes may be older: `trustLocalFor`. */
  readonly trustLocalForMs: number
  readonly onDemand: boolean
}

/** From the start of one read of the feed to the start of the next. An empty read of SQLite takes microseconds. */
const pollMs = 25

export function followChanges(options: FollowOptions): {
  readonly follower: Follower
  readonly knowledge: Knowledge
} {
  const { feed, remembered, watched, keyring, clock, log, maxStalenessMs, trustLocalForMs, onDemand } =
    options
  const lease = createLease(clock, maxStalenessMs + trustLocalForMs)
  const revocations = createRevocations()
  let keysChanged = false

  function applied(change: Change): void {
    const { kind, subject } = change
    if (kind === 'session_ended' || kind === 'session_moved') remembered.dropSession(subject)
    else if (kind === 'user') remembered.dropUser(subject)
    else remembered.dropAll()
    if (kind === 'keys') keysChanged = true
    watched.heard(change)
  }

  async function settle(): Promise<void> {
    if (!keysChanged) return
    keysChanged = false
    try {
      await keyring.learn()
    } catch (error) {
      keysChanged = true
      throw error
    }
  }

  const follower = createFollower({
    feed,
    clock,
    log,
    lease,
    revocations,
    pollMs,
    readMs: maxStalenessMs,
    onDemand,
    applied,
    settle,
    lost() {
      remembered.dropAll()
      watched.doubt()
    },
  })
  return { follower, knowledge: createKnowledge(follower, lease, revocations) }
}
