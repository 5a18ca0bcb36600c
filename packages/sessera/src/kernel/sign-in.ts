// Password sign-in. Unknown, wrong, disabled and locked look alike: the same work, the same answer.

import { AuthError } from '../errors.js'
import { parsePresentedPassword } from '../passwords/policy.js'
import type { Grant } from './grant.js'
import type { Kernel } from './kernel.js'
import { countAddress, limitSignIn } from './limits.js'
import { type NewSession, startSessionFor } from './start-session.js'
import { upgradePassword } from './upgrade-password.js'

export interface PasswordSignIn extends Omit<NewSession, 'factors'> {
  readonly login: string
  readonly password: string
  readonly device: string | null
}

/**
 * @throws AuthError `invalid_credentials`, `too_many_requests`, `overloaded`, `invalid_request` for a password that is
 * longer than any can be.
 */
export async function signIn(kernel: Kernel, { password, ...who }: PasswordSignIn): Promise<Grant> {
  const presented = parsePresentedPassword(password)
  return await kernel.passwords.admit(() => signInWith(kernel, presented, who))
}

async function signInWith(
  kernel: Kernel,
  presented: string,
  { login, ...wanted }: Omit<PasswordSignIn, 'password'>,
): Promise<Grant> {
  const { ip } = kernel.circumstances
  const address = await countAddress(kernel, ip)
  const candidate = await kernel.users.findLogin(login)
  const userId = candidate?.subject.userId ?? null
  const attempt = await limitSignIn(kernel, { login, userId, ip, device: wanted.device }, address)
  const from = candidate?.passwordHash ?? null
  try {
    const proven = await kernel.passwords.verify(from, presented)
    if (candidate === null || from === null || !proven) throw new AuthError('invalid_credentials')
    const granted = await startSessionFor(kernel, candidate.subject, { ...wanted, factors: ['pwd'] })
    const { id: sessionId, mode: cause } = granted.session
    kernel.record('authn_login_success', { actorId: userId, userId, sessionId, cause })
    await attempt.succeeded()
    await upgradePassword(kernel, { userId: candidate.subject.userId, login, from }, presented)
    return granted
  } catch (error) {
    const code = error instanceof AuthError ? error.code : null
    if (code === 'invalid_credentials') kernel.events.emit('signInFailed', { login: login.slice(0, 128), ip })
    if (code === 'invalid_credentials' || code === 'sign_in_refused') {
      kernel.record('authn_login_fail', { userId, cause: code })
    }
    // The answer tells already that the password was right: that was no guess.
    if (code === 'sign_in_refused') await attempt.succeeded()
    else if (code === 'overloaded') await attempt.untried()
    else if (attempt.isLast) kernel.record('authn_login_lock', { userId })
    throw error
  }
}
