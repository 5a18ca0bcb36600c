// From a digest to a bucket, by numbers that nobody outside knows: everyone can search for credentials or names whose
// digests are alike in a few bits, and would otherwise choose what falls into one bucket.

import { hash } from 'node:crypto'
import type { Random } from '../../ports/random.js'

export const digestLength = 32
const unitsTaken = 4
const seedCount = (unitsTaken + 1) * 2

/** SHA-256, one character for each byte. All forms cost the same to make; this is the cheapest to take numbers from. */
export function digestOf(text: string): string {
  return hash('sha256', text, 'binary')
}

export function isDigest(text: string): boolean {
  if (text.length !== digestLength) return false
  for (let at = 0; at < digestLength; at++) if (text.charCodeAt(at) > 0xff) return false
  return true
}

/**
 * Strongly universal: two digests that differ in their first 64 bits share all 32 bits of the result with probability
 * 2^-32. (Sum of products modulo 2^32, upper half: Dietzfelbinger 1996; once for each half of the result.)
 */
export function createSpread(random: Random): (digest: string) => number {
  const seeds = new Int32Array(seedCount)
  const bytes = random.bytes(seedCount * Int32Array.BYTES_PER_ELEMENT)
  for (let at = 0; at < seedCount; at++) seeds[at] = bytes.readInt32LE(at * Int32Array.BYTES_PER_ELEMENT)

  return (digest) => {
    let upper = seeds[unitsTaken * 2] ?? 0
    let lower = seeds[unitsTaken * 2 + 1] ?? 0
    for (let at = 0; at < unitsTaken; at++) {
      const unit = digest.charCodeAt(at * 2) | (digest.charCodeAt(at * 2 + 1) << 8)
      upper = (upper + Math.imul(unit, seeds[at] ?? 0)) | 0
      lower = (lower + Math.imul(unit, seeds[unitsTaken + at] ?? 0)) | 0
    }
    return (upper & 0xffff0000) | (lower >>> 16)
  }
}
