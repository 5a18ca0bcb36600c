// What an administrator may note about a user for the app: plain JSON of at most 1 kB, that every reader understands alike
// and that no careless merge takes for instructions (ASVS 5.0 15.3.6).

import { AuthError } from '../errors.js'
import type { Json, JsonObject } from './json.js'

export const maxClaimsBytes = 1024

const maxDepth = 4
/** Of all objects together: a token has room for these beside its own. */
const maxMembers = 32
const refusedNames: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

/** A copy of it, that whoever gave it can change no more. @throws AuthError `invalid_request` with what is wrong. */
export function checkClaims(claims: unknown): JsonObject {
  let members = 0
  function copyOf(value: unknown, depth: number): Json {
    if (value === null || typeof value === 'boolean') return value
    if (typeof value === 'number' && Number.isFinite(value)) return value
    if (typeof value === 'string' && !/\p{Cs}/u.test(value)) return value
    if (typeof value !== 'object') throw notJson()
    if (depth > maxDepth) throw refused(`Claims nest at most ${maxDepth} deep.`)
    if (Array.isArray(value)) return value.map((item) => copyOf(item, depth + 1))
    const prototype: unknown = Object.getPrototypeOf(value)
    if (prototype !== Object.prototype && prototype !== null) throw notJson()
    const entries = Object.entries(value)
    members += entries.length
    if (members > maxMembers) throw refused(`Claims have at most ${maxMembers} members.`)
    return Object.fromEntries(entries.map(([name, item]) => [checkName(name), copyOf(item, depth + 1)]))
  }
  const copy = copyOf(claims, 1)
  if (!isObject(copy)) throw refused('Claims are a JSON object, such as {"plan":"pro"}.')
  if (Buffer.byteLength(JSON.stringify(copy)) > maxClaimsBytes) {
    throw refused('Claims are at most 1 kB of JSON. Keep what is large in your own tables.')
  }
  return copy
}

/** A name with a backslash is one that a token may not carry (`parseStrictJson`). */
function checkName(name: string): string {
  if (refusedNames.has(name) || name === '' || name.includes('\\') || /\p{Cs}/u.test(name)) {
    throw refused('A claim has an empty name, one with a backslash, or one that JavaScript reserves.')
  }
  return name
}

function isObject(json: Json): json is JsonObject {
  return typeof json === 'object' && json !== null && !Array.isArray(json)
}

function notJson(): AuthError {
  return refused('Claims hold only what JSON can say.')
}

function refused(detail: string): AuthError {
  return new AuthError('invalid_request', { detail })
}
