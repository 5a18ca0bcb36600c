// Access tokens: RFC 9068 JWTs under the strict profile of jws.ts, with every claim required and typed.
// Pure: the caller passes the time and the keys.

import type { Json } from '../domain/json.js'
import { ConfigurationError } from '../errors.js'
import type { Random } from '../ports/random.js'
import type { SigningKey, VerificationKey } from './algorithms.js'
import { isBase64urlOf } from './base64url.js'
import { type JwsRefusal, maxTokenLength, signJws, tokenJsonLimits, verifyJws } from './jws.js'
import { type JsonObject, parseStrictJson } from './strict-json.js'

const tokenType = 'at+jwt'
const maxAppClaimsBytes = 1024

/** What an access token says. Times are whole seconds since 1970 (RFC 7519 NumericDate). */
export interface AccessTokenClaims {
  readonly iss: string
  /** The user's id. */
  readonly sub: string
  readonly aud: string
  readonly exp: number
  readonly iat: number
  readonly jti: string
  readonly client_id: string
  /** The session's id: 128 bits, 22 characters of base64url. */
  readonly sid: string
  readonly epoch: number
  readonly revision: number
  /** When the person last proved who they are. */
  readonly auth_time: number
  readonly amr: readonly string[]
  readonly roles: readonly string[]
  /** Space-separated (RFC 8693 §4.2); absent when there is none. */
  readonly scope?: string
  readonly preferred_username: string
  readonly mode: 'token' | 'hybrid'
  /** The app's own claims, at most 1 kB as JSON; absent when there are none. */
  readonly claims?: object
}

/** What a verifier holds a token against. */
export interface AccessTokenExpectation {
  readonly findKey: (kid: string) => VerificationKey | null
  readonly issuer: string
  readonly audience: string
  /** Epoch ms. */
  readonly now: number
  /** No token may be meant to live longer, whoever signed it. */
  readonly maxLifetimeSeconds: number
  /** How far clocks may disagree. */
  readonly skewSeconds: number
}

/** Why a token was refused. For logs and tests: a client learns only that it was. */
export type AccessTokenRefusal =
  | JwsRefusal
  | 'claims_refused'
  | 'wrong_issuer'
  | 'wrong_audience'
  | 'expired'
  | 'not_yet_valid'
  | 'lifetime_refused'

export type AccessTokenResult =
  | { readonly ok: true; readonly claims: AccessTokenClaims }
  | { readonly ok: false; readonly reason: AccessTokenRefusal; readonly kid?: string }

/** A fresh `jti`: 128 random bits (ASVS 11.5.1). */
export function createTokenId(random: Random): string {
  return random.bytes(16).toString('base64url')
}

/**
 * A signed access token. It never signs what {@link verifyAccessToken} would refuse by its form.
 *
 * @throws ConfigurationError when the app's claims or the roles do not fit into a token.
 */
export function signAccessToken(claims: AccessTokenClaims, key: SigningKey): string {
  const appClaimsBytes = Buffer.byteLength(JSON.stringify(claims.claims ?? {}))
  if (appClaimsBytes > maxAppClaimsBytes) {
    throw new ConfigurationError(
      `claims(user) makes ${appClaimsBytes} bytes of JSON; a token holds at most ${maxAppClaimsBytes}. Return less, and read the rest from your database.`,
    )
  }
  const payload = JSON.stringify(claims)
  const token = signJws({ type: tokenType, payload, key })
  const json = parseStrictJson(payload, tokenJsonLimits)
  if (json === null || readClaims(json) === null || token.length > maxTokenLength) {
    throw new ConfigurationError(
      `The user's roles, name and claims do not fit into a token: ${token.length} of ${maxTokenLength} characters, at most ${tokenJsonLimits.maxMembers} members, nested ${tokenJsonLimits.maxDepth} deep, nothing empty, no name with a backslash. Return less from claims(user), or give fewer roles.`,
    )
  }
  return token
}

/**
 * The claims of a token that is ours, for us, and valid at `now`; otherwise why not. Never throws, whatever the text.
 * RFC 9068 §4, RFC 8725 §3, ASVS 9.1 and 9.2. Says nothing about revocation.
 */
export function verifyAccessToken(text: string, expected: AccessTokenExpectation): AccessTokenResult {
  const jws = verifyJws(text, { type: tokenType, findKey: expected.findKey })
  if (!jws.ok) return jws
  const claims = readClaims(jws.payload)
  if (claims === null) return refuse('claims_refused')
  if (claims.iss !== expected.issuer) return refuse('wrong_issuer')
  if (claims.aud !== expected.audience) return refuse('wrong_audience')
  const lifetime = claims.exp - claims.iat
  if (lifetime <= 0 || lifetime > expected.maxLifetimeSeconds) return refuse('lifetime_refused')
  const skewMs = expected.skewSeconds * 1000
  const begins = Math.max(claims.iat, claims.auth_time, notBefore(jws.payload)) * 1000
  if (begins > expected.now + skewMs) return refuse('not_yet_valid')
  if (claims.exp * 1000 <= expected.now - skewMs) return refuse('expired')
  return { ok: true, claims }
}

function refuse(reason: AccessTokenRefusal): AccessTokenResult {
  return { ok: false, reason }
}

// We never write `nbf`; one that is there was meant by somebody.
function notBefore({ nbf }: JsonObject): number {
  return isTime(nbf) ? nbf : 0
}

/** Null unless every required claim is there with the right type. Members that it does not know are left out. */
function readClaims(payload: JsonObject): AccessTokenClaims | null {
  const { iss, sub, aud, exp, iat, nbf, jti, client_id, sid, epoch, revision, auth_time } = payload
  const { amr, roles, scope, preferred_username, mode, claims } = payload
  if (!isText(iss) || !isText(sub) || !isText(aud) || !isText(jti) || !isText(client_id)) return null
  if (!isText(sid) || !isBase64urlOf(sid, 16)) return null
  if (!isTime(exp) || !isTime(iat) || !isTime(auth_time)) return null
  if (nbf !== undefined && !isTime(nbf)) return null
  if (!isCount(epoch) || !isCount(revision)) return null
  if (!isTexts(amr) || !isTexts(roles) || !isText(preferred_username)) return null
  if (scope !== undefined && !(isText(scope) && scopeForm.test(scope))) return null
  if (mode !== 'token' && mode !== 'hybrid') return null
  if (claims !== undefined && !isObject(claims)) return null
  const read: { -readonly [Name in keyof AccessTokenClaims]: AccessTokenClaims[Name] } = {
    iss,
    sub,
    aud,
    exp,
    iat,
    jti,
    client_id,
    sid,
    epoch,
    revision,
    auth_time,
    amr,
    roles,
    preferred_username,
    mode,
  }
  if (scope !== undefined) read.scope = scope
  if (claims !== undefined) read.claims = claims
  return read
}

// RFC 6749 §3.3.
const scopeForm = /^[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*$/

function isText(value: Json | undefined): value is string {
  return typeof value === 'string' && value !== ''
}

function isTexts(value: Json | undefined): value is readonly string[] {
  return Array.isArray(value) && value.every(isText)
}

function isCount(value: Json | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

// Integers only, and small enough that milliseconds stay exact.
function isTime(value: Json | undefined): value is number {
  return isCount(value) && Number.isSafeInteger(value * 1000)
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
