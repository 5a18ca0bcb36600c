// When sessions were last seen. The first is written at once, those of the second that follows together: no request
// waits. What is lost in a crash makes a session look idle a little earlier than it was, never later.

import type { Clock } from '../ports/clock.js'
import type { Log } from '../ports/log.js'
import type { SessionStore } from '../ports/store.js'

export interface Touches {
  /** The session was used at `seenAt`, the store's time. */
  note(sessionId: string, seenAt: number): void
  /**
   * Writes what was noted; resolves when that and everything noted before is written. Never throws: a failure is logged
   * and costs nobody their request.
   */
  flush(): Promise<void>
}

const gatherMs = 1000

export function createTouches(sessions: Pick<SessionStore, 'touch'>, clock: Clock, log: Log): Touches {
  let noted = new Map<string, number>()
  let flushedAt = -Infinity
  let timer: ReturnType<typeof setTimeout> | null = null
  let writing: Promise<void> = Promise.resolve()

  async function flush(): Promise<void> {
    if (timer !== null) clearTimeout(timer)
    timer = null
    flushedAt = clock.monotonic()
    const batch = noted
    noted = new Map()
    const before = writing
    writing = write(batch).then(() => before)
    await writing
  }

  async function write(batch: ReadonlyMap<string, number>): Promise<void> {
    const written = await Promise.allSettled([...batch].map(([id, seenAt]) => sessions.touch(id, seenAt)))
    const failed = written.filter((outcome) => outcome.status === 'rejected')
    if (failed[0] !== undefined) {
      log.warn('Could not record that sessions were in use.', {
        sessions: failed.length,
        error: failed[0].reason,
      })
    }
  }

  return {
    note(sessionId, seenAt) {
      noted.set(sessionId, Math.max(seenAt, noted.get(sessionId) ?? 0))
      if (clock.monotonic() - flushedAt >= gatherMs) void flush()
      else timer ??= setTimeout(() => void flush(), gatherMs).unref()
    },
    flush,
  }
}
