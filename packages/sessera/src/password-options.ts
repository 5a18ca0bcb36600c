// The `passwords` of the options: what goes into hashes, and what new passwords are held against.

import { ConfigurationError } from './errors.js'
import type { NewPasswordPolicy } from './kernel/policy.js'
import { foldContextWords } from './passwords/policy.js'
import type { IsBreached } from './ports/passwords.js'

export interface PasswordOptions {
  /**
   * Secrets of at least 32 characters that go into every hash, kept outside the database. The first is used for new
   * hashes, all verify; a hash under another one is renewed when its user signs in. Default none.
   */
  readonly peppers?: readonly string[]
  /** What the app is called: a new password may not consist of it. The host of the origin is one of them anyway. */
  readonly contextWords?: readonly string[]
  /** Whether a new password is known from a breach, such as `createRangeCheck({ url })`. Default: nobody is asked. */
  readonly isBreached?: IsBreached
  /** When `isBreached` throws: `accept` (default) lets the new password pass with a warning in the log, `refuse` answers 503. */
  readonly whenUnreachable?: 'accept' | 'refuse'
}

export const passwordOptionNames: Readonly<Record<keyof PasswordOptions, true>> = {
  peppers: true,
  contextWords: true,
  isBreached: true,
  whenUnreachable: true,
}

/** @throws ConfigurationError */
export function parsePeppers({ peppers = [] }: PasswordOptions = {}): readonly string[] {
  const areStrings = Array.isArray(peppers) && peppers.every((pepper) => typeof pepper === 'string')
  if (!areStrings || peppers.some((pepper) => pepper.length < 32)) {
    throw new ConfigurationError(
      `passwords.peppers is a list of secrets of at least 32 characters. Make one with: node -p "crypto.randomBytes(32).toString('base64url')"`,
    )
  }
  if (new Set(peppers).size < peppers.length) {
    throw new ConfigurationError('passwords.peppers has the same pepper twice. Leave one of them out.')
  }
  return peppers
}

/** @throws ConfigurationError */
export function parseNewPasswordPolicy(
  { contextWords = [], isBreached, whenUnreachable = 'accept' }: PasswordOptions = {},
  { hostname }: URL,
): NewPasswordPolicy {
  if (!Array.isArray(contextWords) || !contextWords.every((word) => typeof word === 'string')) {
    throw new ConfigurationError('passwords.contextWords is a list of words, such as ["Acme", "Acme Bank"].')
  }
  if (isBreached !== undefined && typeof isBreached !== 'function') {
    throw new ConfigurationError('passwords.isBreached is a function, such as createRangeCheck({ url }).')
  }
  if (whenUnreachable !== 'accept' && whenUnreachable !== 'refuse') {
    throw new ConfigurationError(
      `passwords.whenUnreachable is "${whenUnreachable}". It is either "accept" or "refuse".`,
    )
  }
  return {
    contextWords: foldContextWords([...contextWords, hostname, ...hostname.split('.')]),
    isBreached: isBreached ?? null,
    whenUnreachable,
  }
}
