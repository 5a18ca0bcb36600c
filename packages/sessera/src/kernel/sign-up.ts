import type { User } from '../domain/user.js'
import { AuthError } from '../errors.js'
import type { Grant } from './grant.js'
import type { Kernel } from './kernel.js'
import { limitRegister } from './limits.js'
import { hashNewPassword } from './new-password.js'
import { checkNewUser, type NewUser, withId } from './new-user.js'
import { requireOwnUsers } from './own-users.js'
import { recordNewUser } from './record-roles.js'
import { type NewSession, startSession } from './start-session.js'

export interface NewAccount extends NewUser {
  /** Null: the user cannot sign in with a password yet. */
  readonly password: string | null
}

/** A stranger makes an account and is signed in. Roles and claims are never taken from the request. */
export async function signUp(
  kernel: Kernel,
  who: Pick<NewAccount, 'username' | 'email'> & { readonly password: string },
  wanted: Omit<NewSession, 'factors'>,
): Promise<Grant> {
  if (kernel.policy.registration !== 'open') throw new AuthError('registration_closed')
  await limitRegister(kernel, kernel.circumstances.ip)
  const { username, password, email } = who
  const { id } = await createUser(kernel, { username, password, email, roles: [], claims: {} })
  return await startSession(kernel, id, { ...wanted, factors: ['pwd'] })
}

/**
 * Adds a user to our own table.
 *
 * @throws AuthError `invalid_request` for an impossible username, `password_unacceptable`, `username_taken`.
 */
export async function createUser(
  kernel: Kernel,
  { password, ...who }: NewAccount,
): Promise<{ readonly id: string }> {
  const users = requireOwnUsers(kernel)
  const checked = checkNewUser(who)
  const passwordHash = password === null ? null : await hashNewPassword(kernel, password, checked.user)
  const user = withId(kernel, checked, passwordHash)
  const { value: created } = await users.create(user, checked.usernameKey)
  if (!created) throw new AuthError('username_taken')
  announceUser(kernel, user)
  return { id: user.id }
}

export function announceUser(kernel: Kernel, user: Pick<User, 'id' | 'roles'>): void {
  recordNewUser(kernel, user)
  kernel.events.emit('userCreated', { userId: user.id })
}
