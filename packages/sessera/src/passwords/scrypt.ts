// scrypt (RFC 7914), for imported hashes only, on Node's thread pool.

import { type BinaryLike, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import {
  endsWithNul,
  fromBase64,
  fromHex,
  maxMemoryBytes,
  type Parts,
  type Reader,
  type Refusal,
  refuse,
  type StoredHash,
  sizeRefusal,
} from './stored-hash.js'

const derive = promisify<BinaryLike, BinaryLike, number, ScryptOptions, Buffer>(scrypt)

/** N × r × p of 128 bytes each: twice the strongest that OWASP names (N = 2^17, r = 8, p = 1). */
const maxWork = maxMemoryBytes / 128
/** Of r and p: what costs time besides that product grows with them. */
const maxFactor = 64

/** PHC and Passlib `$scrypt$ln=…,r=…,p=…$…`, Django `scrypt$N$salt$r$p$…`, Werkzeug `scrypt:N:r:p$salt$…`. */
export const readScrypt: Reader = (stored) => {
  if (!/^\$?scrypt[$:]/.test(stored)) return null
  const parsed = parsePhc(stored) ?? parseDjango(stored) ?? parseWerkzeug(stored)
  if (parsed === null) return refuse('It is no scrypt hash as PHC strings, Django or Werkzeug spell it.')
  const { salt, digest } = parsed
  if (salt === null || digest === null) return refuse('Its salt or digest is not base64 or hexadecimal.')
  return checked(parsed, { salt, digest })
}

interface Cost {
  readonly N: number
  readonly r: number
  readonly p: number
}

interface Parsed extends Cost {
  readonly salt: Buffer | null
  readonly digest: Buffer | null
}

function parsePhc(stored: string): Parsed | null {
  const found = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,9}),p=(\d{1,9})\$([^$]+)\$([^$]+)$/.exec(stored)
  if (found === null) return null
  const [, ln, r, p, salt = '', digest = ''] = found
  return {
    N: 2 ** Number(ln),
    r: Number(r),
    p: Number(p),
    salt: fromBase64(salt),
    digest: fromBase64(digest),
  }
}

function parseDjango(stored: string): Parsed | null {
  const found = /^scrypt\$(\d{1,9})\$([^$]+)\$(\d{1,9})\$(\d{1,9})\$([^$]+)$/.exec(stored)
  if (found === null) return null
  const [, N, salt = '', r, p, digest = ''] = found
  return { N: Number(N), r: Number(r), p: Number(p), salt: Buffer.from(salt), digest: fromBase64(digest) }
}

function parseWerkzeug(stored: string): Parsed | null {
  const found = /^scrypt:(\d{1,9}):(\d{1,9}):(\d{1,9})\$([^$]+)\$([^$]+)$/.exec(stored)
  if (found === null) return null
  const [, N, r, p, salt = '', digest = ''] = found
  return { N: Number(N), r: Number(r), p: Number(p), salt: Buffer.from(salt), digest: fromHex(digest) }
}

function checked({ N, r, p }: Cost, parts: Parts): StoredHash | Refusal {
  if (N < 2 || !Number.isInteger(Math.log2(N)) || r < 1 || p < 1)
    return refuse('Its N is no power of two, or its r or p is zero.')
  // RFC 7914 §2.
  if (N >= 2 ** (16 * r)) return refuse('Its N is too large for its r, which scrypt does not allow.')
  if (r > maxFactor || p > maxFactor) return refuse('Its r or p is above 64.')
  // `N * r` takes the memory, `p` runs of it the time: the product bounds both.
  if (N * r * p > maxWork) return refuse('It asks for more than 256 MiB, or as much work as that.')
  const { salt, digest } = parts
  const options = { N, r, p, maxmem: 2 * maxMemoryBytes }
  return (
    sizeRefusal(parts) ?? {
      pepperId: null,
      async matches(password) {
        const derived = await derive(password, salt, digest.length, options)
        return timingSafeEqual(derived, digest) && !endsWithNul(password)
      },
    }
  )
}
