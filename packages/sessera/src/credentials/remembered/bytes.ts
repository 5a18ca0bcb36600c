// What a principal costs in memory: an estimate that is rather too high than too low, on a 64-bit V8.
// What principals share with each other is not counted.

import { isShared, type Principal } from '../../domain/principal.js'

const referenceBytes = 8
const numberBytes = 16
const textHeadBytes = 24
const objectHeadBytes = 64
/** A place for the value, and a share of the shape: objects whose keys are all their own have a shape of their own. */
const memberBytes = 128
const listHeadBytes = 64

const principalMembers = 10
const principalBytes = 24 + principalMembers * referenceBytes + numberBytes

export function bytesOfPrincipal(principal: Principal<object>): number {
  const { id, username, sessionId, mode, roles, scopes, factors, claims } = principal
  let bytes = principalBytes + bytesOfText(id)
  for (const text of [username, sessionId, mode]) if (text !== null) bytes += bytesOfText(text)
  for (const part of [roles, scopes, factors, claims]) if (!isShared(part)) bytes += bytesOfJson(part)
  return bytes
}

export function bytesOfText(text: string): number {
  // ASCII is kept in one byte a character; some other texts are too, and are counted as if they were not.
  const bytes = Buffer.byteLength(text)
  return textHeadBytes + (bytes === text.length ? bytes : text.length * 2)
}

function bytesOfJson(value: unknown): number {
  if (typeof value === 'string') return bytesOfText(value)
  if (typeof value === 'number') return numberBytes
  if (typeof value !== 'object' || value === null) return 0
  if (Array.isArray(value)) return value.reduce(plusItem, listHeadBytes)
  return Object.entries(value).reduce(plusMember, objectHeadBytes)
}

function plusItem(bytes: number, item: unknown): number {
  return bytes + 2 * referenceBytes + bytesOfJson(item)
}

function plusMember(bytes: number, [key, member]: [string, unknown]): number {
  return bytes + memberBytes + bytesOfText(key) + bytesOfJson(member)
}
