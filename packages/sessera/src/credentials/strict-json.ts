// JSON that two readers cannot understand differently: no duplicate members, bounded depth and member count.
// JSON.parse lets the last duplicate win and says nothing, so the text itself is looked at.

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
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
  return isWithin(text, limits) ? (value as JsonObject) : null
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

// In text known to be JSON a string is a member's name exactly when a colon follows it.
const tokens = /("[^"\\]*(?:\\.[^"\\]*)*")(\s*:)?|[{}[\]]/g

function isWithin(json: string, { maxDepth, maxMembers, refusedNames }: StrictJsonLimits): boolean {
  const open: (Set<string> | null)[] = []
  let members = 0
  for (const [token, quoted, colon] of json.matchAll(tokens)) {
    if (token === '}' || token === ']') open.pop()
    else if (token === '{' || token === '[') {
      if (open.push(token === '{' ? new Set() : null) > maxDepth) return false
    } else if (quoted !== undefined && colon !== undefined) {
      const name = quoted.includes('\\') ? String(JSON.parse(quoted)) : quoted.slice(1, -1)
      const siblings = open.at(-1)
      members += 1
      if (members > maxMembers || siblings?.has(name)) return false
      if (name === '__proto__' || refusedNames?.has(name)) return false
      siblings?.add(name)
    }
  }
  return true
}
