// Strict JSON: what a second reader finds to be one plain object within the limits is read, and nothing else.

import { isDeepStrictEqual } from 'node:util'
import { parseStrictJson } from '../../../packages/sessera/src/credentials/strict-json.js'
import type { Choices } from '../engine/random.js'
import { chosen, hold, type Target } from '../engine/target.js'
import { scanJson } from '../oracles/json.js'

const settings = [
  { maxDepth: 8, maxMembers: 64, refusedNames: new Set<string>() },
  { maxDepth: 32, maxMembers: 1000, refusedNames: new Set(['__proto__', 'constructor', 'prototype']) },
  { maxDepth: 2, maxMembers: 3, refusedNames: new Set<string>(['a']) },
] as const

export const strictJson: Target = {
  name: 'strict-json',
  seeds: [
    ['{}', '0'],
    ['{"a":1,"b":[true,null,{"c":"d"}]}', '1'],
    ['{"a":1,"a":2}', '0'],
    ['{"a":{"b":1},"\\u0061":2}', '0'],
    ['{"a":"\\"","b":"\\\\"}', '0'],
    ['{"__proto__":{"x":1}}', '0'],
    ['{"constructor":{"prototype":1}}', '1'],
    ['[[[[[[[[[1]]]]]]]]]', '0'],
    ['{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{}}}}}}}}}', '0'],
    ['{"\\ud800":"\\udc00","é":-0,"n":1e400}', '0'],
  ],
  words: jsonWords(),
  mutate: ([text = '', ...rest], choices) => [mutateJson(text, choices), ...rest],
  run([text = '', setting]) {
    const limits = chosen(settings, setting)
    const read = parseStrictJson(text, limits)
    const scanned = scanJson(text)
    const why = scanned === null ? 'not JSON' : refusalOf(scanned, limits)
    hold((read !== null) === (why === null), 'two readers of JSON disagree', { text, why })
    if (read === null || scanned === null) return why ?? 'read'
    hold(isDeepStrictEqual(read, scanned.value), 'two readers of JSON read different things', text)
    hold(
      JSON.stringify(parseStrictJson(JSON.stringify(read), limits)) === JSON.stringify(read),
      'what is written is not read again',
      text,
    )
    return `read ${scanned.depth} deep`
  },
}

function refusalOf(
  { value, hasDuplicates, depth, members, names }: NonNullable<ReturnType<typeof scanJson>>,
  limits: (typeof settings)[number],
): string | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'not an object'
  if (hasDuplicates) return 'duplicate members'
  if (depth > limits.maxDepth) return 'too deep'
  if (members > limits.maxMembers) return 'too many members'
  const refused = [...names].some(
    (name) => name === '__proto__' || name.includes('\\') || (limits.refusedNames as Set<string>).has(name),
  )
  return refused ? 'a name that is refused' : null
}

export function jsonWords(): readonly string[] {
  return [
    '{"',
    '":',
    '":"',
    '",',
    '"}',
    '[',
    ']',
    '{',
    '}',
    '\\u0061',
    '\\"',
    '\\\\',
    '__proto__',
    'constructor',
    '1e400',
    'null',
    'true',
  ]
}

/** A change at a place of JSON that keeps it JSON, mostly: a value, a name, a copy of a member, another spelling. */
export function mutateJson(text: string, choices: Choices): string {
  const pieces = text.match(/"(?:[^"\\]|\\.)*"|[{}[\]:,]|[^"{}[\]:,]+/g) ?? []
  if (pieces.length === 0) return '{}'
  const at = choices.below(pieces.length)
  const piece = pieces[at] ?? ''
  pieces[at] = changedPiece(piece, pieces, choices)
  return pieces.join('')
}

const plainValues = [
  '0',
  '-1',
  '1.5',
  '1e999',
  'true',
  'null',
  '""',
  '"a"',
  '[]',
  '{}',
  '[1]',
  '{"a":1}',
  '9007199254740992',
]

function changedPiece(piece: string, pieces: readonly string[], choices: Choices): string {
  const other = choices.pick(pieces)
  switch (choices.below(6)) {
    case 0:
      return choices.pick(plainValues)
    case 1:
      return respelt(piece, choices)
    case 2:
      return `${piece},${other}:${choices.pick(plainValues)}`
    case 3:
      return other
    case 4:
      return piece === '{'
        ? `{${/^"/.test(other) ? other : '"a"'}:${choices.pick(plainValues)},`
        : `${piece} `
    default:
      return `{"a":${piece}}`
  }
}

/** The same text with one character as an escape. */
function respelt(piece: string, choices: Choices): string {
  if (!piece.startsWith('"') || piece.length < 3) return piece
  const at = 1 + choices.below(piece.length - 2)
  const char = piece[at] ?? ''
  if (char === '\\' || piece[at - 1] === '\\') return piece
  return `${piece.slice(0, at)}\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}${piece.slice(at + 1)}`
}
