// The first administrator comes by an invitation of the deployment's own. It is over as soon as anybody has the role.

import { AuthError } from '../errors.js'
import type { Invitation } from './invite-user.js'
import type { Kernel } from './kernel.js'
import { limitInvitation } from './limits.js'
import { hashNewPassword } from './new-password.js'
import { checkNewUser, withId } from './new-user.js'
import { requireOwnUsers } from './own-users.js'
import { announceUser } from './sign-up.js'

const validForMs = 86_400_000

/** Null when somebody has `administration.role`, disabled or not, or there is no such option. */
export async function inviteFirstAdministrator(kernel: Kernel): Promise<Invitation | null> {
  const role = kernel.policy.adminRole
  if (role === null || (await hasUser(kernel, role))) return null
  const { seals, now } = await sealsOf(kernel)
  const seal = seals.at(-1)
  if (seal === undefined) throw new AuthError('unavailable', { retryAfterSeconds: 1 })
  const expiresAt = Math.floor(now + validForMs)
  return { token: kernel.invitations.issueFirst(seal, expiresAt), link: null, expiresAt }
}

/**
 * @throws AuthError `invitation_refused` for one that is forged, expired, of another deployment, or when somebody is an
 * administrator by now; `username_taken`, `password_unacceptable`, `invalid_request`, `too_many_requests`.
 */
export async function createFirstAdministrator(
  kernel: Kernel,
  who: { readonly token: string; readonly username: string; readonly password: string },
): Promise<{ readonly id: string }> {
  const users = requireOwnUsers(kernel)
  await limitInvitation(kernel, kernel.circumstances.ip)
  const role = kernel.policy.adminRole
  if (role === null || !(await isGood(kernel, who.token)) || (await hasUser(kernel, role)))
    throw refused(kernel)
  const checked = checkNewUser({ username: who.username, email: null, roles: [role], claims: {} })
  const user = withId(kernel, checked, await hashNewPassword(kernel, who.password, checked.user))
  const { value: outcome } = await users.createFirst(user, checked.usernameKey, role)
  if (outcome === 'exists') throw refused(kernel)
  if (outcome === 'taken') throw new AuthError('username_taken')
  announceUser(kernel, user)
  return { id: user.id }
}

function refused(kernel: Kernel): AuthError {
  kernel.record('authz_fail', { cause: 'invitation_refused' })
  return new AuthError('invitation_refused')
}

async function isGood(kernel: Kernel, token: string): Promise<boolean> {
  const invitation = kernel.invitations.parse(token)
  if (invitation === null) return false
  const { seals, now } = await sealsOf(kernel)
  return invitation.expiresAt > now && kernel.invitations.verifyFirst(invitation, seals)
}

/**
 * The sealed signing keys, which nobody has but the store: the server secret alone makes no administrator, nor does the
 * invitation of another deployment with the same secret.
 */
async function sealsOf(kernel: Kernel): Promise<{ readonly seals: readonly string[]; readonly now: number }> {
  const { value, now } = await kernel.store.keys.list()
  return { seals: value.map(({ sealed }) => sealed), now }
}

async function hasUser(kernel: Kernel, role: string): Promise<boolean> {
  const anybody = { after: null, limit: 1, startsWith: null, role, disabled: null }
  return (await requireOwnUsers(kernel).list(anybody)).value.users.length > 0
}
