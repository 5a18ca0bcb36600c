// Private signing keys at rest: AES-256-GCM under a key of the server secret, bound to their kid and algorithm.
//   version 1 · key id 1 · nonce 12 · ciphertext · tag 16, in base64url

import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto'
import type { Random } from '../ports/random.js'
import type { KeyMaterial } from './algorithms.js'
import { decodeBase64url } from './base64url.js'
import type { ServerKey, ServerKeys } from './server-keys.js'

const version = 1
const headLength = 2
const nonceLength = 12
const tagLength = 16
const overhead = headLength + nonceLength + tagLength

/** A key as the store has it: `sealed` opens only together with the very `kid` and `algorithm` it was sealed with. */
export interface SealedKey {
  readonly kid: string
  readonly algorithm: string
  readonly sealed: string
}

/**
 * `sealed` for this key, under the first server key. The nonce is random: there will be far fewer than the 2^32 seals
 * per key that this allows (NIST SP 800-38D §8.3).
 */
export function sealKey(
  { kid, algorithm, privateKey }: KeyMaterial,
  { serverKeys, random }: { readonly serverKeys: ServerKeys; readonly random: Random },
): string {
  const head = Buffer.of(version, serverKeys.first.keyId)
  const nonce = random.bytes(nonceLength)
  const cipher = createCipheriv('aes-256-gcm', sealingKey(serverKeys.first), nonce)
  cipher.setAAD(boundData(head, { kid, algorithm }))
  const body = Buffer.concat([cipher.update(privateKey), cipher.final()])
  return Buffer.concat([head, nonce, body, cipher.getAuthTag()]).toString('base64url')
}

/** The private key's bytes, or null when no server key opens it. */
export function openSealedKey({ sealed, ...label }: SealedKey, serverKeys: ServerKeys): Buffer | null {
  const bytes = decodeBase64url(sealed)
  if (bytes === null || bytes.length <= overhead || bytes[0] !== version) return null
  const data = boundData(bytes.subarray(0, headLength), label)
  for (const key of serverKeys.all) {
    const opened = key.keyId === bytes[1] ? decrypt(bytes, data, sealingKey(key)) : null
    if (opened !== null) return opened
  }
  return null
}

function sealingKey(key: ServerKey): KeyObject {
  return key.derive('signing key seal')
}

function boundData(head: Buffer, { kid, algorithm }: Omit<SealedKey, 'sealed'>): Buffer {
  return Buffer.concat([head, Buffer.from(JSON.stringify([algorithm, kid]))])
}

function decrypt(bytes: Buffer, data: Buffer, key: KeyObject): Buffer | null {
  const nonce = bytes.subarray(headLength, headLength + nonceLength)
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagLength })
  decipher.setAAD(data)
  decipher.setAuthTag(bytes.subarray(-tagLength))
  const opened = decipher.update(bytes.subarray(headLength + nonceLength, -tagLength))
  try {
    decipher.final()
  } catch {
    // Node tells a wrong tag only by throwing; it means another secret or altered bytes.
    return null
  }
  return opened
}
