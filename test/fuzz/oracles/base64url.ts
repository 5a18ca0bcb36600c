// Base64url by the table (RFC 4648 §5), one bit after the other: what the product's decoder must agree with.

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** Null unless the text is the one canonical spelling of some bytes, without padding. */
export function readBase64url(text: string): Buffer | null {
  const bytes: number[] = []
  let bits = 0
  let held = 0
  for (const char of text) {
    const value = alphabet.indexOf(char)
    if (value === -1) return null
    held = (held << 6) | value
    bits += 6
    if (bits < 8) continue
    bits -= 8
    bytes.push(held >> bits)
    held &= (1 << bits) - 1
  }
  return bits < 6 && held === 0 ? Buffer.from(bytes) : null
}
