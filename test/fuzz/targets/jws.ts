// The token as a stranger sends it: whatever is done to one that was issued, nothing else is accepted.

import { signAccessToken } from '../../../packages/sessera/src/credentials/access-token.js'
import type { Choices } from '../engine/random.js'
import { hold, type Target } from '../engine/target.js'
import { findTokenKey, tokenKeys } from '../oracles/token-keys.js'
import { genuineClaims, judgeToken } from '../oracles/token-verdict.js'

const issued = tokenKeys.flatMap(({ key }) => [
  signAccessToken(genuineClaims, key),
  signAccessToken({ ...genuineClaims, roles: [], sub: 'user-2' }, key),
])
const issuedInputs = new Set(issued.map(signedPartOf))

export const jws: Target = {
  name: 'jws',
  seeds: issued.map((token) => [token]),
  words: ['.', '..', '=', '==', 'e30', 'eyJ'],
  maxLength: 12_000,
  mutate: ([token = ''], choices) => [tampered(token, choices)],
  async run([token = '']) {
    const outcome = await judgeToken(token)
    if (outcome !== 'both accept') return outcome
    // ECDSA verifies (r, n - s) as well as (r, s): whoever holds a token can write it in a second way, and says the same.
    hold(issued.includes(token) || isOtherSignature(token), 'a token that nobody issued is accepted', token)
    return issued.includes(token) ? 'accepted as issued' : 'accepted with another signature of ES256'
  },
}

/** What was issued, signed in another way: only our key can, or who negates `s`. */
function isOtherSignature(token: string): boolean {
  return issuedInputs.has(signedPartOf(token)) && keyOf(token)?.algorithm === 'ES256'
}

const changes: readonly ((signature: Buffer) => Buffer)[] = [
  negated,
  (signature) => Buffer.concat([Buffer.of(0), signature]),
  (signature) => signature.subarray(1),
  (signature) => Buffer.alloc(signature.length),
  (signature) => Buffer.alloc(signature.length, 0xff),
  plusOrder,
]

/** Of valid tokens: other signatures that a careless verifier accepts, and parts of two put together. */
function tampered(token: string, choices: Choices): string {
  const other = choices.pick(issued).split('.')
  const parts = token.split('.')
  switch (choices.below(3)) {
    case 0:
      return withSignature(token, choices.pick(changes))
    case 1:
      return parts.with(choices.below(parts.length), other[choices.below(3)] ?? '').join('.')
    default:
      return parts.with(0, encodedHeader(choices, parts[0] ?? '')).join('.')
  }
}

function encodedHeader(choices: Choices, part: string): string {
  const header = Buffer.from(part, 'base64url').toString()
  const changed = choices.pick([
    header.replace(
      /"alg":"\w+"/,
      `"alg":"${choices.pick(['none', 'None', 'HS256', 'RS256', 'ES256', 'EdDSA', 'PS256'])}"`,
    ),
    header.replace(/"kid":"[^"]*"/, `"kid":"${choices.pick(tokenKeys).key.kid}"`),
    header.replace('}', ',"crit":["b64"],"b64":false}'),
    header.replace('at+jwt', choices.pick(['AT+JWT', 'application/at+jwt', 'JWT', 'dpop+jwt'])),
  ])
  return Buffer.from(changed).toString('base64url')
}

const p256Order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n
const ed25519Order = 0x1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3edn

function negated(signature: Buffer): Buffer {
  if (signature.length !== 64) return signature
  const s = BigInt(`0x${signature.toString('hex', 32)}`)
  const other = (((p256Order - s) % p256Order) + p256Order) % p256Order
  return Buffer.concat([signature.subarray(0, 32), Buffer.from(other.toString(16).padStart(64, '0'), 'hex')])
}

/** Ed25519 with s + L, which RFC 8032 §5.1.7 refuses. */
function plusOrder(signature: Buffer): Buffer {
  if (signature.length !== 64) return signature
  const s = BigInt(`0x${Buffer.from(signature.subarray(32)).reverse().toString('hex')}`) + ed25519Order
  const hex = s.toString(16).padStart(64, '0').slice(-64)
  return Buffer.concat([signature.subarray(0, 32), Buffer.from(hex, 'hex').reverse()])
}

function withSignature(token: string, change: (signature: Buffer) => Buffer): string {
  const at = token.lastIndexOf('.')
  return `${token.slice(0, at)}.${change(Buffer.from(token.slice(at + 1), 'base64url')).toString('base64url')}`
}

function signedPartOf(token: string): string {
  return token.slice(0, token.lastIndexOf('.'))
}

function keyOf(token: string): { readonly algorithm: string } | null {
  const header = Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()
  const [, kid = ''] = /"kid":"([^"]*)"/.exec(header) ?? []
  return findTokenKey(kid)?.key ?? null
}
