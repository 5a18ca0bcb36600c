// Canonical base64url (RFC 4648 §5 without padding): one spelling per value, so that nothing has an alias.

/**
 * The bytes that `text` spells, or null unless it is the very text that encoding them gives. `Buffer.from` alone
 * ignores padding, blanks, foreign characters and spare bits (RFC 4648 §3.5).
 */
export function decodeBase64url(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64url')
  return bytes.toString('base64url') === text ? bytes : null
}

/** Whether `text` is the canonical spelling of exactly `length` bytes. */
export function isBase64urlOf(text: string, length: number): boolean {
  return decodeBase64url(text)?.length === length
}
