// Tells whoever holds something open for a session, such as a socket, that it has ended: as the feed said, by itself, or
// because nobody can tell any more. A read decides, not what was heard: of an ended user's sessions one may be spared.

import { instant } from '../changes/instant.js'
import type { Knowledge } from '../changes/knowledge.js'
import type { Change } from '../domain/change.js'
import type { Clock } from '../ports/clock.js'
import type { Log } from '../ports/log.js'
import type { LiveSession } from './live-session.js'
import type { StoreTime } from './store-time.js'

export interface WatchedSessions {
  /** Calls `ended` once, never before this returns. Answers with the function that stops watching. */
  watch(sessionId: string, ended: () => unknown): () => void
  /** This change has been applied. */
  heard(change: Change): void
  /** What was heard so far was another history of the store. */
  doubt(): void
  close(): void
}

export interface WatchOptions {
  /** Reads the session now. Null when it is not live. */
  readonly find: (sessionId: string) => Promise<LiveSession | null>
  readonly knowledge: () => Pick<Knowledge, 'isLive' | 'confirm'>
  readonly clock: Clock
  readonly storeTime: Pick<StoreTime, 'now'>
  readonly log: Log
}

interface Listener {
  readonly ended: () => unknown
}

interface Watched {
  readonly listeners: Set<Listener>
  /** Null: not read yet. */
  userId: string | null
  /** When it ends unless it is used, the store's time. */
  endsAt: number
  /** How many reads were begun; the last one knows best. */
  reads: number
}

const lookEveryMs = 100
const readsAtOnce = 100

export function createWatchedSessions(options: WatchOptions): WatchedSessions {
  const { find, knowledge, clock, storeTime, log } = options
  const watched = new Map<string, Watched>()
  let timer: ReturnType<typeof setInterval> | null = null
  let looking = false

  function end(sessionId: string): void {
    const session = watched.get(sessionId)
    forget(sessionId)
    for (const listener of session?.listeners ?? []) void tell(sessionId, listener)
  }

  async function tell(sessionId: string, { ended }: Listener): Promise<void> {
    try {
      await ended()
    } catch (error) {
      log.error('A listener threw.', { event: 'onEnd', sessionId, error })
    }
  }

  function forget(sessionId: string): void {
    watched.delete(sessionId)
    if (watched.size > 0 || timer === null) return
    clearInterval(timer)
    timer = null
  }

  async function check(sessionId: string, session: Watched): Promise<void> {
    const turn = ++session.reads
    const [reading] = await Promise.allSettled([find(sessionId)])
    if (watched.get(sessionId) !== session) return
    if (reading.status === 'rejected') {
      log.warn('The store cannot tell whether a session is live: what is open for it is closed.', {
        sessionId,
        error: reading.reason,
      })
      end(sessionId)
    } else if (reading.value === null) end(sessionId)
    else if (turn === session.reads) {
      const { userId, expiresAt, lastSeenAt, idleSeconds } = reading.value.session
      session.userId = userId
      session.endsAt = Math.min(expiresAt, lastSeenAt + idleSeconds * 1000)
    }
  }

  async function checkAll(isDoubtful: (session: Watched) => boolean): Promise<void> {
    const doubtful = [...watched].filter(([, session]) => isDoubtful(session))
    for (let at = 0; at < doubtful.length; at += readsAtOnce) {
      await Promise.all(doubtful.slice(at, at + readsAtOnce).map(([id, session]) => check(id, session)))
    }
  }

  /** At the next look it would be too late. */
  function willBeLive(): boolean {
    const { wall, monotonic } = instant(clock)
    return knowledge().isLive({ wall: wall + lookEveryMs, monotonic: monotonic + lookEveryMs })
  }

  async function look(): Promise<void> {
    if (looking) return
    looking = true
    const isCurrent = willBeLive() || (await knowledge().confirm()) || willBeLive()
    await checkAll(({ endsAt }) => !isCurrent || endsAt <= storeTime.now())
    looking = false
  }

  return {
    watch(sessionId, ended) {
      const session = watched.get(sessionId) ?? {
        listeners: new Set(),
        userId: null,
        endsAt: Infinity,
        reads: 0,
      }
      watched.set(sessionId, session)
      const listener = { ended }
      session.listeners.add(listener)
      timer ??= setInterval(() => void look(), lookEveryMs).unref()
      void check(sessionId, session)
      return () => {
        session.listeners.delete(listener)
        if (session.listeners.size === 0 && watched.get(sessionId) === session) forget(sessionId)
      }
    },
    heard({ kind, subject }) {
      if (kind === 'session_ended') end(subject)
      else if (kind === 'user') void checkAll(({ userId }) => userId === null || userId === subject)
      else if (kind === 'everyone') void checkAll(() => true)
    },
    doubt: () => void checkAll(() => true),
    close() {
      for (const sessionId of [...watched.keys()]) forget(sessionId)
    },
  }
}
