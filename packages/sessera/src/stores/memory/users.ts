import { userChanged } from '../../domain/change.js'
import type { Subject, User } from '../../domain/user.js'
import type {
  LastOf,
  NewUserRow,
  ReplacedRoles,
  UserQuery,
  UserStore,
  UserWithSubject,
} from '../../ports/store.js'
import { removeSession, sessionsOf } from './sessions.js'
import { disable, ensureSubject, findSubject, isLast, putSubject, raised, revised } from './subjects.js'
import type { Door } from './tables.js'

export function usersBehind({ tables, step, append }: Door): UserStore {
  const { users, userIds, subjects } = tables
  const find = (id: string | undefined): UserWithSubject | null => {
    const user = id === undefined ? undefined : users.get(id)
    const subject = user === undefined ? null : findSubject(tables, user.id)
    return user === undefined || subject === null ? null : { user, subject }
  }
  const add = ({ user, usernameKey, disabled }: NewUserRow, now: number): boolean => {
    if (users.has(user.id) || subjects.has(user.id) || userIds.has(usernameKey)) return false
    users.set(user.id, frozenUser(user))
    userIds.set(usernameKey, user.id)
    const subject = ensureSubject(tables, user.id)
    if (disabled) putSubject(tables, { ...subject, disabledAt: now })
    return true
  }
  const write = (
    { user, subject }: UserWithSubject,
    { fields, now }: { readonly fields: Partial<User>; readonly now: number },
  ): Subject => {
    users.set(user.id, frozenUser({ ...user, ...fields }))
    const changed = putSubject(tables, subject)
    append(userChanged(changed), now)
    return changed
  }
  return {
    create: (user, usernameKey) => step((now) => add({ user, usernameKey, disabled: false }, now)),
    createFirst: (user, usernameKey, role) =>
      step((now) => {
        if ([...users.values()].some(({ roles }) => roles.includes(role))) return 'exists'
        return add({ user, usernameKey, disabled: false }, now) ? 'created' : 'taken'
      }),
    createMany: (rows) => step((now) => rows.map((row) => add(row, now))),
    list: (query) =>
      step(() => {
        const keys = [...userIds.keys()].filter(
          (key) => query.after === null || inBytes(key, query.after) > 0,
        )
        const found: UserWithSubject[] = []
        let last: string | null = null
        for (const key of keys.sort(inBytes)) {
          const row = find(userIds.get(key))
          if (row === null || !matches(row, key, query)) continue
          if (found.length === query.limit) return { users: found, next: last }
          found.push(row)
          last = key
        }
        return { users: found, next: null }
      }),
    find: (id) => step(() => find(id)),
    findByUsername: (usernameKey) => step(() => find(userIds.get(usernameKey))),
    replacePassword: (id, passwordHash, spare, ifEpoch) =>
      step((now) => {
        const found = find(id)
        if (found === null || (ifEpoch !== null && found.subject.epoch !== ifEpoch)) return null
        return write({ ...found, subject: raised(found.subject, spare) }, { fields: { passwordHash }, now })
      }),
    upgradePassword: (id, from, to) =>
      step(() => {
        const user = users.get(id)
        if (user === undefined || user.passwordHash !== from) return false
        users.set(id, frozenUser({ ...user, passwordHash: to }))
        return true
      }),
    replaceRoles: (id, roles, keep) =>
      step((now): ReplacedRoles | LastOf | null => {
        const found = find(id)
        if (found === null) return null
        if (keep !== null && !roles.includes(keep) && isLast(tables, id, keep)) return 'last'
        const subject = write({ ...found, subject: revised(found.subject) }, { fields: { roles }, now })
        return { subject, before: found.user.roles }
      }),
    replaceClaims: (id, claims) =>
      step((now) => {
        const found = find(id)
        if (found === null) return null
        return write({ ...found, subject: revised(found.subject) }, { fields: { claims }, now })
      }),
    remove: (id, keep) =>
      step((now) => {
        const found = find(id)
        if (found === null) return null
        if (isLast(tables, id, keep)) return 'last'
        const ended = sessionsOf(tables, id)
        for (const session of ended) removeSession(tables, session.id)
        users.delete(id)
        for (const [key, userId] of userIds) if (userId === id) userIds.delete(key)
        append(userChanged(putSubject(tables, disable(found.subject, now))), now)
        return ended
      }),
  }
}

/** The order of UTF-8 bytes. That of JavaScript strings puts the characters beyond U+FFFF before some of the others. */
function inBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}

function matches(
  { user, subject }: UserWithSubject,
  usernameKey: string,
  { startsWith, role, disabled }: UserQuery,
): boolean {
  return (
    (startsWith === null ||
      usernameKey.startsWith(startsWith) ||
      (user.email?.toLowerCase().startsWith(startsWith) ?? false)) &&
    (role === null || user.roles.includes(role)) &&
    (disabled === null || (subject.disabledAt !== null) === disabled)
  )
}

function frozenUser(user: User): User {
  return Object.freeze({ ...user, roles: Object.freeze([...user.roles]), claims: frozenCopy(user.claims) })
}

/** As a database would give it back. */
function frozenCopy<T>(value: T): T {
  return JSON.parse(JSON.stringify(value), (_, member: unknown) => Object.freeze(member))
}
