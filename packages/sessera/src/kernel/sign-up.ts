import { checkRoles } from '../domain/user.js'
import { parseUsername } from '../domain/username.js'
import { AuthError, ConfigurationError } from '../errors.js'
import type { UserStore } from '../ports/store.js'
import type { Grant } from './grant.js'
import type { Kernel } from './kernel.js'
import { limitRegister } from './limits.js'
import { hashNewPassword } from './new-password.js'
import { type NewSession, startSession } from './start-session.js'

export interface NewUser {
  readonly username: string
  /** Null: the user cannot sign in with a password yet. */
  readonly password: string | null
  readonly email: string | null
  readonly roles: readonly string[]
}

/** A stranger makes an account and is signed in. Roles are never taken from the request. */
export async function signUp(
  kernel: Kernel,
  who: Omit<NewUser, 'roles' | 'password'> & { readonly password: string },
  wanted: Omit<NewSession, 'factors'>,
): Promise<Grant> {
  if (kernel.policy.registration !== 'open') throw new AuthError('registration_closed')
  await limitRegister(kernel, wanted.from.ip)
  const { id } = await createUser(kernel, { ...who, roles: [] })
  return await startSession(kernel, id, { ...wanted, factors: ['pwd'] })
}

/**
 * Adds a user to our own table.
 *
 * @throws AuthError `invalid_request` for an impossible username, `password_unacceptable`, `username_taken`.
 */
export async function createUser(
  kernel: Kernel,
  { username, password, email, roles }: NewUser,
): Promise<{ id: string }> {
  const users = requireOwnUsers(kernel)
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
  const passwordHash =
    password === null ? null : await hashNewPassword(kernel, password, { username: name.username, email })
  const id = kernel.random.bytes(16).toString('base64url')
  const createdAt = kernel.storeTime.now()
  const user = { id, username: name.username, email, passwordHash, roles: checkRoles(roles), createdAt }
  const { value: created } = await users.create(user, name.key)
  if (!created) throw new AuthError('username_taken')
  kernel.events.emit('userCreated', { userId: id })
  return { id }
}

/** @throws ConfigurationError when the app keeps its users itself: then it creates and changes them too. */
export function requireOwnUsers(kernel: Kernel): UserStore {
  if (kernel.users.own === null) {
    throw new ConfigurationError(
      'Your app keeps its users itself (the "users" option). Create and change them there.',
    )
  }
  return kernel.users.own
}
