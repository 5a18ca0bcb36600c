// The JSON object in a request body, the same whether we or a framework parsed it.
// Invariant: only application/json, which no web form can send; what a schema then sees is plain, bounded data.

import { parseStrictJson } from '../credentials/strict-json.js'
import { AuthError } from '../errors.js'
import { isBoundedJson } from './json-shape.js'
import type { HttpRequest } from './message.js'

export interface JsonBodyOptions {
  /** Whether a request without a body counts as `{}`. */
  readonly optional: boolean
}

const maxDepth = 32
const maxMembers = 1000
// Lists of users with lists of roles have more items than members.
const maxCommas = 4 * maxMembers
// What a careless merge further down would take for instructions (ASVS 5.0 15.3.6). `__proto__` needs no mention in text.
const refusedNames: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])
// RFC 8259 defines no parameter; `charset=utf-8` is common and means nothing else.
const jsonType = /^application\/json[ \t]*(?:;[ \t]*charset=(?:utf-8|"utf-8")[ \t]*)?$/i

/**
 * @throws AuthError `unsupported_media_type` for anything but JSON, `invalid_request` for what is not one object without
 * duplicate or dangerous members, and what `HttpRequest.body` throws.
 */
export async function readJson(
  request: HttpRequest,
  { optional }: JsonBodyOptions,
): Promise<Readonly<Record<string, unknown>>> {
  const type = request.header('content-type')
  // Before the body: a form's is not worth waiting for.
  if (type !== null && !(typeof type === 'string' && jsonType.test(type)))
    throw new AuthError('unsupported_media_type')

  const body = await request.body()
  if (isEmpty(body)) {
    if (optional) return {}
    throw new AuthError('invalid_request', { detail: 'The request needs a body: a JSON object.' })
  }
  if (type === null) throw new AuthError('unsupported_media_type')

  const object = 'text' in body ? parseBounded(body.text) : findPlainObject(body.parsed)
  if (object === null) {
    throw new AuthError('invalid_request', {
      detail: 'The request body is not a JSON object that can be read in one way only.',
    })
  }
  return object
}

function parseBounded(text: string): Readonly<Record<string, unknown>> | null {
  if (!isBoundedJson(text, { maxDepth, maxMembers, maxCommas })) return null
  return parseStrictJson(text, { maxDepth, maxMembers, refusedNames })
}

/** Some frameworks put `{}` where there was no body. */
function isEmpty(body: Awaited<ReturnType<HttpRequest['body']>>): boolean {
  if ('text' in body) return body.text === ''
  return isObject(body.parsed) && Object.keys(body.parsed).length === 0
}

/** What a framework parsed, if it is an object within the same bounds. Its parser has let the last of duplicates win already. */
function findPlainObject(parsed: unknown): Readonly<Record<string, unknown>> | null {
  if (!isObject(parsed)) return null
  let members = 0
  let level: readonly object[] = [parsed]
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > maxDepth) return null
    const next: object[] = []
    for (const container of level) {
      if (!Array.isArray(container)) {
        const names = Object.keys(container)
        members += names.length
        if (members > maxMembers || names.some((name) => refusedNames.has(name))) return null
      }
      for (const value of Object.values(container))
        if (typeof value === 'object' && value !== null) next.push(value)
    }
    level = next
  }
  return parsed
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
