// Users by name, a page at a time. However rare what is asked for, an index leads there: nobody reads all users for a page.
// Names compare byte for byte, as the column's collation has it.

import type { UserQuery } from '../../ports/store.js'
import { and, type Condition, keepable } from './conditions.js'
import type { Statement } from './driver.js'

const hasRole = `EXISTS (SELECT 1 FROM sessera_user_roles
  WHERE role = ? AND sessera_user_roles.username_key = sessera_users.username_key)`
const isEnabled = 'EXISTS (SELECT 1 FROM sessera_users WHERE id = user_id AND is_disabled = 0)'

/** The username keys of at most `limit` users in order: a statement to select from. */
export function selectUserKeys(query: UserQuery, limit: number): Statement {
  const { startsWith, role, disabled } = query
  if (startsWith !== null) return beginningWith(startsWith, query, limit)
  // Those who have a role are few, and so are those who are disabled. With both, the latter lead.
  if (role === null || disabled === true) return keysOf('sessera_users', filters(query), limit)
  const conditions = [keepable(role, 'role = ?'), ...afterLast(query)]
  if (disabled === false) conditions.push({ sql: isEnabled, params: [] })
  return keysOf('sessera_user_roles', conditions, limit)
}

function beginningWith(prefix: string, query: UserQuery, limit: number): Statement {
  const byName = keysOf('sessera_users', [...within('username_key', prefix), ...filters(query)], limit)
  const byEmail = keysOf('sessera_users', [...within('email_key', prefix), ...filters(query)], limit)
  return {
    sql: `SELECT username_key FROM (${byName.sql}) AS by_name
      UNION SELECT username_key FROM (${byEmail.sql}) AS by_email ORDER BY username_key LIMIT ?`,
    params: [...byName.params, ...byEmail.params, limit],
  }
}

function keysOf(table: string, conditions: readonly Condition[], limit: number): Statement {
  const { sql, params } = and(conditions)
  return {
    sql: `SELECT username_key FROM ${table} ${sql} ORDER BY username_key LIMIT ?`,
    params: [...params, limit],
  }
}

function filters(query: UserQuery): readonly Condition[] {
  const { role, disabled } = query
  const conditions = afterLast(query)
  if (role !== null) conditions.push(keepable(role, hasRole))
  // Written out, not bound: only so does the index of the disabled ones serve.
  if (disabled !== null) conditions.push({ sql: `is_disabled = ${disabled ? 1 : 0}`, params: [] })
  return conditions
}

function afterLast({ after }: UserQuery): Condition[] {
  return after === null ? [] : [keepable(after, 'username_key > ?')]
}

/** A range instead of LIKE: it has no wildcards, and an index serves it in every engine. */
function within(column: string, prefix: string): readonly Condition[] {
  const end = firstBehind(prefix)
  const conditions = [keepable(prefix, `${column} >= ?`)]
  if (end !== null) conditions.push(keepable(end, `${column} < ?`))
  return conditions
}

/** The least text that is greater than all that begin with the prefix, in the order of code points. Null: there is none. */
function firstBehind(prefix: string): string | null {
  const points = Array.from(prefix, (character) => character.codePointAt(0) ?? 0)
  while (points.at(-1) === 0x10ffff) points.pop()
  const last = points.pop()
  if (last === undefined) return null
  return String.fromCodePoint(...points, last === 0xd7ff ? 0xe000 : last + 1)
}
