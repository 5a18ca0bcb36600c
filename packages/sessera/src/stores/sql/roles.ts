// Who has which role, in the order of names: the roles of `sessera_users` once more, so that nobody has to read all users
// to find the few who have one. Written in every step that writes the others.

import type { Statement, Steps } from './driver.js'
import { textOf } from './rows.js'

const insert = `INSERT INTO sessera_user_roles (role, username_key, user_id) VALUES (?, ?, ?)
  ON CONFLICT (role, username_key) DO NOTHING`
const remove = 'DELETE FROM sessera_user_roles WHERE role = ? AND username_key = ?'
const findAny = 'SELECT user_id FROM sessera_user_roles WHERE role = ? LIMIT 1'
// The user themselves and whoever could sign in by password; two are enough to know that they are not the last.
const findEnabled = `SELECT user_id FROM sessera_user_roles JOIN sessera_users ON id = user_id
  WHERE role = ? AND is_disabled = 0 AND (user_id = ? OR password_hash IS NOT NULL) LIMIT 2`

export interface RolesOfUser {
  readonly userId: string
  readonly usernameKey: string
  readonly roles: readonly string[]
}

export function* addRoles({ userId, usernameKey, roles }: RolesOfUser): Steps<void> {
  for (const role of roles) yield { sql: insert, params: [role, usernameKey, userId] }
}

export function* removeRoles({ usernameKey, roles }: Omit<RolesOfUser, 'userId'>): Steps<void> {
  for (const role of roles) yield { sql: remove, params: [role, usernameKey] }
}

/** Answers with a row if somebody has the role, disabled or not. */
export function findAnyoneWith(role: string): Statement {
  return { sql: findAny, params: [role] }
}

/** Whether this user is enabled, has the role `keep`, and would leave nobody else who is, has it, and has a password. */
export function* isLastOf(userId: string, keep: string | null): Steps<boolean> {
  if (keep === null) return false
  const [first, second] = yield { sql: findEnabled, params: [keep, userId] }
  return first !== undefined && second === undefined && textOf(first, 'user_id') === userId
}
