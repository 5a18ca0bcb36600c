// Keys derived from the server secrets: one per use, so that no two uses ever share a key (ASVS 11.1.1).
// The first secret makes new credentials, every secret in the list verifies old ones.

import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto'
import { ConfigurationError } from '../errors.js'

const salt = 'sessera server key v1'
const minSecretLength = 32
const howToMakeOne = `Make one with: node -p "crypto.randomBytes(32).toString('base64url')"`

export interface ServerKey {
  /** One byte made of the secret, not of its place in the list. Two secrets may share it: then try both. */
  readonly keyId: number
  /** The 256-bit key for the use that `label` names; the same label always gives the same key. */
  derive(label: string): KeyObject
}

export interface ServerKeys {
  /** Makes whatever is new. */
  readonly first: ServerKey
  /** All, the first included, in the order of the secrets. */
  readonly all: readonly ServerKey[]
}

/**
 * Keys for an ordered list of server secrets, by HKDF-SHA256 (RFC 5869). To rotate: add the new secret last on every
 * node, then move it first, then drop the old one when nothing uses it any more.
 *
 * @throws ConfigurationError when there is no secret, one is shorter than 32 characters, or one comes twice.
 * @example
 * const serverKeys = createServerKeys([process.env.SECRET, process.env.OLD_SECRET])
 */
export function createServerKeys(secrets: readonly string[]): ServerKeys {
  secrets.forEach((secret, index) => {
    if (typeof secret !== 'string' || secret.length < minSecretLength) {
      throw new ConfigurationError(
        `Secret ${index + 1} is shorter than ${minSecretLength} characters. ${howToMakeOne}`,
      )
    }
    if (secrets.indexOf(secret) !== index) {
      throw new ConfigurationError(`Secret ${index + 1} is in the list twice. Remove one of them.`)
    }
  })
  const all = secrets.map(createServerKey)
  const [first] = all
  if (first === undefined) throw new ConfigurationError(`There is no server secret. ${howToMakeOne}`)
  return { first, all }
}

function createServerKey(secret: string): ServerKey {
  const source = createSecretKey(secret, 'utf8')
  const derive = (label: string): Buffer => Buffer.from(hkdfSync('sha256', source, salt, label, 32))
  return {
    keyId: derive('key id').readUInt8(0),
    derive: (label) => createSecretKey(derive(label)),
  }
}
