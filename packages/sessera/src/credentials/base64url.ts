// Canonical base64url (RFC 4648 §5 without padding): one spelling per value, so that nothing has an alias.

/**
 * The bytes that `text` spells, or null unless it is the very text that encoding them gives. `Buffer.from` alone
 * ignores padding, blanks, foreign characters and spare bits (RFC 4648 §3.5).
 */
export function decodeBase64url(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64url')
  return bytes.toString('base64url') === text ? bytes : null
}

// The last character of a group cut short has two or four bits to spare, which are zero.
const canonicalForm = /^(?:[A-Za-z0-9_-]{4})*(?:[A-Za-z0-9_-][AQgw]|[A-Za-z0-9_-]{2}[AEIMQUYcgkosw048])?$/

/** Whether `text` is the canonical spelling of exactly `length` bytes. For short texts: nothing is decoded. */
export function isBase64urlOf(text: string, length: number): boolean {
  return text.length === Math.ceil((length * 4) / 3) && canonicalForm.test(text)
}
