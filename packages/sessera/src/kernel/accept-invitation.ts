import type { ParsedInvitation } from '../credentials/invitation.js'
import { AuthError } from '../errors.js'
import type { UserWithSubject } from '../ports/store.js'
import { removeSessions } from './end-session.js'
import { invitedUser } from './invite-user.js'
import type { Kernel } from './kernel.js'
import { forgetGuesses, limitInvitation } from './limits.js'
import { hashNewPassword } from './new-password.js'
import { requireOwnUsers } from './own-users.js'
import { recordingRefusal } from './record-refusal.js'
import { isUserId } from './user-directory.js'

/**
 * Sets the password of whoever was invited, and ends everything of theirs. Nobody is signed in by it (ASVS 5.0 6.4.3).
 *
 * @throws AuthError `invitation_refused` for one that is unknown, forged, expired, used or outdated, all alike;
 * `password_unacceptable`, which leaves the invitation as it is; `too_many_requests`.
 */
export async function acceptInvitation(kernel: Kernel, accepted: Accepted): Promise<void> {
  requireOwnUsers(kernel)
  await limitInvitation(kernel, kernel.circumstances.ip)
  await recordingRefusal(kernel, { name: 'authn_password_change_fail' }, () => accept(kernel, accepted))
}

interface Accepted {
  readonly token: string
  readonly password: string
}

async function accept(kernel: Kernel, { token, password }: Accepted): Promise<void> {
  const invitation = kernel.invitations.parse(token)
  const invited = invitation === null ? null : await findInvited(kernel, invitation)
  if (invited === null) throw new AuthError('invitation_refused')
  const { user, subject: seen } = invited
  const userId = user.id
  const passwordHash = await hashNewPassword(kernel, password, user)
  // Of many with this invitation one moves the epoch that all have seen; whatever else ended it has moved it too.
  const { value: subject } = await requireOwnUsers(kernel).replacePassword(
    userId,
    passwordHash,
    null,
    seen.epoch,
  )
  if (subject === null) throw new AuthError('invitation_refused')
  kernel.record('authn_password_change', { userId, cause: 'invitation' })
  await removeSessions(kernel, { userId, spare: null, cause: 'password_changed' }, subject)
  await forgetGuesses(kernel, userId)
  kernel.events.emit('userChanged', { userId, cause: 'password' })
}

async function findInvited(kernel: Kernel, invitation: ParsedInvitation): Promise<UserWithSubject | null> {
  if (!isUserId(invitation.userId)) return null
  const { value, now } = await requireOwnUsers(kernel).find(invitation.userId)
  if (value === null || value.subject.disabledAt !== null || invitation.expiresAt <= now) return null
  return kernel.invitations.verify(invitation, invitedUser(value)) ? value : null
}
