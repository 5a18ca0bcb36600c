import { underDeployment, userChanged } from '../../domain/change.js'
import type { Subject } from '../../domain/user.js'
import type { SubjectStore } from '../../ports/store.js'
import type { Door, Tables } from './tables.js'

export function subjectsBehind(door: Door): SubjectStore {
  const { tables, step, append } = door
  const change = (userId: string, changed: (subject: Subject, now: number) => Subject) =>
    step((now) => {
      const subject = findSubject(tables, userId)
      if (subject === null) return null
      const next = putSubject(tables, changed(subject, now))
      append(userChanged(next), now)
      return next
    })
  return {
    ensure: (userId) => step(() => ensureSubject(tables, userId)),
    find: (userId) => step(() => findSubject(tables, userId)),
    raiseEpoch: (userId, spare) => change(userId, (subject) => raised(subject, spare)),
    raiseRevision: (userId) => change(userId, revised),
    disable: (userId, keep) =>
      step((now) => {
        const subject = findSubject(tables, userId)
        if (subject === null) return null
        if (isLast(tables, userId, keep)) return 'last'
        const next = putSubject(tables, disable(subject, now))
        append(userChanged(next), now)
        return next
      }),
    enable: (userId) =>
      step(() => {
        const subject = findSubject(tables, userId)
        return subject === null ? null : putSubject(tables, { ...subject, disabledAt: null })
      }),
  }
}

export function findSubject({ subjects, deployment }: Tables, userId: string): Subject | null {
  const subject = subjects.get(userId)
  return subject === undefined ? null : Object.freeze(underDeployment(subject, deployment.epoch))
}

export function ensureSubject(tables: Tables, userId: string): Subject {
  const { epoch } = tables.deployment
  const made: Subject = { userId, epoch, revision: 1, disabledAt: null, spared: null }
  return findSubject(tables, userId) ?? putSubject(tables, made)
}

export function putSubject({ subjects }: Tables, subject: Subject): Subject {
  const spared = subject.spared === null ? null : Object.freeze({ ...subject.spared })
  const stored = Object.freeze({ ...subject, spared })
  subjects.set(stored.userId, stored)
  return stored
}

export function raised(subject: Subject, spare: string | null): Subject {
  const epoch = subject.epoch + 1
  if (spare === null) return { ...subject, epoch, spared: null }
  const fromEpoch = subject.spared?.sessionId === spare ? subject.spared.fromEpoch : subject.epoch
  return { ...subject, epoch, spared: { sessionId: spare, fromEpoch } }
}

export function disable(subject: Subject, now: number): Subject {
  return { ...raised(subject, null), disabledAt: subject.disabledAt ?? now }
}

/** Whether this user is enabled, has the role, and would leave nobody else who is, has it, and has a password. */
export function isLast({ users, subjects }: Tables, userId: string, keep: string | null): boolean {
  if (keep === null) return false
  const having = [...users.values()].filter(
    ({ id, roles, passwordHash }) =>
      roles.includes(keep) &&
      subjects.get(id)?.disabledAt === null &&
      (id === userId || passwordHash !== null),
  )
  return having.length === 1 && having[0]?.id === userId
}

export function revised(subject: Subject): Subject {
  return { ...subject, revision: subject.revision + 1 }
}
