import type { Principal } from '../domain/principal.js'
import { AuthError } from '../errors.js'
import { parseNewPassword } from '../passwords/policy.js'
import { removeSessions } from './end-session.js'
import type { Kernel } from './kernel.js'
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
  const accepted = parseNewPassword(next, {
    minLength: kernel.policy.minPasswordLength,
    username: principal.username ?? '',
  })
  const { id: userId, sessionId: spare } = principal
  const subject = await kernel.users.replacePassword(userId, await kernel.passwords.hash(accepted), spare)
  if (subject === null) throw new AuthError('unauthenticated')
  await removeSessions(kernel, { userId, spare, cause: 'password_changed' }, subject)
  kernel.events.emit('userChanged', { userId, cause: 'password' })
}
