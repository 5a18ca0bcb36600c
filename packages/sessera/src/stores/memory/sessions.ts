import { isMove, sessionEnded, sessionMoved } from '../../domain/change.js'
import type { Session } from '../../domain/session.js'
import type { SessionStore } from '../../ports/store.js'
import { findSubject } from './subjects.js'
import type { Door, Tables } from './tables.js'

export function sessionsBehind({ tables, step, append }: Door): SessionStore {
  const { sessions, sessionIds, users, data } = tables
  const ofUser = (userId: string) => sessionsOf(tables, userId)
  const removeAll = (ended: readonly Session[]) => {
    for (const { id } of ended) removeSession(tables, id)
    return ended
  }
  return {
    create: (session) =>
      step(() => {
        if (sessions.has(session.id)) return false
        sessions.set(session.id, frozenSession(session))
        sessionIds.set(session.userId, [...(sessionIds.get(session.userId) ?? []), session.id])
        data.set(session.id, { text: 'null', version: 1 })
        return true
      }),
    find: (id) =>
      step(() => {
        const session = sessions.get(id)
        const subject = session === undefined ? null : findSubject(tables, session.userId)
        if (session === undefined || subject === null) return null
        const user = users.get(session.userId)
        return {
          session,
          subject,
          user:
            user === undefined ? null : { username: user.username, roles: user.roles, claims: user.claims },
        }
      }),
    replace: (next, expectedVersion) =>
      step((now) => {
        const stored = sessions.get(next.id)
        if (stored === undefined || stored.version !== expectedVersion) return false
        const { mode, purpose, generation, lastTransition, epoch, provenAt, factors, version } = next
        const lastSeenAt = Math.max(stored.lastSeenAt, next.lastSeenAt)
        const changed = { mode, purpose, generation, lastTransition, epoch, provenAt, factors, version }
        sessions.set(next.id, frozenSession({ ...stored, ...changed, rotatedAt: now, lastSeenAt }))
        if (isMove(next)) append(sessionMoved(next), now)
        return true
      }),
    touch: (id, seenAt) =>
      step(() => {
        const stored = sessions.get(id)
        if (stored === undefined) return false
        sessions.set(id, frozenSession({ ...stored, lastSeenAt: Math.max(stored.lastSeenAt, seenAt) }))
        return true
      }),
    end: (id) =>
      step((now) => {
        const stored = removeSession(tables, id)
        if (stored !== null) append(sessionEnded(stored), now)
        return stored
      }),
    endAll: (userId, except, belowEpoch) =>
      step(() => removeAll(ofUser(userId).filter(({ id, epoch }) => id !== except && epoch < belowEpoch))),
    endBeyond: (userId, most, spare) =>
      step((now) => {
        const isSpared = ({ id }: Session) => Number(id === spare)
        const inOrder = ofUser(userId).sort((a, b) => isSpared(b) - isSpared(a) || latestSeenFirst(a, b))
        const ended = removeAll(inOrder.slice(most))
        for (const session of ended) append(sessionEnded(session), now)
        return ended
      }),
    list: (userId) => step(() => ofUser(userId).sort(latestSeenFirst)),
    readData: (id) =>
      step(() => {
        const stored = data.get(id)
        return stored === undefined ? null : { data: JSON.parse(stored.text), version: stored.version }
      }),
    writeData: (id, next, expectedVersion) =>
      step(() => {
        if (data.get(id)?.version !== expectedVersion) return false
        data.set(id, { text: JSON.stringify(next), version: expectedVersion + 1 })
        return true
      }),
    removeExpired: (at) =>
      step(() => removeAll([...sessions.values()].filter((session) => hasEnded(session, at))).length),
  }
}

export function sessionsOf({ sessions, sessionIds }: Tables, userId: string): Session[] {
  return (sessionIds.get(userId) ?? []).flatMap((id) => sessions.get(id) ?? [])
}

/** What was removed, null when it was gone. */
export function removeSession({ sessions, sessionIds, data }: Tables, id: string): Session | null {
  const stored = sessions.get(id)
  if (stored === undefined) return null
  sessions.delete(id)
  data.delete(id)
  const others = (sessionIds.get(stored.userId) ?? []).filter((other) => other !== id)
  if (others.length === 0) sessionIds.delete(stored.userId)
  else sessionIds.set(stored.userId, others)
  return stored
}

function latestSeenFirst(a: Session, b: Session): number {
  return b.lastSeenAt - a.lastSeenAt || b.createdAt - a.createdAt
}

function frozenSession(session: Session): Session {
  return Object.freeze({ ...session, factors: Object.freeze([...session.factors]) })
}

function hasEnded(session: Session, at: number): boolean {
  return session.expiresAt <= at || session.lastSeenAt + session.idleSeconds * 1000 <= at
}
