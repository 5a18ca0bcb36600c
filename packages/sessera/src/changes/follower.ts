// Follows the change feed of the store: applies every entry once, in order, and confirms by the moment a read *began*.
// It re-reads its last entry each time; a history that does not contain it any more is another history.

import type { Change, LostChange } from '../domain/change.js'
import type { Clock } from '../ports/clock.js'
import type { Log } from '../ports/log.js'
import type { FeedPage, FeedStore } from '../ports/store.js'
import { inTime } from './in-time.js'
import { instant } from './instant.js'
import type { Lease } from './lease.js'
import type { Revocations } from './revocations.js'

export interface FollowerOptions {
  readonly feed: FeedStore
  readonly clock: Clock
  readonly log: Log
  readonly lease: Lease
  readonly revocations: Revocations
  /** From the start of one read to the start of the next. */
  readonly pollMs: number
  /** How long each answer may take: later it would confirm nothing. */
  readonly readMs: number
  /** Reads only when asked: for processes that are frozen between requests. */
  readonly onDemand: boolean
  /** Drops what is remembered of whatever the change touches. */
  readonly applied: (change: Change) => void
  /** Completes what the entries applied ask for. Awaited before what is known counts as complete; may fail as a read may. */
  readonly settle: () => Promise<void>
  /** The store's history is not the one that was followed: everything remembered must go. */
  readonly lost: () => void
}

/** How far the feed was followed. A place in one history says nothing about another. */
export interface Followed {
  readonly history: number
  readonly seq: number
}

export interface Follower {
  /** The last entry applied; what was read of the store after noting it contains that entry. */
  position(): Followed
  /**
   * Makes one read that begins now, or joins the one under way; once more if that had begun too long ago to be of use.
   * True: it has succeeded, and knowledge is current. Never throws: a store that fails leaves the lease as it is.
   */
  confirm(): Promise<boolean>
  /** One read that begins no earlier than now. True: every change acknowledged so far is applied. Never throws. */
  catchUp(): Promise<boolean>
  start(): void
  /** Resolves when the read under way, if any, is over. */
  stop(): Promise<void>
}

const pageSize = 1000
/** A store that grows faster than it can be read: give others a turn, and say no rather than spin. */
const maxPages = 1000

export function createFollower(options: FollowerOptions): Follower {
  const { feed, clock, log, lease, revocations, pollMs, readMs } = options
  let position = { seq: 0, nonce: '' }
  let history = 0
  // What is known from other histories and was not met in this one. Kept until the store has taken it back.
  const owed = new Map<string, LostChange>()
  let reading: Promise<boolean> | null = null
  let next: Promise<boolean> | null = null
  let timer: ReturnType<typeof setTimeout> | null = null
  let following = false
  let stopped = false
  let failing = false

  /** Reads until everything up to the head that a read reported is applied; confirms by when that read began. */
  async function readToHead(): Promise<void> {
    for (let pages = 0; pages < maxPages; pages++) {
      const begunAt = instant(clock)
      const { value: page, now } = await inTime(feed.read(position.seq, pageSize), readMs)
      if (!continues(page)) {
        startOver(page, now)
        continue
      }
      applyAll(page.entries)
      if (position.seq < page.head) continue
      if (owed.size > 0) {
        await inTime(feed.reassert([...owed.values()]), readMs)
        owed.clear()
        continue
      }
      await inTime(options.settle(), readMs)
      revocations.forget(now)
      lease.confirm(begunAt)
      return
    }
    throw new Error(`The change feed grew by more than ${maxPages * pageSize} entries while it was read.`)
  }

  /** Whether the page is the history that was followed so far, without a gap behind it. */
  function continues({ at, entries, horizon }: FeedPage): boolean {
    const isNew = position.nonce === ''
    if (isNew ? position.seq !== horizon : at?.nonce !== position.nonce) return false
    return entries.every(({ seq }, index) => seq === position.seq + 1 + index)
  }

  function applyAll(entries: readonly Change[]): void {
    for (const change of entries) {
      owed.delete(change.nonce)
      revocations.apply(change)
      options.applied(change)
      position = { seq: change.seq, nonce: change.nonce }
    }
  }

  /** Keeps every revocation, drops every acceptance, and follows from the horizon on. */
  function startOver({ horizon }: FeedPage, now: number): void {
    options.lost()
    lease.lose()
    // What is over was pruned, not lost.
    for (const change of revocations.known()) if (change.keepUntil >= now) owed.set(change.nonce, change)
    if (position.nonce !== '') {
      log.warn(
        'The change feed is not the one that was followed: the store was restored or failed over. Replaying it.',
        { horizon, known: owed.size },
      )
    }
    position = { seq: horizon, nonce: '' }
    history++
  }

  /** False: it failed. */
  async function read(): Promise<boolean> {
    try {
      await readToHead()
      if (failing) log.info('The change feed can be read again.')
      failing = false
      return true
    } catch (error) {
      if (!failing && !stopped) {
        log.warn('The change feed cannot be read. Requests will be checked against the store itself.', {
          error,
        })
      }
      failing = true
      return false
    }
  }

  function share(): Promise<boolean> {
    reading ??= read().finally(() => {
      reading = null
    })
    return reading
  }

  function catchUp(): Promise<boolean> {
    if (reading === null) return share()
    next ??= reading.then(() => {
      next = null
      return share()
    })
    return next
  }

  async function poll(): Promise<void> {
    const begun = clock.monotonic()
    await share()
    if (stopped) return
    timer = setTimeout(() => void poll(), Math.max(0, pollMs - (clock.monotonic() - begun)))
    timer.unref()
  }

  return {
    position: () => ({ history, seq: position.seq }),
    async confirm() {
      const isRead = await share()
      if (!isRead || lease.isLive()) return isRead
      return (await share()) && lease.isLive()
    },
    catchUp,
    start() {
      if (following || stopped || options.onDemand) return
      following = true
      void poll()
    },
    async stop() {
      stopped = true
      if (timer !== null) clearTimeout(timer)
      await reading
    },
  }
}
