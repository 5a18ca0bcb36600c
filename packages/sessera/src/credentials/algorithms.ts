// The four signature algorithms. A key has exactly one of them, fixed when it is made: nothing in a token chooses.
// Synchronous node:crypto with key objects made once.

import {
  constants,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  generateKeyPair,
  type KeyObject,
  sign,
  timingSafeEqual,
  verify,
} from 'node:crypto'
import { promisify } from 'node:util'
import type { Random } from '../ports/random.js'

/** JOSE `alg` names (RFC 7518 §3.1, RFC 8037 §3.1). */
export type Algorithm = 'EdDSA' | 'ES256' | 'RS256' | 'HS256'

export const algorithms: readonly Algorithm[] = ['EdDSA', 'ES256', 'RS256', 'HS256']

/** Checks signatures of one algorithm. */
export interface VerificationKey {
  readonly kid: string
  readonly algorithm: Algorithm
  /** Whether `signature` over `input` is this key's. Bytes of another shape are merely wrong. */
  verify(input: Buffer, signature: Buffer): boolean
}

/** Makes signatures too. */
export interface SigningKey extends VerificationKey {
  /** The public half to publish; null for HS256, which has none. */
  readonly jwk: PublicJwk | null
  sign(input: Buffer): Buffer
}

/** A public key as published (RFC 7517): `kid` is its thumbprint (RFC 7638). Never a private member. */
export interface PublicJwk {
  readonly kty: string
  readonly use: 'sig'
  readonly alg: Algorithm
  readonly kid: string
  readonly crv?: string
  readonly x?: string
  readonly y?: string
  readonly n?: string
  readonly e?: string
}

/** What is needed to have a key again: the algorithm, its name, and PKCS #8 (HS256: the 32 secret bytes). */
export interface KeyMaterial {
  readonly algorithm: Algorithm
  readonly kid: string
  readonly privateKey: Buffer
}

type AsymmetricAlgorithm = Exclude<Algorithm, 'HS256'>

interface Scheme {
  /** The required members of its JWK, in the order of the thumbprint (RFC 7638 §3.2). */
  readonly members: readonly ('crv' | 'e' | 'kty' | 'n' | 'x' | 'y')[]
  fits(key: KeyObject): boolean
  generate(): Promise<KeyObject>
  sign(input: Buffer, key: KeyObject): Buffer
  verify(input: Buffer, key: KeyObject, signature: Buffer): boolean
}

const generatePair = promisify(generateKeyPair)
const p256 = 'prime256v1'
const rsaBits = 3072
const secretLength = 32

const schemes: Readonly<Record<AsymmetricAlgorithm, Scheme>> = {
  EdDSA: {
    members: ['crv', 'kty', 'x'],
    fits: (key) => key.asymmetricKeyType === 'ed25519',
    generate: async () => (await generatePair('ed25519')).privateKey,
    sign: (input, key) => sign(null, input, key),
    verify: (input, key, signature) => signature.length === 64 && verify(null, input, key, signature),
  },
  ES256: {
    members: ['crv', 'kty', 'x', 'y'],
    fits: (key) => key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === p256,
    generate: async () => (await generatePair('ec', { namedCurve: p256 })).privateKey,
    // r and s, 32 bytes each: RFC 7518 §3.4, never DER.
    sign: (input, key) => sign('sha256', input, { key, dsaEncoding: 'ieee-p1363' }),
    verify: (input, key, signature) =>
      signature.length === 64 && verify('sha256', input, { key, dsaEncoding: 'ieee-p1363' }, signature),
  },
  RS256: {
    members: ['e', 'kty', 'n'],
    fits: (key) =>
      key.asymmetricKeyType === 'rsa' && (key.asymmetricKeyDetails?.modulusLength ?? 0) >= rsaBits,
    generate: async () => (await generatePair('rsa', { modulusLength: rsaBits })).privateKey,
    sign: (input, key) => sign('sha256', input, { key, padding: constants.RSA_PKCS1_PADDING }),
    verify: (input, key, signature) =>
      verify('sha256', input, { key, padding: constants.RSA_PKCS1_PADDING }, signature),
  },
}

/** A fresh key of at least 128-bit strength (ASVS 11.2.3), RSA off the event loop. */
export async function generateKey(algorithm: Algorithm, random: Random): Promise<KeyMaterial> {
  if (algorithm === 'HS256') {
    const kid = random.bytes(16).toString('base64url')
    return { algorithm, kid, privateKey: random.bytes(secretLength) }
  }
  const key = await schemes[algorithm].generate()
  const { kid } = publicJwk(algorithm, createPublicKey(key))
  return { algorithm, kid, privateKey: key.export({ format: 'der', type: 'pkcs8' }) }
}

/**
 * The key that `material` holds, ready to sign and verify.
 *
 * @throws Error when the bytes are no key of that algorithm: they were sealed by us, so this is a fault.
 */
export function importKey({ algorithm, kid, privateKey }: KeyMaterial): SigningKey {
  if (algorithm === 'HS256') return secretKey(kid, privateKey)
  const scheme = schemes[algorithm]
  const signing = createPrivateKey({ key: privateKey, format: 'der', type: 'pkcs8' })
  if (!scheme.fits(signing)) throw new Error(`The signing key "${kid}" is not a key for ${algorithm}.`)
  const verifying = createPublicKey(signing)
  const jwk = publicJwk(algorithm, verifying)
  return {
    kid: jwk.kid,
    algorithm,
    jwk,
    sign: (input) => scheme.sign(input, signing),
    verify: (input, signature) => scheme.verify(input, verifying, signature),
  }
}

function secretKey(kid: string, secret: Buffer): SigningKey {
  if (secret.length !== secretLength) throw new Error(`The signing key "${kid}" is not a key for HS256.`)
  const key = createSecretKey(secret)
  const mac = (input: Buffer): Buffer => createHmac('sha256', key).update(input).digest()
  return {
    kid,
    algorithm: 'HS256',
    jwk: null,
    sign: mac,
    verify: (input, signature) => signature.length === 32 && timingSafeEqual(signature, mac(input)),
  }
}

function publicJwk(algorithm: AsymmetricAlgorithm, key: KeyObject): PublicJwk {
  const exported = key.export({ format: 'jwk' })
  const members = Object.fromEntries(schemes[algorithm].members.map((name) => [name, exported[name]]))
  const kid = createHash('sha256').update(JSON.stringify(members)).digest('base64url')
  return { kty: String(exported.kty), ...members, use: 'sig', alg: algorithm, kid }
}
