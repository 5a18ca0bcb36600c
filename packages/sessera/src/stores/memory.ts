// The store for tests and first steps: everything in this process, gone with it. Records are frozen copies, so that
// nobody outside can change them; every method is one synchronous step, hence atomic.

import type { Session } from '../domain/session.js'
import type { Subject, User } from '../domain/user.js'
import type { Clock } from '../ports/clock.js'
import type {
  Answer,
  Attempts,
  KeyStore,
  LimitStore,
  SessionStore,
  Store,
  StoredKey,
  StoreSource,
  SubjectStore,
  UserStore,
} from '../ports/store.js'

interface Tables {
  readonly subjects: Map<string, Subject>
  readonly users: Map<string, User>
  /** Username key to user id. */
  readonly userIds: Map<string, string>
  readonly sessions: Map<string, Session>
  /** Session data as JSON text, as a database would keep it. */
  readonly data: Map<string, { readonly text: string; readonly version: number }>
  readonly keys: Map<string, StoredKey>
  readonly limits: Map<string, Attempts>
}

/** Runs one step of a store at the store's time. */
type Step = <T>(work: (now: number) => T) => Promise<Answer<T>>

/**
 * Keeps everything in memory. What it holds belongs to the source: opened twice, it is one store with two doors.
 *
 * @example
 * const auth = createAuth({ origin: 'http://localhost:3000', store: memory() })
 */
export function memory(): StoreSource {
  const tables: Tables = {
    subjects: new Map(),
    users: new Map(),
    userIds: new Map(),
    sessions: new Map(),
    data: new Map(),
    keys: new Map(),
    limits: new Map(),
  }
  return { open: async ({ clock }) => openTables(tables, clock) }
}

function openTables(tables: Tables, clock: Clock): Store {
  let isClosed = false
  const step: Step = async (work) => {
    if (isClosed) throw new Error('The store is closed.')
    const now = clock.now()
    return { value: work(now), now }
  }
  return {
    subjects: subjectsIn(tables, step),
    users: usersIn(tables, step),
    sessions: sessionsIn(tables, step),
    keys: keysIn(tables, step),
    limits: limitsIn(tables, step),
    close: async () => {
      isClosed = true
    },
  }
}

function subjectsIn({ subjects }: Tables, step: Step): SubjectStore {
  return {
    ensure: (userId) => step(() => ensureSubject(subjects, userId)),
    find: (userId) => step(() => subjects.get(userId) ?? null),
    raiseEpoch: (userId, spare) =>
      step(() => changeSubject(subjects, userId, (subject) => raised(subject, spare))),
    raiseRevision: (userId) => step(() => changeSubject(subjects, userId, revised)),
    disable: (userId) =>
      step((now) =>
        changeSubject(subjects, userId, (subject) => ({
          ...raised(subject, null),
          disabledAt: subject.disabledAt ?? now,
        })),
      ),
    enable: (userId) =>
      step(() => changeSubject(subjects, userId, (subject) => ({ ...subject, disabledAt: null }))),
  }
}

function ensureSubject(subjects: Tables['subjects'], userId: string): Subject {
  const known = subjects.get(userId)
  if (known !== undefined) return known
  const made = Object.freeze({ userId, epoch: 1, revision: 1, disabledAt: null, spared: null })
  subjects.set(userId, made)
  return made
}

function changeSubject(
  subjects: Tables['subjects'],
  userId: string,
  change: (subject: Subject) => Subject,
): Subject | null {
  const subject = subjects.get(userId)
  if (subject === undefined) return null
  const changed = Object.freeze(change(subject))
  subjects.set(userId, changed)
  return changed
}

function raised(subject: Subject, spare: string | null): Subject {
  const epoch = subject.epoch + 1
  if (spare === null) return { ...subject, epoch, spared: null }
  const fromEpoch = subject.spared?.sessionId === spare ? subject.spared.fromEpoch : subject.epoch
  return { ...subject, epoch, spared: Object.freeze({ sessionId: spare, fromEpoch }) }
}

function revised(subject: Subject): Subject {
  return { ...subject, revision: subject.revision + 1 }
}

function usersIn({ users, userIds, subjects }: Tables, step: Step): UserStore {
  const find = (id: string | undefined) => {
    const user = id === undefined ? undefined : users.get(id)
    const subject = user === undefined ? undefined : subjects.get(user.id)
    return user === undefined || subject === undefined ? null : { user, subject }
  }
  const change = (id: string, fields: Partial<User>, raise: (subject: Subject) => Subject) => {
    const user = users.get(id)
    if (user === undefined) return null
    users.set(id, frozenUser({ ...user, ...fields }))
    return changeSubject(subjects, id, raise)
  }
  return {
    create: (user, usernameKey) =>
      step(() => {
        if (users.has(user.id) || userIds.has(usernameKey)) return false
        users.set(user.id, frozenUser(user))
        userIds.set(usernameKey, user.id)
        ensureSubject(subjects, user.id)
        return true
      }),
    find: (id) => step(() => find(id)),
    findByUsername: (usernameKey) => step(() => find(userIds.get(usernameKey))),
    replacePassword: (id, passwordHash, spare) =>
      step(() => change(id, { passwordHash }, (subject) => raised(subject, spare))),
    replaceRoles: (id, roles) => step(() => change(id, { roles }, revised)),
  }
}

function frozenUser(user: User): User {
  return Object.freeze({ ...user, roles: Object.freeze([...user.roles]) })
}

function frozenSession(session: Session): Session {
  return Object.freeze({ ...session, factors: Object.freeze([...session.factors]) })
}

function sessionsIn({ sessions, subjects, data }: Tables, step: Step): SessionStore {
  const remove = (session: Session) => {
    sessions.delete(session.id)
    data.delete(session.id)
  }
  const ofUser = (userId: string) => [...sessions.values()].filter((session) => session.userId === userId)
  const removeAll = (ended: readonly Session[]) => {
    ended.forEach(remove)
    return ended
  }
  return {
    create: (session) =>
      step(() => {
        if (sessions.has(session.id)) return false
        sessions.set(session.id, frozenSession(session))
        data.set(session.id, { text: 'null', version: 1 })
        return true
      }),
    find: (id) =>
      step(() => {
        const session = sessions.get(id)
        const subject = session === undefined ? undefined : subjects.get(session.userId)
        return session === undefined || subject === undefined ? null : { session, subject }
      }),
    replace: (next, expectedVersion) =>
      step(() => {
        const stored = sessions.get(next.id)
        if (stored === undefined || stored.version !== expectedVersion) return false
        sessions.set(
          next.id,
          frozenSession({ ...next, lastSeenAt: Math.max(stored.lastSeenAt, next.lastSeenAt) }),
        )
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
      step(() => {
        const stored = sessions.get(id)
        if (stored === undefined) return null
        remove(stored)
        return stored
      }),
    endAll: (userId, except) => step(() => removeAll(ofUser(userId).filter(({ id }) => id !== except))),
    list: (userId) => step(() => ofUser(userId).sort((a, b) => b.lastSeenAt - a.lastSeenAt)),
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

function hasEnded(session: Session, at: number): boolean {
  return session.expiresAt <= at || session.lastSeenAt + session.idleSeconds * 1000 <= at
}

function keysIn({ keys }: Tables, step: Step): KeyStore {
  const inOrder = () =>
    [...keys.values()].sort((a, b) => a.signsFrom - b.signsFrom || a.createdAt - b.createdAt)
  return {
    list: () => step(inOrder),
    add: (key, newest) =>
      step(() => {
        if ((inOrder().at(-1)?.kid ?? null) !== newest || keys.has(key.kid)) return false
        keys.set(key.kid, Object.freeze({ ...key }))
        return true
      }),
    remove: (kid) => step(() => keys.delete(kid)),
  }
}

function limitsIn({ limits }: Tables, step: Step): LimitStore {
  return {
    count: (key, windowMs) =>
      step((now) => {
        const open = limits.get(key)
        const isRunning = open !== undefined && now < open.endsAt
        const counted = Object.freeze(
          isRunning ? { count: open.count + 1, endsAt: open.endsAt } : { count: 1, endsAt: now + windowMs },
        )
        limits.set(key, counted)
        return counted
      }),
    uncount: (key) =>
      step((now) => {
        const open = limits.get(key)
        if (open === undefined || now >= open.endsAt || open.count === 0) return
        limits.set(key, Object.freeze({ count: open.count - 1, endsAt: open.endsAt }))
      }),
    clear: (key) => step(() => void limits.delete(key)),
    removeEnded: (at) =>
      step(() => {
        const ended = [...limits].filter(([, { endsAt }]) => endsAt < at)
        for (const [key] of ended) limits.delete(key)
        return ended.length
      }),
  }
}
