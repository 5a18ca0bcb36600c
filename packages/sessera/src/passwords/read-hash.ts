// Every stored hash that can be verified, ours and imported ones: one reader for each family. Each is total, whatever
// the text; what none of them knows is refused.

import { readArgon2 } from './argon2.js'
import { readBcrypt } from './bcrypt.js'
import { readPbkdf2 } from './pbkdf2.js'
import { readScrypt } from './scrypt.js'
import { isRefusal, type Reader, type Refusal, refuse, type StoredHash } from './stored-hash.js'

const readers: readonly Reader[] = [readArgon2, readBcrypt, readScrypt, readPbkdf2]
const maxLength = 512

export function readHash(stored: string): StoredHash | Refusal {
  if (stored.length > maxLength) return refuse(`It is longer than ${maxLength} characters.`)
  for (const read of readers) {
    const reading = read(stored)
    if (reading !== null) return reading
  }
  return refuse('It is no Argon2, bcrypt, scrypt or PBKDF2 hash.')
}

/** Null when a user can sign in with this hash; otherwise why not, in a sentence without any part of it. */
export function isImportable(stored: string): string | null {
  const reading = readHash(stored)
  return isRefusal(reading) ? reading.refused : null
}
