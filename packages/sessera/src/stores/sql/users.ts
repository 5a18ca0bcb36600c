// Our own users table. A user never exists without a subject row, and what changes one raises the other in one step.

import type { Subject } from '../../domain/user.js'
import type {
  LastOf,
  NewUserRow,
  ReplacedRoles,
  UserPage,
  UserStore,
  UserWithSubject,
} from '../../ports/store.js'
import type { Append } from './append.js'
import type { Driver, Row, Statement, Steps, Transaction } from './driver.js'
import { emailKeyOf } from './fill-user-lists.js'
import { addRoles, findAnyoneWith, isLastOf, removeRoles } from './roles.js'
import { firstOf, sessionOf, subjectColumns, subjectOf, textOf, textsOf, userOf } from './rows.js'
import { endEverySession } from './sessions.js'
import {
  addSubject,
  changeSubject,
  disableSubject,
  findSubject,
  onlySubject,
  raiseSubjectEpoch,
  raiseSubjectRevision,
} from './subjects.js'
import { selectUserKeys } from './user-list.js'

const columns = `id, username, sessera_users.username_key, email, password_hash, roles, claims, created_at,
  ${subjectColumns}`
const select = `SELECT ${columns} FROM sessera_users JOIN sessera_subjects ON user_id = id`
const find = `${select} WHERE id = ?`
const findByKey = `${select} WHERE username_key = ?`
const insert = `INSERT INTO sessera_users
  (id, username, username_key, email, email_key, password_hash, roles, claims, created_at, is_disabled)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING id`
const remove = 'DELETE FROM sessera_users WHERE id = ? RETURNING username_key, roles'
const setPassword = 'UPDATE sessera_users SET password_hash = ? WHERE id = ? RETURNING id'
const upgradePassword =
  'UPDATE sessera_users SET password_hash = ? WHERE id = ? AND password_hash = ? RETURNING id'
const findRoles = 'SELECT username_key, roles FROM sessera_users WHERE id = ?'
const setRoles = 'UPDATE sessera_users SET roles = ? WHERE id = ? RETURNING id'
const setClaims = 'UPDATE sessera_users SET claims = ? WHERE id = ? RETURNING id'

export function createSqlUsers(driver: Driver, append: Append): UserStore {
  return {
    create(user, usernameKey) {
      return driver.transact((now) => add({ user, usernameKey, disabled: false }, now))
    },
    createFirst(user, usernameKey, role) {
      return driver.transact(function* (now) {
        const anyone = yield findAnyoneWith(role)
        if (anyone.length > 0) return 'exists'
        return (yield* add({ user, usernameKey, disabled: false }, now)) ? 'created' : 'taken'
      })
    },
    createMany(rows) {
      return driver.transact(function* (now) {
        const added: boolean[] = []
        for (const row of rows) added.push(yield* add(row, now))
        return added
      })
    },
    async list(query) {
      const keys = selectUserKeys(query, query.limit + 1)
      const sql = `SELECT ${columns} FROM (${keys.sql}) AS page
        JOIN sessera_users ON sessera_users.username_key = page.username_key
        JOIN sessera_subjects ON user_id = id ORDER BY page.username_key`
      const { value, now } = await driver.read({ sql, params: keys.params })
      return { value: pageOf(value, query.limit), now }
    },
    async find(id) {
      return firstOf(await driver.read({ sql: find, params: [id] }), userWithSubjectOf)
    },
    async findByUsername(usernameKey) {
      return firstOf(await driver.read({ sql: findByKey, params: [usernameKey] }), userWithSubjectOf)
    },
    replacePassword(id, passwordHash, spare, ifEpoch) {
      const change = { sql: setPassword, params: [passwordHash, id] }
      const replace = changeAndRaise(change, raiseSubjectEpoch(id, spare), append)
      return driver.transact(function* (now) {
        if (ifEpoch !== null && (yield* epochOf(id)) !== ifEpoch) return null
        return yield* replace(now)
      })
    },
    async upgradePassword(id, from, to) {
      const { value, now } = await driver.write({ sql: upgradePassword, params: [to, id, from] })
      return { value: value.length > 0, now }
    },
    replaceRoles(id, roles, keep) {
      const change = { sql: setRoles, params: [JSON.stringify(roles), id] }
      const replace = changeAndRaise(change, raiseSubjectRevision(id), append)
      return driver.transact(function* (now): Steps<ReplacedRoles | LastOf | null> {
        const [row] = yield { sql: findRoles, params: [id] }
        if (row === undefined) return null
        if (keep !== null && !roles.includes(keep) && (yield* isLastOf(id, keep))) return 'last'
        const usernameKey = textOf(row, 'username_key')
        const before = textsOf(row, 'roles')
        yield* removeRoles({ usernameKey, roles: before })
        yield* addRoles({ userId: id, usernameKey, roles })
        const subject = yield* replace(now)
        return subject === null ? null : { subject, before }
      })
    },
    replaceClaims(id, claims) {
      const change = { sql: setClaims, params: [JSON.stringify(claims), id] }
      return driver.transact(changeAndRaise(change, raiseSubjectRevision(id), append))
    },
    remove(id, keep) {
      return driver.transact(function* (now) {
        if (yield* isLastOf(id, keep)) return 'last'
        const [row] = yield { sql: remove, params: [id] }
        if (row === undefined) return null
        yield* removeRoles({ usernameKey: textOf(row, 'username_key'), roles: textsOf(row, 'roles') })
        const ended = (yield endEverySession(id)).map(sessionOf)
        yield* changeSubject(disableSubject(id, now), append, now)
        return ended
      })
    },
  }
}

function* add({ user, usernameKey, disabled }: NewUserRow, now: number): Steps<boolean> {
  const { id, username, email, passwordHash, createdAt } = user
  const roles = JSON.stringify(user.roles)
  const claims = JSON.stringify(user.claims)
  const emailKey = email === null ? null : emailKeyOf(email)
  const added = yield {
    sql: insert,
    params: [
      id,
      username,
      usernameKey,
      email,
      emailKey,
      passwordHash,
      roles,
      claims,
      createdAt,
      Number(disabled),
    ],
  }
  if (added.length === 0) return false
  const made = yield addSubject(id, disabled ? now : null)
  if (made.length === 0) {
    yield { sql: remove, params: [id] }
    return false
  }
  yield* addRoles({ userId: id, usernameKey, roles: user.roles })
  return true
}

function changeAndRaise(change: Statement, raise: Statement, append: Append): Transaction<Subject | null> {
  return function* (now) {
    const changed = yield change
    return changed.length === 0 ? null : yield* changeSubject(raise, append, now)
  }
}

function* epochOf(userId: string): Steps<number | null> {
  const rows = yield findSubject(userId)
  return rows.length === 0 ? null : onlySubject(rows).epoch
}

function pageOf(rows: readonly Row[], limit: number): UserPage {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  const isAll = rows.length === shown.length || last === undefined
  return { users: shown.map(userWithSubjectOf), next: isAll ? null : textOf(last, 'username_key') }
}

function userWithSubjectOf(row: Row): UserWithSubject {
  return { user: userOf(row), subject: subjectOf(row) }
}
