// What happens to a user reaches every credential of theirs: by revision (tokens outdated) or by epoch (all ended).

import { checkRoles } from '../domain/user.js'
import { AuthError } from '../errors.js'
import { removeSessions } from './end-session.js'
import type { Kernel } from './kernel.js'
import { requireOwnUsers } from './sign-up.js'

/** Roles, claims or name changed: access tokens issued before are refused from now on, sessions live on. */
export async function userChanged(kernel: Kernel, userId: string): Promise<void> {
  await kernel.store.subjects.raiseRevision(userId)
  await kernel.knowledge.catchUp()
  kernel.events.emit('userChanged', { userId, cause: 'changed' })
}

/** Replaces the roles of a user in our own table. @throws AuthError `not_found`. */
export async function replaceRoles(kernel: Kernel, userId: string, roles: readonly string[]): Promise<void> {
  const { value: subject } = await requireOwnUsers(kernel).replaceRoles(userId, checkRoles(roles))
  if (subject === null) throw new AuthError('not_found', { detail: 'There is no such user.' })
  await kernel.knowledge.catchUp()
  kernel.events.emit('userChanged', { userId, cause: 'roles' })
}

/** Ends every session and refuses new ones until `enableUser`. Known or not yet: the subject row is made if need be. */
export async function disableUser(kernel: Kernel, userId: string): Promise<void> {
  await kernel.store.subjects.ensure(userId)
  const { value: subject } = await kernel.store.subjects.disable(userId)
  if (subject !== null) await removeSessions(kernel, { userId, spare: null, cause: 'disabled' }, subject)
  kernel.events.emit('userChanged', { userId, cause: 'disabled' })
}

/** Lets the user sign in again. Nothing that was ended comes back. */
export async function enableUser(kernel: Kernel, userId: string): Promise<void> {
  await kernel.store.subjects.enable(userId)
  kernel.events.emit('userChanged', { userId, cause: 'enabled' })
}
