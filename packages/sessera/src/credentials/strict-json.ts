// JSON that two readers cannot understand differently: no duplicate members, bounded depth and member count.
// JSON.parse lets the last duplicate win and says nothing, so what it made is counted against the text.

import type { Json } from '../domain/json.js'

export type JsonObject = { readonly [key: string]: Json }

export interface StrictJsonLimits {
  /** How deep objects and arrays may nest; the outermost object is 1. */
  readonly maxDepth: number
  /** How many members all objects may have together. */
  readonly maxMembers: number
  /** Member names that are refused at any depth, besides `__proto__`. */
  readonly refusedNames?: ReadonlySet<string>
}

/**
 * The object that `text` spells, or null when it is not JSON, not an object, or beyond the limits. Linear in the
 * length of the text, which the caller bounds (RFC 8725 §3; RFC 7519 §4 lets parsers accept duplicates; ASVS 15.3.6).
 */
export function parseStrictJson(text: string, limits: StrictJsonLimits): JsonObject | null {
  const value = parseJson(text)
  if (typeof value !== 'object' || value === null || isList(value)) return null
  const found: Found = { members: 0, strings: 0 }
  // Of a member written twice the first is lost, its name at the least: the text then holds more strings than are found.
  return isWithin(value, 1, limits, found) && found.strings === stringsIn(text) ? value : null
}

function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

interface Found {
  members: number
  /** Names and texts. */
  strings: number
}

/** Whether `container` is within the limits; adds what is in it to `found`. It goes no deeper than they allow. */
function isWithin(
  container: JsonObject | readonly Json[],
  depth: number,
  limits: StrictJsonLimits,
  found: Found,
): boolean {
  if (depth > limits.maxDepth) return false
  if (isList(container)) return container.every((item) => isItemWithin(item, depth, limits, found))
  // Own names only: whatever others left on Object.prototype was not in the text.
  const names = Object.keys(container)
  found.members += names.length
  found.strings += names.length
  if (found.members > limits.maxMembers) return false
  for (const name of names) {
    if (name === '__proto__' || name.includes(misread) || limits.refusedNames?.has(name)) return false
    if (!isItemWithin(container[name] ?? null, depth, limits, found)) return false
  }
  return true
}

function isItemWithin(item: Json, depth: number, limits: StrictJsonLimits, found: Found): boolean {
  if (typeof item === 'string') found.strings += 1
  return typeof item !== 'object' || item === null || isWithin(item, depth + 1, limits, found)
}

const escapes = /\\./g

/** JSON.parse of Node 24 and 26 may take a name that is spelt with an escape for one with a backslash that it read before. */
const misread = '\\'

/** How many strings there are in text known to be JSON: but for escapes, every quotation mark begins or ends one. */
function stringsIn(json: string): number {
  const plain = json.includes('\\') ? json.replace(escapes, '') : json
  let marks = 0
  for (let at = plain.indexOf('"'); at !== -1; at = plain.indexOf('"', at + 1)) marks += 1
  return marks / 2
}

function isList(value: JsonObject | readonly Json[]): value is readonly Json[] {
  return Array.isArray(value)
}
