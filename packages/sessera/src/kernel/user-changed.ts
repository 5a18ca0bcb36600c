// What happens to a user reaches every credential of theirs: by revision (tokens outdated) or by epoch (all ended).

import { checkClaims } from '../domain/claims.js'
import { checkRoles } from '../domain/user.js'
import { AuthError } from '../errors.js'
import type { LastOf } from '../ports/store.js'
import { removeSessions } from './end-session.js'
import type { Kernel } from './kernel.js'
import { keptRole, noSuchUser, requireOwnUsers, requireUser } from './own-users.js'
import { recordRoles } from './record-roles.js'
import { checkUserId } from './user-directory.js'

/** Whether the last administrator may go as well. */
export interface Insisting {
  readonly force: boolean
}

/** Roles, claims or name changed: access tokens issued before are refused from now on, sessions live on. */
export async function userChanged(kernel: Kernel, userId: string): Promise<void> {
  const { value: subject } = await kernel.store.subjects.raiseRevision(checkUserId(userId))
  if (subject !== null) kernel.record('user_updated', { userId, cause: 'changed' })
  await kernel.knowledge.catchUp()
  kernel.events.emit('userChanged', { userId, cause: 'changed' })
}

/** Replaces the roles of a user in our own table. @throws AuthError `not_found`, `last_administrator` unless `force`. */
export async function replaceRoles(
  kernel: Kernel,
  userId: string,
  roles: readonly string[],
  { force }: Insisting,
): Promise<void> {
  const users = requireOwnUsers(kernel)
  const keep = keptRole(kernel, force)
  const { value } = await users.replaceRoles(checkUserId(userId), checkRoles(roles), keep)
  const { before } = refuseLast(value)
  recordRoles(kernel, userId, { before, after: roles })
  await kernel.knowledge.catchUp()
  kernel.events.emit('userChanged', { userId, cause: 'roles' })
}

/** Replaces what is noted about a user in our own table. @throws AuthError `not_found`, `invalid_request`. */
export async function replaceClaims(kernel: Kernel, userId: string, claims: unknown): Promise<void> {
  const { value } = await requireOwnUsers(kernel).replaceClaims(checkUserId(userId), checkClaims(claims))
  if (value === null) throw noSuchUser()
  kernel.record('user_updated', { userId, cause: 'claims' })
  await kernel.knowledge.catchUp()
  kernel.events.emit('userChanged', { userId, cause: 'claims' })
}

/**
 * Ends every session and refuses new ones until `enableUser`. Of the app's own users known or not yet: the subject row is
 * made if need be.
 *
 * @throws AuthError `not_found` (our own table), `last_administrator` unless `force`.
 */
export async function disableUser(kernel: Kernel, userId: string, { force }: Insisting): Promise<void> {
  await requireSubject(kernel, userId)
  const { value } = await kernel.store.subjects.disable(userId, keptRole(kernel, force))
  const subject = refuseLast(value)
  kernel.record('user_disabled', { userId })
  await removeSessions(kernel, { userId, spare: null, cause: 'disabled' }, subject)
  kernel.events.emit('userChanged', { userId, cause: 'disabled' })
}

/** Lets the user sign in again. Nothing that was ended comes back. @throws AuthError `not_found` (our own table). */
export async function enableUser(kernel: Kernel, userId: string): Promise<void> {
  await requireSubject(kernel, userId)
  await kernel.store.subjects.enable(userId)
  kernel.record('user_enabled', { userId })
  kernel.events.emit('userChanged', { userId, cause: 'enabled' })
}

/** Whoever was removed from our own table leaves a subject row, which nobody is to enable. */
async function requireSubject(kernel: Kernel, userId: string): Promise<void> {
  if (kernel.users.own === null) await kernel.store.subjects.ensure(checkUserId(userId))
  else await requireUser(kernel, userId)
}

/** @throws AuthError `last_administrator`, `not_found`. */
function refuseLast<T extends object>(outcome: T | LastOf | null): T {
  if (outcome === 'last') throw new AuthError('last_administrator')
  if (outcome === null) throw noSuchUser()
  return outcome
}
