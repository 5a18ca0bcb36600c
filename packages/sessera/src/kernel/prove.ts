// A person who is signed in proves again that it is them. A guess is limited as sign-in is.

import type { Principal } from '../domain/principal.js'
import { AuthError } from '../errors.js'
import { parsePresentedPassword } from '../passwords/policy.js'
import type { Kernel } from './kernel.js'
import { limitProof } from './limits.js'
import { upgradePassword } from './upgrade-password.js'

/**
 * Answers with the epoch at which it was proven: what is done on the strength of it holds only while that is the user's.
 *
 * @throws AuthError `invalid_credentials`, `too_many_requests`, `overloaded`.
 */
export async function requirePassword(
  kernel: Kernel,
  principal: Principal<object>,
  password: string,
): Promise<number> {
  const presented = parsePresentedPassword(password)
  const attempt = await limitProof(kernel, requireSessionId(principal), principal.id)
  const { hash: from, epoch } = await kernel.users.findHash(principal.id)
  const proven = await kernel.passwords.verify(from, presented).catch(async (error: unknown) => {
    if (error instanceof AuthError && error.code === 'overloaded') await attempt.untried()
    throw error
  })
  if (from === null || !proven) {
    throw new AuthError('invalid_credentials', { detail: 'The current password is wrong.' })
  }
  await attempt.succeeded()
  await upgradePassword(kernel, { userId: principal.id, login: principal.username ?? '', from }, presented)
  return epoch
}

/** @throws AuthError `forbidden` for a principal without a session of its own. */
export function requireSessionId(principal: Principal<object>): string {
  if (principal.sessionId === null) throw new AuthError('forbidden')
  return principal.sessionId
}
