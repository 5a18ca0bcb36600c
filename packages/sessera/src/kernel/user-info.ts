// A person of our own users table, as an administrator may see them: never a hash.

import type { JsonObject } from '../domain/json.js'
import type { UserWithSubject } from '../ports/store.js'

/** A person of our own users table, as an administrator may see them. Times are epoch ms by the store's clock. */
export interface UserInfo {
  readonly id: string
  readonly username: string
  readonly email: string | null
  readonly roles: readonly string[]
  readonly claims: JsonObject
  /** False until they have set one with an invitation. */
  readonly hasPassword: boolean
  readonly createdAt: number
  readonly disabledAt: number | null
}

export function infoOf({ user, subject }: UserWithSubject): UserInfo {
  const { id, username, email, roles, claims, passwordHash, createdAt } = user
  const { disabledAt } = subject
  return { id, username, email, roles, claims, hasPassword: passwordHash !== null, createdAt, disabledAt }
}
