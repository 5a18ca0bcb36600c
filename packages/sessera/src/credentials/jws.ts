// A strict profile of the compact JWS (RFC 7515, RFC 8725): one spelling per token, three header members,
// and the key alone decides the algorithm. Whatever else the standards allow is refused.

import { isUtf8 } from 'node:buffer'
import type { Json } from '../domain/json.js'
import type { SigningKey, VerificationKey } from './algorithms.js'
import { decodeBase64url } from './base64url.js'
import { type JsonObject, parseStrictJson } from './strict-json.js'

/** Longest token, in characters. */
export const maxTokenLength = 8192

/** How deep and how many: what a token's header and claims may hold. */
export const tokenJsonLimits = { maxDepth: 8, maxMembers: 64 }

/** Why a token was refused. For logs and tests: a client learns only that it was. */
export type JwsRefusal =
  | 'malformed'
  | 'header_refused'
  | 'wrong_type'
  | 'unknown_key'
  | 'wrong_algorithm'
  | 'bad_signature'

export type JwsResult =
  | { readonly ok: true; readonly payload: JsonObject }
  | { readonly ok: false; readonly reason: JwsRefusal; readonly kid?: string }

/** Signs `payload` (JSON text) into a compact JWS whose header is `alg`, `typ` and `kid` only. */
export function signJws({ type, payload, key }: { type: string; payload: string; key: SigningKey }): string {
  const header = JSON.stringify({ alg: key.algorithm, typ: type, kid: key.kid })
  const input = `${encode(header)}.${encode(payload)}`
  return `${input}.${key.sign(Buffer.from(input, 'latin1')).toString('base64url')}`
}

/**
 * The payload of a compact JWS of this type by a key that `findKey` knows. The payload is not looked at before the
 * signature has been verified. `kid` is returned with `unknown_key`: a reload of the keys may find it.
 */
export function verifyJws(
  text: string,
  { type, findKey }: { readonly type: string; readonly findKey: (kid: string) => VerificationKey | null },
): JwsResult {
  if (text.length > maxTokenLength) return refuse('malformed')
  const first = text.indexOf('.')
  const second = text.indexOf('.', first + 1)
  if (second <= first + 1 || second === text.length - 1) return refuse('malformed')
  const headerText = text.slice(0, first)
  const proven = provenHeaders.get(headerText)
  const header = proven ?? readHeader(headerText)
  const payload = decodeBase64url(text.slice(first + 1, second))
  const signature = decodeBase64url(text.slice(second + 1))
  if (header === 'malformed' || payload === null || signature === null) return refuse('malformed')
  if (header === 'header_refused') return refuse(header)
  if (header.typ !== type) return refuse('wrong_type')
  const key = findKey(header.kid)
  if (key === null) return { ok: false, reason: 'unknown_key', kid: header.kid }
  if (header.alg !== key.algorithm) return refuse('wrong_algorithm')
  if (!key.verify(Buffer.from(text.slice(0, second), 'latin1'), signature)) return refuse('bad_signature')
  if (proven === undefined) remember(headerText, header)

  const claims = parseUtf8Json(payload)
  return claims === null ? refuse('malformed') : { ok: true, payload: claims }
}

interface Header {
  readonly alg: string
  readonly typ: Json | undefined
  readonly kid: string
}

/**
 * What headers of tokens that proved genuine say, by their exact text. Only reading is saved: type, key and algorithm are
 * judged each time. What nobody signed is not kept, so that junk drives nothing out.
 */
const provenHeaders = new Map<string, Header>()
const maxProvenHeaders = 64

function remember(text: string, header: Header): void {
  const [oldest] = provenHeaders.keys()
  if (oldest !== undefined && provenHeaders.size >= maxProvenHeaders) provenHeaders.delete(oldest)
  // A copy: a slice would keep the whole token in memory.
  provenHeaders.set(Buffer.from(text, 'latin1').toString('latin1'), header)
}

function readHeader(text: string): Header | 'malformed' | 'header_refused' {
  const bytes = decodeBase64url(text)
  const json = bytes === null ? null : parseUtf8Json(bytes)
  if (json === null) return 'malformed'
  const { alg, typ, kid, ...others } = json
  // crit, b64, jwk, jku, x5u, x5c, zip, enc and whatever comes next: none of them is understood, all are refused.
  const known = Object.keys(others).length === 0
  return known && typeof alg === 'string' && typeof kid === 'string' ? { alg, typ, kid } : 'header_refused'
}

function refuse(reason: JwsRefusal): JwsResult {
  return { ok: false, reason }
}

function encode(json: string): string {
  return Buffer.from(json, 'utf8').toString('base64url')
}

function parseUtf8Json(bytes: Buffer): JsonObject | null {
  return isUtf8(bytes) ? parseStrictJson(bytes.toString('utf8'), tokenJsonLimits) : null
}
