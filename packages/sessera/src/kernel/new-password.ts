// A password that somebody wants to have becomes a hash: first the rules that need nobody else, then the breach check.

import { inTime } from '../changes/in-time.js'
import { AuthError } from '../errors.js'
import { parseNewPassword } from '../passwords/policy.js'
import { describeFault } from './describe-fault.js'
import type { Kernel } from './kernel.js'

/** Whose it will be. */
export interface PasswordOwner {
  readonly username: string
  readonly email: string | null
}

/** Longer than a check of ours takes at most. */
const patienceMs = 11_000

/**
 * @throws AuthError `password_unacceptable`, `invalid_request`, `overloaded`; `unavailable` when nobody can tell whether
 * it is known from a breach and `whenUnreachable` is `refuse`.
 */
export async function hashNewPassword(kernel: Kernel, text: unknown, owner: PasswordOwner): Promise<string> {
  const { minPasswordLength: minLength, newPasswords } = kernel.policy
  const password = parseNewPassword(text, {
    minLength,
    username: owner.username,
    email: owner.email ?? '',
    contextWords: newPasswords.contextWords,
  })
  if (await isBreached(kernel, password)) {
    throw new AuthError('password_unacceptable', {
      detail:
        'This password is known from a data breach elsewhere. Use another one; a few unrelated words will do.',
    })
  }
  return await kernel.passwords.hash(password)
}

async function isBreached({ policy, log }: Kernel, password: string): Promise<boolean> {
  const { isBreached: ask, whenUnreachable } = policy.newPasswords
  if (ask === null) return false
  try {
    return isYesOrNo(await inTime(ask(password), patienceMs))
  } catch (error) {
    log.warn('Whether a new password is known from a breach could not be checked.', {
      whenUnreachable,
      ...describeFault(error),
    })
    if (whenUnreachable === 'accept') return false
    throw new AuthError('unavailable', {
      detail: 'The new password cannot be checked right now. Try again in a moment.',
      retryAfterSeconds: 5,
    })
  }
}

/** A hook that answers something else, such as a count or nothing, has not answered. */
function isYesOrNo(answer: unknown): boolean {
  if (typeof answer !== 'boolean') throw new TypeError('isBreached answers true or false.')
  return answer
}
