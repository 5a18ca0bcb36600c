// The strict profile of access tokens once more, as a list of rules by name: which of them a text breaks. Each refuses
// something that RFC 7515 and RFC 7519 leave to the reader, and explains why another library may say yes where we say no.

import { isUtf8 } from 'node:buffer'
import { readBase64url } from './base64url.js'
import { type Scanned, scanJson } from './json.js'

export const tokenRules = [
  'too-long',
  'three-parts',
  'canonical-base64url',
  'utf8-json-object',
  'no-duplicates',
  'bounded-json',
  'no-refused-names',
  'known-header',
  'named-key',
  'exact-type',
  'fixed-algorithm',
  'typed-claims',
  'one-audience',
  'exact-issuer',
  'short-life',
  'begun',
  'not-expired',
] as const

export type TokenRule = (typeof tokenRules)[number]

export interface TokenTerms {
  readonly issuer: string
  readonly audience: string
  /** Seconds. */
  readonly now: number
  readonly skewSeconds: number
  readonly maxLifetimeSeconds: number
  readonly algorithmOf: (kid: string) => string | null
}

export function brokenRules(token: string, terms: TokenTerms): ReadonlySet<TokenRule> {
  const broken = new Set<TokenRule>()
  const demand = (condition: boolean, rule: TokenRule): void => void (condition || broken.add(rule))
  demand(token.length <= 8192, 'too-long')
  const parts = token.split('.')
  demand(parts.length === 3 && parts.every((part) => part !== ''), 'three-parts')
  const bytes = parts.map(readBase64url)
  demand(
    bytes.every((part) => part !== null),
    'canonical-base64url',
  )
  const header = objectIn(bytes[0], demand)
  const claims = objectIn(bytes[1], demand)
  if (header !== null) judgeHeader(header, terms, demand)
  if (claims !== null) judgeClaims(claims, terms, demand)
  return broken
}

type Demand = (condition: boolean, rule: TokenRule) => void
type Members = Readonly<Record<string, unknown>>

function objectIn(bytes: Buffer | null | undefined, demand: Demand): Members | null {
  const scanned = bytes && isUtf8(bytes) ? scanJson(bytes.toString('utf8')) : null
  const isObject = scanned !== null && isMembers(scanned.value)
  demand(isObject, 'utf8-json-object')
  if (!isObject) return null
  judgeForm(scanned, demand)
  return scanned.value as Members
}

function judgeForm({ hasDuplicates, depth, members, names }: Scanned, demand: Demand): void {
  demand(!hasDuplicates, 'no-duplicates')
  demand(depth <= 8 && members <= 64, 'bounded-json')
  demand(![...names].some((name) => name === '__proto__' || name.includes('\\')), 'no-refused-names')
}

function judgeHeader(header: Members, { algorithmOf }: TokenTerms, demand: Demand): void {
  const { alg, typ, kid, ...others } = header
  demand(Object.keys(others).length === 0, 'known-header')
  const algorithm = typeof kid === 'string' ? algorithmOf(kid) : null
  demand(algorithm !== null, 'named-key')
  demand(typ === 'at+jwt', 'exact-type')
  demand(algorithm === null || alg === algorithm, 'fixed-algorithm')
}

const texts = ['iss', 'sub', 'aud', 'jti', 'client_id', 'sid', 'preferred_username']
const wholeNumbers = ['exp', 'iat', 'auth_time', 'epoch', 'revision']
const lists = ['amr', 'roles']
const latest = Math.floor(Number.MAX_SAFE_INTEGER / 1000)

function judgeClaims(claims: Members, terms: TokenTerms, demand: Demand): void {
  const { sid, nbf, scope, mode, iss, aud, exp, iat, auth_time } = claims
  const times = [exp, iat, auth_time, nbf ?? 0]
  const isTyped = [
    texts.every((name) => isText(claims[name])),
    wholeNumbers.every((name) => isWhole(claims[name])),
    lists.every((name) => Array.isArray(claims[name]) && (claims[name] as unknown[]).every(isText)),
    times.every((time) => isWhole(time) && time <= latest),
    typeof sid === 'string' && sid.length === 22 && readBase64url(sid) !== null,
    mode === 'token' || mode === 'hybrid',
    scope === undefined || isScope(scope),
    claims['claims'] === undefined || isMembers(claims['claims']),
    nbf !== null,
  ]
  demand(!isTyped.includes(false), 'typed-claims')
  demand(aud === terms.audience, 'one-audience')
  demand(iss === terms.issuer, 'exact-issuer')
  if (!times.every(isWhole)) return
  const [expires = 0, issued = 0, proven = 0, begins = 0] = times
  demand(expires > issued && expires - issued <= terms.maxLifetimeSeconds, 'short-life')
  demand(Math.max(issued, proven, begins) <= terms.now + terms.skewSeconds, 'begun')
  demand(expires > terms.now - terms.skewSeconds, 'not-expired')
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value.length > 0
}

function isWhole(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && Number.isSafeInteger(value)
}

/** RFC 6749 §3.3: words of visible ASCII without quotation mark and backslash, one space between them. */
function isScope(value: unknown): boolean {
  return (
    typeof value === 'string' &&
    value
      .split(' ')
      .every(
        (word) =>
          word !== '' &&
          [...word].every((char) => char > ' ' && char <= '~' && char !== '"' && char !== '\\'),
      )
  )
}

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
