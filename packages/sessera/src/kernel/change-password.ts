import type { Principal } from '../domain/principal.js'
import { AuthError } from '../errors.js'
import { removeSessions } from './end-session.js'
import type { Kernel } from './kernel.js'
import { hashNewPassword } from './new-password.js'
import { requirePassword } from './prove.js'

/**
 * Sets a new password and ends all other sessions of the user, tokens included (ASVS 5.0 7.4.3).
 *
 * @throws AuthError `invalid_credentials` when `current` is wrong, `password_unacceptable`.
 */
export async function changePassword(
  kernel: Kernel,
  principal: Principal<object>,
  { current, next }: { readonly current: string; readonly next: string },
): Promise<void> {
  await requirePassword(kernel, principal, current)
  const { id: userId, sessionId: spare } = principal
  const passwordHash = await hashNewPassword(kernel, next, {
    username: principal.username ?? '',
    email: await kernel.users.findEmail(userId),
  })
  const subject = await kernel.users.replacePassword(userId, passwordHash, spare)
  if (subject === null) throw new AuthError('unauthenticated')
  await removeSessions(kernel, { userId, spare, cause: 'password_changed' }, subject)
  kernel.events.emit('userChanged', { userId, cause: 'password' })
}
