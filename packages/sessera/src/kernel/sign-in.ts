// Password sign-in. Unknown, wrong, disabled and locked look alike: the same work, the same answer.

import { AuthError } from '../errors.js'
import { parsePresentedPassword } from '../passwords/policy.js'
import type { Grant } from './grant.js'
import type { Kernel } from './kernel.js'
import { limitSignIn } from './limits.js'
import { type NewSession, startSessionFor } from './start-session.js'
import { upgradePassword } from './upgrade-password.js'

export interface PasswordSignIn extends Omit<NewSession, 'factors'> {
  readonly login: string
  readonly password: string
}

/**
 * @throws AuthError `invalid_credentials`, `too_many_requests`, `overloaded`, `invalid_request` for a password that is
 * longer than any can be.
 */
export async function signIn(kernel: Kernel, { login, password, ...wanted }: PasswordSignIn): Promise<Grant> {
  const presented = parsePresentedPassword(password)
  const attempt = await limitSignIn(kernel, login, wanted.from.ip)
  const candidate = await kernel.users.findLogin(login)
  const from = candidate?.passwordHash ?? null
  const proven = await kernel.passwords.verify(from, presented)
  try {
    if (candidate === null || from === null || !proven) throw new AuthError('invalid_credentials')
    const granted = await startSessionFor(kernel, candidate.subject, { ...wanted, factors: ['pwd'] })
    await attempt.succeeded()
    await upgradePassword(kernel, { userId: candidate.subject.userId, login, from }, presented)
    return granted
  } catch (error) {
    if (error instanceof AuthError && error.code === 'invalid_credentials') {
      kernel.events.emit('signInFailed', { login: login.slice(0, 128), ip: wanted.from.ip })
    }
    throw error
  }
}
