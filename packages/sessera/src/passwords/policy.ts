// What a password may be: long, and anything else. No composition rules, no truncation, one normal form.
// NIST SP 800-63B-4 §3.1.1.2, ASVS 5.0 6.2.

import { AuthError } from '../errors.js'

const maxCodePoints = 256
// In UTF-16 units, before normalising: bounds that work, and leaves room for letters sent with their accents apart.
const maxUnits = 1024
const minBesideUsername = 8

/**
 * A password that somebody wants to have, in NFC, ready to be hashed.
 *
 * @param username Its owner's, empty when there is none: it must not be most of the password (ASVS 6.2.11).
 * @param minLength In code points: 15 while it is the only factor.
 * @throws AuthError `password_unacceptable` with a sentence for the person, `invalid_request` when it is not text.
 */
export function parseNewPassword(
  text: unknown,
  { minLength, username = '' }: { readonly minLength: number; readonly username?: string },
): string {
  const password = normalise(text)
  if (password === null) {
    throw unacceptable(`Use a password of at most ${maxCodePoints} characters.`)
  }
  if (lengthOf(password) < minLength) {
    throw unacceptable(`Use at least ${minLength} characters. A few words will do.`)
  }
  if (new Set(password).size === 1) {
    throw unacceptable('Use more than one character over and over. A few words will do.')
  }
  if (isMostlyUsername(password, username)) {
    throw unacceptable('Use something that does not rest on your username. A few words will do.')
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

function isMostlyUsername(password: string, username: string): boolean {
  const name = foldCase(username)
  if (name === '') return false
  const folded = foldCase(password)
  return folded.includes(name) && lengthOf(folded.replaceAll(name, '')) < minBesideUsername
}

function foldCase(text: string): string {
  return text.normalize('NFKC').toLowerCase()
}
