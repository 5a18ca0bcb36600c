// Whether a password is a common one, or made of common ones. Few of the common ones have fifteen characters; what
// people make of them to reach that length is a second one, a year, the same again. So the whole password counts as
// common when at most two pieces cover it.

import { commonPasswords } from './common-passwords.js'

const minPiece = 4
const maxDigits = 8
// Two of the longest common ones and some punctuation.
const maxCovered = 64

interface Pieces {
  readonly known: ReadonlySet<string>
  readonly longest: number
}

let pieces: Pieces | null = null

/** The list is taken apart when it is first needed, not at the start. */
function knownPieces(): Pieces {
  if (pieces === null) {
    const list = commonPasswords.trim().split(/\s+/)
    pieces = { known: new Set(list), longest: Math.max(...list.map((text) => text.length)) }
  }
  return pieces
}

/** @param folded NFKC and lower case. */
export function isCommon(folded: string): boolean {
  const unit = unitOf(folded)
  return unit.length <= maxCovered && isCovered(unit, { from: 0, mayTake: 2, mayTakeDigits: true })
}

/** What it says over and over, the last time perhaps in part; all of it when it does not repeat itself. */
export function unitOf(text: string): string {
  for (let period = 1; period <= text.length / 2; period += 1) {
    if (text.startsWith(text.slice(period))) return text.slice(0, period)
  }
  return text
}

interface Rest {
  readonly from: number
  readonly mayTake: number
  readonly mayTakeDigits: boolean
}

/** Whether what is left from there is at most so many pieces, one of them digits, with punctuation for nothing. */
function isCovered(text: string, { from, mayTake, mayTakeDigits }: Rest): boolean {
  if (from === text.length) return mayTake < 2
  if (/[ -/:-@[-`{-~]/.test(text.charAt(from)) && isCovered(text, { from: from + 1, mayTake, mayTakeDigits }))
    return true
  if (mayTake === 0) return false
  const digits = mayTakeDigits ? (/^\d+/.exec(text.slice(from, from + maxDigits))?.[0].length ?? 0) : 0
  const last = Math.min(text.length, from + knownPieces().longest)
  for (let to = last; to > from; to -= 1) {
    const rest = { from: to, mayTake: mayTake - 1, mayTakeDigits }
    if (isPiece(text.slice(from, to)) && isCovered(text, rest)) return true
    if (to <= from + digits && isCovered(text, { ...rest, mayTakeDigits: false })) return true
  }
  return false
}

function isPiece(text: string): boolean {
  if (text.length < minPiece) return false
  const { known } = knownPieces()
  return known.has(text) || known.has(withoutDisguise(text)) || isRun(text)
}

/** Characters that follow each other, up, down or not at all: `abcdef`, `4321`, `aaaa`. */
function isRun(text: string): boolean {
  const step = text.charCodeAt(1) - text.charCodeAt(0)
  if (Math.abs(step) > 1) return false
  return [...text].every((_, at) => at === 0 || text.charCodeAt(at) - text.charCodeAt(at - 1) === step)
}

const disguises: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
  '!': 'i',
}

function withoutDisguise(text: string): string {
  return text.replace(/[013457@$!]/g, (character) => disguises[character] ?? character)
}
