import { AuthError } from '../errors.js'
import { announceEnd } from './end-session.js'
import type { Kernel } from './kernel.js'
import { keptRole, noSuchUser, requireOwnUsers } from './own-users.js'
import type { Insisting } from './user-changed.js'
import { checkUserId } from './user-directory.js'

/**
 * Removes a user from our own table, and everything of theirs. The id is never given to another; the username may be.
 *
 * @throws AuthError `not_found`, `last_administrator` unless `force`.
 */
export async function deleteUser(kernel: Kernel, userId: string, { force }: Insisting): Promise<void> {
  const keep = keptRole(kernel, force)
  const { value: ended } = await requireOwnUsers(kernel).remove(checkUserId(userId), keep)
  if (ended === 'last') throw new AuthError('last_administrator')
  if (ended === null) throw noSuchUser()
  kernel.record('user_deleted', { userId })
  await kernel.knowledge.catchUp()
  for (const session of ended) announceEnd(kernel, session, 'deleted')
  kernel.events.emit('userChanged', { userId, cause: 'deleted' })
}
