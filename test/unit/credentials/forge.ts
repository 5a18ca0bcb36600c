// Tokens made by hand: every part can be wrong on its own.

import {
  type AccessTokenClaims,
  type AccessTokenExpectation,
  type AccessTokenResult,
  verifyAccessToken,
} from '../../../packages/sessera/src/credentials/access-token.js'
import {
  type Algorithm,
  generateKey,
  importKey,
  type KeyMaterial,
  type SigningKey,
} from '../../../packages/sessera/src/credentials/algorithms.js'
import { createSeededRandom } from '../../../packages/sessera/src/testing/seeded-random.js'

export const now: number = Date.UTC(2026, 0, 1, 12)
export const seconds: number = now / 1000
export const issuer = 'https://app.example'
export const audience = 'https://app.example'

export const exampleClaims: AccessTokenClaims = {
  iss: issuer,
  sub: 'user-1',
  aud: audience,
  exp: seconds + 300,
  iat: seconds,
  jti: 'AAECAwQFBgcICQoLDA0ODw',
  client_id: 'sessera',
  sid: 'EBESExQVFhcYGRobHB0eHw',
  epoch: 1,
  revision: 7,
  auth_time: seconds - 60,
  amr: ['pwd'],
  roles: ['teller', 'Zürich'],
  scope: 'report:read report:write',
  preferred_username: 'ann',
  mode: 'token',
  claims: { plan: 'pro', limits: { daily: [1, 2, 3] } },
}

export interface KeyInHand {
  readonly material: KeyMaterial
  readonly key: SigningKey
}

export async function makeKey(algorithm: Algorithm, seed = 'seed'): Promise<KeyInHand> {
  const material = await generateKey(algorithm, createSeededRandom(seed))
  return { material, key: importKey(material) }
}

/** JSON text or a value to spell as JSON. */
type Spelt = string | object

export function encode(part: Spelt): string {
  return Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url')
}

export interface Forgery {
  readonly key: SigningKey
  readonly header?: Spelt
  readonly payload?: Spelt
  /** The third part, given the first two; the key's true signature unless told otherwise. */
  readonly sign?: (input: Buffer) => Buffer | string
}

export function headerFor(key: SigningKey): { alg: string; typ: string; kid: string } {
  return { alg: key.algorithm, typ: 'at+jwt', kid: key.kid }
}

export function forge({
  key,
  header = headerFor(key),
  payload = exampleClaims,
  sign = key.sign,
}: Forgery): string {
  const input = `${encode(header)}.${encode(payload)}`
  const signature = sign(Buffer.from(input))
  return `${input}.${typeof signature === 'string' ? signature : signature.toString('base64url')}`
}

/** Claims, and a name for the key, that make a token of exactly so many characters. */
export function tokenOf(
  length: number,
  key: SigningKey,
): { readonly named: SigningKey; readonly claims: AccessTokenClaims } {
  const named = ['k', 'kk', 'kkk', 'kkkk'].map((kid) => ({ ...key, kid }))
  for (const by of named) {
    const room = Math.floor(
      ((length - forge({ key: by, payload: { ...exampleClaims, roles: [''] } }).length) * 3) / 4,
    )
    for (const size of [room - 1, room, room + 1]) {
      const claims = { ...exampleClaims, roles: ['r'.repeat(size)] }
      if (forge({ key: by, payload: claims }).length === length) return { named: by, claims }
    }
  }
  throw new Error(`No token has ${length} characters.`)
}

export function verifyWith(
  key: SigningKey,
  text: string,
  expected: Partial<AccessTokenExpectation> = {},
): AccessTokenResult {
  const known = new Map([[key.kid, key]])
  return verifyAccessToken(text, {
    findKey: (kid) => known.get(kid) ?? null,
    issuer,
    audience,
    now,
    maxLifetimeSeconds: 900,
    skewSeconds: 5,
    ...expected,
  })
}

/** `ok`, or why not. */
export function outcomeOf(result: AccessTokenResult): string {
  return result.ok ? 'ok' : result.reason
}
