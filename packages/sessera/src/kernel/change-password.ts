import type { Principal } from '../domain/principal.js'
import { AuthError } from '../errors.js'
import { removeSessions } from './end-session.js'
import type { Kernel } from './kernel.js'
import { forgetGuesses } from './limits.js'
import { hashNewPassword } from './new-password.js'
import { requirePassword } from './prove.js'
import { recordingRefusal } from './record-refusal.js'

/**
 * Sets a new password and ends all other sessions of the user, tokens included (ASVS 5.0 7.4.3).
 *
 * @throws AuthError `invalid_credentials` when `current` is wrong, `password_unacceptable`; `conflict` when everything of
 * the user was ended since `current` was proven: whoever held the old password must not set the next one.
 */
export async function changePassword(
  kernel: Kernel,
  principal: Principal<object>,
  { current, next }: { readonly current: string; readonly next: string },
): Promise<void> {
  const { id: userId, sessionId } = principal
  const onRecord = { actorId: userId, userId, sessionId }
  const subject = await recordingRefusal(
    kernel,
    { name: 'authn_password_change_fail', ...onRecord },
    async () => {
      const ifEpoch = await requirePassword(kernel, principal, current)
      const passwordHash = await hashNewPassword(kernel, next, {
        username: principal.username ?? '',
        email: await kernel.users.findEmail(userId),
      })
      const changed = await kernel.users.replacePassword({ userId, passwordHash, spare: sessionId, ifEpoch })
      if (changed === null) throw new AuthError('conflict')
      return changed
    },
  )
  kernel.record('authn_password_change', onRecord)
  await removeSessions(kernel, { userId, spare: sessionId, cause: 'password_changed' }, subject)
  await forgetGuesses(kernel, userId)
  kernel.events.emit('userChanged', { userId, cause: 'password' })
}
