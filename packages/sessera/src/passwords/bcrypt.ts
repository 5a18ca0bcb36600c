// bcrypt, for imported hashes only, off the event loop, by the optional package @node-rs/bcrypt.
//
// bcrypt reads 72 bytes and drops the rest, and some implementations stop at NUL. What it has not read it cannot prove,
// so a longer password or one with NUL never matches: nobody enters with a prefix, and no upgrade keeps a wrong rest.

import { hash as digestOf } from 'node:crypto'
import { ConfigurationError } from '../errors.js'
import { type Reader, refuse } from './stored-hash.js'

const maxCost = 14
const maxBytes = 72

/** `$2a$…`, `$2b$…`, `$2y$…`, and Django's `bcrypt$$2b$…` and `bcrypt_sha256$$2b$…`. */
export const readBcrypt: Reader = (stored) => {
  const [, django = null, text] = /^(bcrypt(?:_sha256)?\$)?(\$2.*)$/s.exec(stored) ?? []
  if (text === undefined) return null
  const [, cost] = /^\$2[aby]\$(0[4-9]|[12]\d|3[01])\$[./A-Za-z\d]{53}$/.exec(text) ?? []
  if (cost === undefined) return refuse('It is no bcrypt hash that begins with $2a$, $2b$ or $2y$.')
  if (Number(cost) > maxCost) return refuse(`Its bcrypt cost is above ${maxCost}.`)
  const isHashedBefore = django === 'bcrypt_sha256$'
  return {
    pepperId: null,
    async matches(password) {
      const { verify } = await loadBcrypt()
      if (isHashedBefore) return verify(digestOf('sha256', password), text)
      const bytes = Buffer.from(password)
      const isWhole = bytes.length <= maxBytes && !bytes.includes(0)
      // The work is the same for a password that cannot match.
      return (await verify(bytes, text)) && isWhole
    },
  }
}

interface Bcrypt {
  verify(password: string | Uint8Array, hash: string): Promise<boolean>
}

async function loadBcrypt(): Promise<Bcrypt> {
  try {
    return await import('@node-rs/bcrypt')
  } catch {
    throw new ConfigurationError(
      'A user has a bcrypt hash, and @node-rs/bcrypt cannot be loaded. Run "npm install @node-rs/bcrypt".',
    )
  }
}
