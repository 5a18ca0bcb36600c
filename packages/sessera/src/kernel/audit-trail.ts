// The record of who did what: each event is told to the listeners at once and kept by the store in batches, one at a time.
// Nobody waits for it, and nobody fails by it; what the store cannot take is tried again.

import { inTime } from '../changes/in-time.js'
import { type AuditEvent, type AuditName, createAuditEvent } from '../domain/audit.js'
import type { Log } from '../ports/log.js'
import type { AuditStore } from '../ports/store.js'
import { unattributed } from './attribution.js'
import type { Circumstances } from './circumstances.js'
import type { EventHub } from './events.js'
import { createRefusalCap } from './refusal-cap.js'
import type { StoreTime } from './store-time.js'

/** What an event is about. What is left out is null. */
export interface About extends Partial<Circumstances> {
  readonly userId?: string | null
  readonly sessionId?: string | null
  readonly cause?: string | null
}

export interface AuditTrail {
  /** Events that the store does not have yet. */
  readonly waiting: number
  /** Events that were given up since the process began, because the store took none for too long. */
  readonly dropped: number
  /** Never throws and never waits: what the store cannot take is tried again, and what is lost for good is counted and said. */
  record(name: AuditName, about?: About): void
  /** Resolves when all that was recorded before is kept, or the store has refused it just now; then it is tried again later. */
  flush(): Promise<void>
  /** The last `flush`, for at most five seconds. What is recorded afterwards is told to the listeners only. */
  close(): Promise<void>
}

export interface AuditTrailOptions {
  readonly store: Pick<AuditStore, 'append'>
  readonly storeTime: Pick<StoreTime, 'now'>
  readonly events: Pick<EventHub, 'emit'>
  readonly log: Log
}

const mostWaiting = 10_000
const mostAtOnce = 1000
const firstPauseMs = 100
const longestPauseMs = 30_000
const closeMs = 5000

export function createAuditTrail({ store, storeTime, events, log }: AuditTrailOptions): AuditTrail {
  let waiting: AuditEvent[] = []
  /** Given to the store, which has not answered yet. */
  let given: readonly AuditEvent[] = []
  let dropped = 0
  let untold = 0
  let pauseMs = 0
  let pause: ReturnType<typeof setTimeout> | null = null
  let writing: Promise<void> | null = null
  let closed = false
  const cap = createRefusalCap()

  function record(name: AuditName, about: About = {}): void {
    try {
      const at = storeTime.now()
      tellLeftOut(at)
      const event = createAuditEvent(whole(name, about, at))
      if (cap.leavesOut(event)) return
      events.emit('audited', event, event.requestId)
      if (closed) return
      waiting.push(event)
      drop()
      if (pause === null) write()
    } catch (error) {
      log.error('Something could not be put on record.', { event: name, error })
    }
  }

  /** What strangers were refused beyond the cap is one line, once their minute is over. */
  function tellLeftOut(at: number): void {
    const lost = cap.takeLeftOut(at)
    if (lost > 0) tellDropped(lost)
  }

  /** Nobody's doing, whoever records the next event. */
  function tellDropped(lost: number): void {
    unattributed(() => record('sys_audit_dropped', { cause: String(lost) }))
  }

  /** Makes room, the oldest first. */
  function drop(): void {
    const excess = waiting.length + given.length - mostWaiting
    if (excess <= 0) return
    waiting.splice(0, excess)
    dropped += excess
    untold += excess
  }

  /** Begins to write what waits, unless that is under way. */
  function write(): void {
    writing ??= writeAll()
  }

  async function writeAll(): Promise<void> {
    if (pause !== null) clearTimeout(pause)
    pause = null
    // What is recorded in the same step goes together.
    await null
    while (waiting.length > 0 && pause === null) {
      given = waiting.splice(0, mostAtOnce)
      try {
        await store.append(given)
        given = []
        caughtUp()
      } catch (error) {
        failed(error)
      }
    }
    writing = null
  }

  function failed(error: unknown): void {
    waiting = [...given, ...waiting]
    given = []
    if (pauseMs === 0) log.error('The record of events could not be written. Trying again.', { error })
    pauseMs = Math.min(Math.max(firstPauseMs, pauseMs * 2), longestPauseMs)
    pause = setTimeout(write, pauseMs).unref()
  }

  /** The store takes events. It may have lost some without failing, by being slow. */
  function caughtUp(): void {
    pauseMs = 0
    if (untold === 0) return
    const lost = untold
    untold = 0
    log.error('Events are missing in the record: it could not be written for too long.', { events: lost })
    tellDropped(lost)
  }

  async function flush(): Promise<void> {
    tellLeftOut(storeTime.now())
    write()
    await writing
  }

  return {
    get waiting() {
      return waiting.length + given.length
    },
    get dropped() {
      return dropped
    },
    record,
    flush,
    async close() {
      tellLeftOut(Infinity)
      const [outcome] = await Promise.allSettled([inTime(flush(), closeMs)])
      closed = true
      if (pause !== null) clearTimeout(pause)
      const left = waiting.length + given.length
      if (left > 0 || outcome.status === 'rejected')
        log.error('Events are missing in the record: it could not be written before the end.', {
          events: left,
        })
    },
  }
}

function whole(name: AuditName, about: About, at: number): AuditEvent {
  const {
    actorId = null,
    userId = null,
    sessionId = null,
    ip = null,
    userAgent = null,
    requestId = null,
    cause = null,
  } = about
  return { at, name, actorId, userId, sessionId, ip, userAgent, requestId, cause }
}
