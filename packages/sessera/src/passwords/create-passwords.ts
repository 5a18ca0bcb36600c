// Hashing and verifying behind one bounded queue. Every verification costs a hash: the stored one, or one of ours for
// nobody, so that an unknown user and a hash that cannot be used look alike.

import { availableParallelism } from 'node:os'
import { ConfigurationError } from '../errors.js'
import type { Log } from '../ports/log.js'
import type { Passwords } from '../ports/passwords.js'
import { hashArgon2, isCurrentArgon2, verifyNobody } from './argon2.js'
import { createHashQueue } from './hash-queue.js'
import { createPeppers } from './peppers.js'
import { isImportable, readHash } from './read-hash.js'
import { isRefusal } from './stored-hash.js'

export interface PasswordsOptions {
  readonly log: Log
  /** The first goes into new hashes, all are known. Default none. */
  readonly peppers?: readonly string[]
  /** Hashes at work at once. Default: one per core, at most 3, so that one of libuv's 4 threads is left for files and DNS. */
  readonly concurrency?: number
  /** How many may wait beyond that, before the rest is refused. Default 64. */
  readonly queueLimit?: number
}

/**
 * @example
 * const passwords = createPasswords({ log: createStderrLog() })
 * const passwordHash = await passwords.hash('four words of some length')
 */
export function createPasswords(options: PasswordsOptions): Passwords {
  const { log, concurrency = Math.max(1, Math.min(availableParallelism(), 3)), queueLimit = 64 } = options
  const queue = createHashQueue({ concurrency, queueLimit })
  const peppers = createPeppers(options.peppers ?? [])
  const missing = new Set<string>()

  /** The verification of a hash that can be used, null when there is none. */
  function prepare(stored: string, password: string): (() => Promise<boolean>) | null {
    const reading = readHash(stored)
    if (isRefusal(reading)) {
      log.warn('A stored password hash cannot be used, and its user cannot sign in with a password.', {
        reason: reading.refused,
      })
      return null
    }
    const seasoned = peppers.seasonAs(reading.pepperId, password)
    if (seasoned !== null) return () => reading.matches(seasoned)
    noteMissing(String(reading.pepperId))
    return null
  }

  function noteMissing(pepperId: string): void {
    if (missing.has(pepperId) || missing.size === 64) return
    missing.add(pepperId)
    log.error(
      'Passwords were hashed with a pepper that is not in "passwords.peppers" any more. Add it again at the end of the list: its users cannot sign in.',
      { pepperId },
    )
  }

  return {
    hash: (password) => queue.run(() => hashArgon2(peppers.season(password), peppers.currentId)),

    async verify(stored, password) {
      const verification = typeof stored === 'string' ? prepare(stored, password) : null
      return await queue.run(async () => {
        try {
          if (verification !== null) return await verification()
        } catch (error) {
          // Only what we wrote ourselves: the message of a driver may quote the hash.
          const reason = error instanceof ConfigurationError ? error.message : 'The hash function failed.'
          log.error('A stored password hash could not be verified.', { reason })
        }
        return await verifyNobody(password)
      })
    },

    admit: (work) => queue.admit(work),
    isOutdated: (stored) => !isCurrentArgon2(stored, peppers.currentId),
    isImportable,
    load: queue.load,
  }
}
