// A strict profile of the compact JWS (RFC 7515, RFC 8725): one spelling per token, three header members,
// and the key alone decides the algorithm. Whatever else the standards allow is refused.

import { isUtf8 } from 'node:buffer'
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

const compactForm = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)$/

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
  const parts = text.length <= maxTokenLength ? compactForm.exec(text) : null
  if (parts === null) return refuse('malformed')
  const [, headerText = '', payloadText = '', signatureText = ''] = parts
  const header = decodeJson(headerText)
  const payload = decodeBase64url(payloadText)
  const signature = decodeBase64url(signatureText)
  if (header === null || payload === null || signature === null) return refuse('malformed')

  const { alg, typ, kid, ...others } = header
  // crit, b64, jwk, jku, x5u, x5c, zip, enc and whatever comes next: none of them is understood, all are refused.
  const known = Object.keys(others).length === 0
  if (!known || typeof alg !== 'string' || typeof kid !== 'string') return refuse('header_refused')
  if (typ !== type) return refuse('wrong_type')
  const key = findKey(kid)
  if (key === null) return { ok: false, reason: 'unknown_key', kid }
  if (alg !== key.algorithm) return refuse('wrong_algorithm')
  const input = Buffer.from(text.slice(0, headerText.length + 1 + payloadText.length), 'latin1')
  if (!key.verify(input, signature)) return refuse('bad_signature')

  const claims = parseUtf8Json(payload)
  return claims === null ? refuse('malformed') : { ok: true, payload: claims }
}

function refuse(reason: JwsRefusal): JwsResult {
  return { ok: false, reason }
}

function encode(json: string): string {
  return Buffer.from(json, 'utf8').toString('base64url')
}

function decodeJson(text: string): JsonObject | null {
  const bytes = decodeBase64url(text)
  return bytes === null ? null : parseUtf8Json(bytes)
}

function parseUtf8Json(bytes: Buffer): JsonObject | null {
  return isUtf8(bytes) ? parseStrictJson(bytes.toString('utf8'), tokenJsonLimits) : null
}
