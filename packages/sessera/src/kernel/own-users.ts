// Our own users table, where Sessera keeps the users; an app that keeps them itself has none.

import { AuthError, ConfigurationError } from '../errors.js'
import type { UserStore, UserWithSubject } from '../ports/store.js'
import type { Kernel } from './kernel.js'
import { checkUserId } from './user-directory.js'

/** @throws ConfigurationError when the app keeps its users itself: then it creates and changes them too. */
export function requireOwnUsers(kernel: Kernel): UserStore {
  if (kernel.users.own === null) {
    throw new ConfigurationError(
      'Your app keeps its users itself (the "users" option). Create and change them there.',
    )
  }
  return kernel.users.own
}

/** The user as they are now. @throws AuthError `not_found`. */
export async function requireUser(kernel: Kernel, userId: string): Promise<UserWithSubject> {
  const { value } = await requireOwnUsers(kernel).find(checkUserId(userId))
  if (value === null) throw noSuchUser()
  return value
}

export function noSuchUser(): AuthError {
  return new AuthError('not_found', { detail: 'There is no such user.' })
}

/** For what would leave nobody who can administer: `administration.role` is kept unless somebody insists. */
export function keptRole({ policy }: Kernel, force: boolean): string | null {
  return force ? null : policy.adminRole
}
