// What a reader of stored hashes answers, and the bounds that all of them share. A hash says how much work it is; one
// that asks for more than any honest one is an attack on our memory or time, and is refused before the work begins.

/** A hash that can be verified. */
export interface StoredHash {
  /** The pepper that went into it, null when none did. */
  readonly pepperId: string | null
  matches(password: string): Promise<boolean>
}

/** Why a hash cannot be verified: a sentence without any part of the hash. */
export interface Refusal {
  readonly refused: string
}

/** Null: the hash is of another family. */
export type Reader = (stored: string) => StoredHash | Refusal | null

/** Memory that one verification may take: 256 MiB. */
export const maxMemoryBytes = 268_435_456

export function refuse(reason: string): Refusal {
  return { refused: reason }
}

export function isRefusal(reading: StoredHash | Refusal): reading is Refusal {
  return 'refused' in reading
}

/** Null unless both are of a length that real ones have: a short digest is matched by chance, a salt of nothing is none. */
export function sizeRefusal({ salt, digest }: Parts): Refusal | null {
  if (salt.length < 8 || salt.length > 128) return refuse('Its salt is not between 8 and 128 bytes long.')
  if (digest.length < 16 || digest.length > 64)
    return refuse('Its digest is not between 16 and 64 bytes long.')
  return null
}

export interface Parts {
  readonly salt: Buffer
  readonly digest: Buffer
}

/**
 * PBKDF2 and scrypt take the password as the key of an HMAC, which fills it up with NUL: with one more at the end it is
 * the same key, and would be the same password. Nobody has ended a password so.
 */
export function endsWithNul(password: string): boolean {
  return password.endsWith('\0')
}

/** Canonical base64 or, as PHC strings have it, the same without padding. Null when it is anything else. */
export function fromBase64(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64')
  const canonical = bytes.toString('base64')
  return text === canonical || text === canonical.replace(/=+$/, '') ? bytes : null
}

/** Null unless there is an even number of lower-case digits. */
export function fromHex(text: string): Buffer | null {
  return /^(?:[0-9a-f]{2})+$/.test(text) ? Buffer.from(text, 'hex') : null
}
