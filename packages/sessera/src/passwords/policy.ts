// What a password may be: long, and not what others would try. No composition rules, no truncation, one normal form.
// NIST SP 800-63B-4 §3.1.1.2, ASVS 5.0 6.2.

import { AuthError } from '../errors.js'
import { isCommon, unitOf } from './common.js'

const maxCodePoints = 256
// In UTF-16 units, before normalising: bounds that work, and leaves room for letters sent with their accents apart.
const maxUnits = 1024
const minBesideNames = 8
const minRepeated = 8
const minContextWord = 3

export interface NewPasswordRules {
  /** In code points: 15 while it is the only factor. */
  readonly minLength: number
  /** Of whoever will have it, empty when there is none. */
  readonly username?: string
  readonly email?: string
  /** What the app and its site are called, folded (`foldContextWords`). */
  readonly contextWords?: readonly string[]
}

/**
 * A password that somebody wants to have, in NFC, ready to be hashed. Neither a common one, nor most of it the name of
 * its owner or of the site (ASVS 6.2.4, 6.2.11). Whether it is known from a breach is asked elsewhere.
 *
 * @throws AuthError `password_unacceptable` with a sentence for the person, `invalid_request` when it is not text.
 */
export function parseNewPassword(text: unknown, rules: NewPasswordRules): string {
  const password = normalise(text)
  if (password === null) {
    throw unacceptable(`Use a password of at most ${maxCodePoints} characters.`)
  }
  if (lengthOf(password) < rules.minLength) {
    throw unacceptable(`Use at least ${rules.minLength} characters. A few words will do.`)
  }
  const folded = foldCase(password)
  refuseNames(folded, rules)
  const unit = lengthOf(unitOf(folded))
  if (unit === 1) {
    throw unacceptable('Use more than one character over and over. A few words will do.')
  }
  if (unit < minRepeated && unit < lengthOf(folded)) {
    throw unacceptable('Use more than a few characters over and over. A few words will do.')
  }
  if (isCommon(folded)) {
    throw unacceptable('Many people use this password or one much like it. Use a few unrelated words.')
  }
  return password
}

/**
 * A password as presented, in NFC, to be verified. Refuses by length before anything is hashed (ASVS 6.2.9).
 *
 * @throws AuthError `invalid_request` when it is not text or longer than any password can be.
 */
export function parsePresentedPassword(text: unknown): string {
  const password = normalise(text)
  if (password === null) {
    throw new AuthError('invalid_request', { detail: `A password has at most ${maxCodePoints} characters.` })
  }
  return password
}

function unacceptable(detail: string): AuthError {
  return new AuthError('password_unacceptable', { detail })
}

function notText(): AuthError {
  return new AuthError('invalid_request', { detail: 'A password is text.' })
}

/** NFC, or null when it is too long. NIST asks for a normal form; see docs/deviations.md on ASVS 6.2.8. */
function normalise(text: unknown): string | null {
  if (typeof text !== 'string') throw notText()
  if (text.length > maxUnits) return null
  // Half a surrogate pair is no character: UTF-8 would turn every one into the same U+FFFD.
  if (/\p{Cs}/u.test(text)) throw notText()
  const password = text.normalize('NFC')
  return lengthOf(password) > maxCodePoints ? null : password
}

function lengthOf(text: string): number {
  return [...text].length
}

function refuseNames(
  folded: string,
  { username = '', email = '', contextWords = [] }: NewPasswordRules,
): void {
  const names = [foldCase(username)]
  if (isMostly(folded, names)) {
    throw unacceptable('Use something that does not rest on your username. A few words will do.')
  }
  const address = foldCase(email)
  names.push(...longEnough([address, address.split('@')[0] ?? '']))
  if (isMostly(folded, names)) {
    throw unacceptable('Use something that does not rest on your email address. A few words will do.')
  }
  if (isMostly(folded, [...names, ...contextWords])) {
    throw unacceptable('Use something that does not rest on the name of this site. A few words will do.')
  }
}

/** The words by which an app and its site are known, as passwords are searched for them. */
export function foldContextWords(words: readonly string[]): readonly string[] {
  return longEnough([...new Set(words.map(foldCase))])
}

function longEnough(words: readonly string[]): readonly string[] {
  return words.filter((word) => lengthOf(word) >= minContextWord)
}

function isMostly(folded: string, names: readonly string[]): boolean {
  const present = names.filter((name) => name !== '' && folded.includes(name))
  if (present.length === 0) return false
  // The longest first: of a name within a name nothing would be left to find.
  present.sort((a, b) => b.length - a.length)
  return lengthOf(present.reduce((rest, name) => rest.replaceAll(name, ''), folded)) < minBesideNames
}

function foldCase(text: string): string {
  return text.normalize('NFKC').toLowerCase()
}
