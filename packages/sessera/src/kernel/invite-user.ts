// An invitation lets its holder set a user's password, once. Every new one ends those before it.

import type { InvitedUser } from '../credentials/invitation.js'
import { AuthError } from '../errors.js'
import type { UserWithSubject } from '../ports/store.js'
import { removeSessions } from './end-session.js'
import type { Kernel } from './kernel.js'
import { noSuchUser, requireUser } from './own-users.js'

/**
 * Lets whoever holds it set the password of one user, once. It ends with anything that ends all of the user's sessions, and
 * for a user who has a password also with a change of roles or claims.
 */
export interface Invitation {
  readonly token: string
  /** By `administration.invitationLink`; null without that option. */
  readonly link: string | null
  readonly expiresAt: number
}

const minute = 60_000
const day = 24 * 60 * minute
/** A welcome may lie in a mailbox over the holidays; a new password is wanted now (ASVS 5.0 6.4.3). */
const welcomeMs = 7 * day
const resetMs = 30 * minute

/**
 * @param validForMs from a minute to 30 days; null: a week for a first password, half an hour for a new one.
 * @throws AuthError `not_found`, `conflict` for a user who is disabled.
 */
export async function inviteUser(
  kernel: Kernel,
  userId: string,
  validForMs: number | null,
): Promise<Invitation> {
  if (validForMs !== null && !(validForMs >= minute && validForMs <= 30 * day)) {
    throw new AuthError('invalid_request', { detail: 'An invitation is valid for a minute to 30 days.' })
  }
  const found = await requireUser(kernel, userId)
  if (found.subject.disabledAt !== null) {
    throw new AuthError('conflict', { detail: 'This user is disabled. Enable them first, then invite them.' })
  }
  const hasPassword = found.user.passwordHash !== null
  // See docs/adr/0010-invitations-are-stateless.md: whoever has a password must not be signed out by a mistaken click.
  const { subjects } = kernel.store
  const { value: subject, now } = hasPassword
    ? await subjects.raiseRevision(userId)
    : await subjects.raiseEpoch(userId, null)
  if (subject === null) throw noSuchUser()
  kernel.record('user_invited', { userId, cause: hasPassword ? 'reset' : 'welcome' })
  if (hasPassword) await kernel.knowledge.catchUp()
  else await removeSessions(kernel, { userId, spare: null, cause: 'invited' }, subject)
  const expiresAt = Math.floor(now + (validForMs ?? (hasPassword ? resetMs : welcomeMs)))
  const token = kernel.invitations.issue(invitedUser({ user: found.user, subject }), expiresAt)
  const link = kernel.policy.invitationLink?.replace('{token}', token) ?? null
  return { token, link, expiresAt }
}

/** What an invitation is bound to. */
export function invitedUser({ user, subject }: UserWithSubject): InvitedUser {
  const { passwordHash, createdAt } = user
  const revision = passwordHash === null ? null : subject.revision
  return { userId: user.id, epoch: subject.epoch, revision, createdAt, passwordHash }
}
