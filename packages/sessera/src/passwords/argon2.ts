// Argon2id off the event loop, as PHC strings. Every verification costs one hash, whether or not there is one to match.

import { availableParallelism } from 'node:os'
import { hash, parseOptions, verify } from '@node-rs/argon2'
import type { Passwords } from '../ports/passwords.js'
import { createHashQueue } from './hash-queue.js'

/** OWASP's first choice (ASVS 5.0 11.4.2 and Appendix C), memory in KiB; the salt has 16 bytes. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

/** Beyond this a stored hash is an attack on our memory rather than a hash: 256 MiB. */
const sane = { memoryCost: 262_144, timeCost: 16, parallelism: 16 }

// The same cost as a real one. No password is known to make it, and no answer depends on whether one does.
const dummyHash = `$argon2id$v=19$m=${cost.memoryCost},t=${cost.timeCost},p=${cost.parallelism}$${'A'.repeat(22)}$${'A'.repeat(43)}`

export interface Argon2Options {
  /** Hashes at work at once. Default: one per core, at most 3, so that one of libuv's 4 threads is left for files and DNS. */
  readonly concurrency?: number
  /** How many may wait beyond that, before the rest is refused. Default 64. */
  readonly queueLimit?: number
}

/**
 * @example
 * const passwords = createArgon2Passwords()
 * const passwordHash = await passwords.hash('four words of some length')
 */
export function createArgon2Passwords(options: Argon2Options = {}): Passwords {
  const { concurrency = Math.max(1, Math.min(availableParallelism(), 3)), queueLimit = 64 } = options
  const queue = createHashQueue({ concurrency, queueLimit })
  return {
    hash: (password) => queue.run(() => hash(password, cost)),

    verify(stored, password) {
      if (stored !== null && isReadable(stored)) return queue.run(() => verify(stored, password))
      return queue.run(async () => {
        await verify(dummyHash, password)
        return false
      })
    },
  }
}

function isReadable(stored: string): boolean {
  if (!stored.startsWith('$argon2')) return false
  try {
    const { memoryCost, timeCost, parallelism } = parseOptions(stored)
    return memoryCost <= sane.memoryCost && timeCost <= sane.timeCost && parallelism <= sane.parallelism
  } catch {
    // The contract of the port: a hash that cannot be read is answered false, after the usual work.
    return false
  }
}
