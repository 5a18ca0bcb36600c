// Passwords for tests: no work, no queue. Invariant: what it makes opens nothing anywhere else, since no other reader
// knows its hashes; hashes of any other kind are verified as ever.

import { createHash } from 'node:crypto'
import type { Passwords } from '../ports/passwords.js'

const prefix = '$sessera-test$'

/** @param real verifies what was hashed elsewhere: fixtures of the app's own users table, imported users. */
export function createCostlessPasswords(real: Passwords): Passwords {
  return {
    hash: async (password) => hashForTests(password),
    async verify(hash, password) {
      if (hash === null) return false
      return hash.startsWith(prefix) ? hash === hashForTests(password) : await real.verify(hash, password)
    },
    admit: (work) => work(),
    // Never renewed: a fixture stays as it was.
    isOutdated: () => false,
    isImportable: real.isImportable,
    load: real.load,
  }
}

function hashForTests(password: string): string {
  return `${prefix}${createHash('sha256').update(password).digest('base64url')}`
}
