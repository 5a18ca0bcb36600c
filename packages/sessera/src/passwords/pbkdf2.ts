// PBKDF2 (RFC 8018), for imported hashes only, on Node's thread pool.

import { pbkdf2, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import {
  endsWithNul,
  fromBase64,
  fromHex,
  type Reader,
  type Refusal,
  refuse,
  type StoredHash,
  sizeRefusal,
} from './stored-hash.js'

const derive = promisify(pbkdf2)

/** Iterations, of all blocks of the digest together. Above what any framework sets today. */
const maxIterations = 2_000_000

const digestBytes: Readonly<Record<string, number>> = { sha1: 20, sha256: 32, sha512: 64 }

/** PHC `$pbkdf2-sha256$i=…$…`, Passlib `$pbkdf2-sha256$29000$…`, Django `pbkdf2_sha256$…`, Werkzeug `pbkdf2:sha256:…`. */
export const readPbkdf2: Reader = (stored) => {
  if (!/^\$?pbkdf2[-_:$]/.test(stored)) return null
  if (/^pbkdf2:\w+\$/.test(stored))
    return refuse('It does not say how many iterations it has: Werkzeug wrote that beside the method.')
  const parsed = parsePhc(stored) ?? parseDjango(stored) ?? parseWerkzeug(stored)
  if (parsed === null)
    return refuse('It is no PBKDF2 hash as PHC strings, Passlib, Django or Werkzeug spell it.')
  return checked(parsed)
}

interface Parsed {
  readonly method: string
  readonly iterations: number
  readonly salt: Buffer | null
  readonly digest: Buffer | null
}

function parsePhc(stored: string): Parsed | null {
  const found =
    /^\$pbkdf2(?:-(sha1|sha256|sha512))?\$(?:i=)?(\d{1,9})(?:,l=(\d{1,3}))?\$([^$]+)\$([^$]+)$/.exec(stored)
  if (found === null) return null
  const [, method = 'sha1', iterations, length, salt = '', digest = ''] = found
  const bytes = fromPassLibBase64(digest)
  const isAsLongAsSaid = length === undefined || bytes?.length === Number(length)
  return {
    method,
    iterations: Number(iterations),
    salt: fromPassLibBase64(salt),
    digest: isAsLongAsSaid ? bytes : null,
  }
}

/** Passlib writes a dot where base64 has a plus. */
function fromPassLibBase64(text: string): Buffer | null {
  return fromBase64(text.replaceAll('.', '+'))
}

function parseDjango(stored: string): Parsed | null {
  const found = /^pbkdf2_(sha1|sha256)\$(\d{1,9})\$([^$]+)\$([^$]+)$/.exec(stored)
  if (found === null) return null
  const [, method = '', iterations, salt = '', digest = ''] = found
  return { method, iterations: Number(iterations), salt: Buffer.from(salt), digest: fromBase64(digest) }
}

function parseWerkzeug(stored: string): Parsed | null {
  const found = /^pbkdf2:(sha1|sha256|sha512):(\d{1,9})\$([^$]+)\$([^$]+)$/.exec(stored)
  if (found === null) return null
  const [, method = '', iterations, salt = '', digest = ''] = found
  return { method, iterations: Number(iterations), salt: Buffer.from(salt), digest: fromHex(digest) }
}

function checked({ method, iterations, salt, digest }: Parsed): StoredHash | Refusal {
  if (salt === null || digest === null) return refuse('Its salt or digest is not base64 or hexadecimal.')
  const blocks = Math.ceil(digest.length / (digestBytes[method] ?? 1))
  if (iterations < 1 || iterations * blocks > maxIterations)
    return refuse(`It has no iterations, or more than ${maxIterations}.`)
  return (
    sizeRefusal({ salt, digest }) ?? {
      pepperId: null,
      async matches(password) {
        const derived = await derive(password, salt, iterations, digest.length, method)
        return timingSafeEqual(derived, digest) && !endsWithNul(password)
      },
    }
  )
}
