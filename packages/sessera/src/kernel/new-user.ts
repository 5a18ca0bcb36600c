// What a new user of our own table must be like, whoever makes them.

import { checkClaims } from '../domain/claims.js'
import { checkRoles, type User } from '../domain/user.js'
import { parseUsername } from '../domain/username.js'
import { AuthError } from '../errors.js'
import type { Kernel } from './kernel.js'

export interface NewUser {
  readonly username: string
  readonly email: string | null
  readonly roles: readonly string[]
  readonly claims: unknown
}

/** Somebody who may be added, once they have an id, and the key that makes their username unique. */
export interface CheckedUser {
  readonly user: Pick<User, 'username' | 'email' | 'roles' | 'claims'>
  readonly usernameKey: string
}

/** @throws AuthError `invalid_request` with what is wrong. */
export function checkNewUser({ username, email, roles, claims }: NewUser): CheckedUser {
  const name = parseUsername(username)
  if (name === null) {
    throw new AuthError('invalid_request', {
      detail: 'A username is 1 to 64 characters without control characters.',
    })
  }
  if (email !== null && !/^[^\p{Cc}\s]{1,254}$/u.test(email)) {
    throw new AuthError('invalid_request', {
      detail: 'An email address is at most 254 characters without spaces.',
    })
  }
  const user = { username: name.username, email, roles: checkRoles(roles), claims: checkClaims(claims) }
  return { user, usernameKey: name.key }
}

/** The user with an id of their own, which nobody has had before. */
export function withId(kernel: Kernel, { user }: CheckedUser, passwordHash: string | null): User {
  const id = kernel.random.bytes(16).toString('base64url')
  return { id, ...user, passwordHash, createdAt: kernel.storeTime.now() }
}
