import { userChanged } from '../../domain/change.js'
import type { Subject, User } from '../../domain/user.js'
import type { UserStore, UserWithSubject } from '../../ports/store.js'
import { ensureSubject, findSubject, putSubject, raised, revised } from './subjects.js'
import type { Door } from './tables.js'

export function usersBehind({ tables, step, append }: Door): UserStore {
  const { users, userIds } = tables
  const find = (id: string | undefined): UserWithSubject | null => {
    const user = id === undefined ? undefined : users.get(id)
    const subject = user === undefined ? null : findSubject(tables, user.id)
    return user === undefined || subject === null ? null : { user, subject }
  }
  const change = (id: string, fields: Partial<User>, raise: (subject: Subject) => Subject) =>
    step((now) => {
      const found = find(id)
      if (found === null) return null
      users.set(id, frozenUser({ ...found.user, ...fields }))
      const subject = putSubject(tables, raise(found.subject))
      append(userChanged(subject), now)
      return subject
    })
  return {
    create: (user, usernameKey) =>
      step(() => {
        if (users.has(user.id) || userIds.has(usernameKey)) return false
        users.set(user.id, frozenUser(user))
        userIds.set(usernameKey, user.id)
        ensureSubject(tables, user.id)
        return true
      }),
    find: (id) => step(() => find(id)),
    findByUsername: (usernameKey) => step(() => find(userIds.get(usernameKey))),
    replacePassword: (id, passwordHash, spare) =>
      change(id, { passwordHash }, (subject) => raised(subject, spare)),
    upgradePassword: (id, from, to) =>
      step(() => {
        const user = users.get(id)
        if (user === undefined || user.passwordHash !== from) return false
        users.set(id, frozenUser({ ...user, passwordHash: to }))
        return true
      }),
    replaceRoles: (id, roles) => change(id, { roles }, revised),
  }
}

function frozenUser(user: User): User {
  return Object.freeze({ ...user, roles: Object.freeze([...user.roles]) })
}
