// Our own users table. A user never exists without a subject row, and what changes one raises the other in one step.

import type { Subject } from '../../domain/user.js'
import type { UserStore, UserWithSubject } from '../../ports/store.js'
import type { Append } from './append.js'
import type { Driver, Row, Statement, Transaction } from './driver.js'
import { firstOf, subjectColumns, subjectOf, userOf } from './rows.js'
import { changeSubject, ensureSubject, raiseSubjectEpoch, raiseSubjectRevision } from './subjects.js'

const select = `SELECT id, username, email, password_hash, roles, created_at, ${subjectColumns}
  FROM sessera_users JOIN sessera_subjects ON user_id = id`
const find = `${select} WHERE id = ?`
const findByKey = `${select} WHERE username_key = ?`
const insert = `INSERT INTO sessera_users (id, username, username_key, email, password_hash, roles, created_at)
  VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING id`
const setPassword = 'UPDATE sessera_users SET password_hash = ? WHERE id = ? RETURNING id'
const upgradePassword =
  'UPDATE sessera_users SET password_hash = ? WHERE id = ? AND password_hash = ? RETURNING id'
const setRoles = 'UPDATE sessera_users SET roles = ? WHERE id = ? RETURNING id'

export function createSqlUsers(driver: Driver, append: Append): UserStore {
  return {
    create(user, usernameKey) {
      const { id, username, email, passwordHash, createdAt } = user
      const roles = JSON.stringify(user.roles)
      return driver.transact(function* () {
        const added = yield {
          sql: insert,
          params: [id, username, usernameKey, email, passwordHash, roles, createdAt],
        }
        if (added.length === 0) return false
        yield ensureSubject(id)
        return true
      })
    },
    async find(id) {
      return firstOf(await driver.read({ sql: find, params: [id] }), userWithSubjectOf)
    },
    async findByUsername(usernameKey) {
      return firstOf(await driver.read({ sql: findByKey, params: [usernameKey] }), userWithSubjectOf)
    },
    replacePassword(id, passwordHash, spare) {
      const change = { sql: setPassword, params: [passwordHash, id] }
      return driver.transact(changeAndRaise(change, raiseSubjectEpoch(id, spare), append))
    },
    async upgradePassword(id, from, to) {
      const { value, now } = await driver.write({ sql: upgradePassword, params: [to, id, from] })
      return { value: value.length > 0, now }
    },
    replaceRoles(id, roles) {
      const change = { sql: setRoles, params: [JSON.stringify(roles), id] }
      return driver.transact(changeAndRaise(change, raiseSubjectRevision(id), append))
    },
  }
}

function changeAndRaise(change: Statement, raise: Statement, append: Append): Transaction<Subject | null> {
  return function* (now) {
    const changed = yield change
    return changed.length === 0 ? null : yield* changeSubject(raise, append, now)
  }
}

function userWithSubjectOf(row: Row): UserWithSubject {
  return { user: userOf(row), subject: subjectOf(row) }
}
