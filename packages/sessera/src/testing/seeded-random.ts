import { createHash } from 'node:crypto'
import type { Random } from '../ports/random.js'

/**
 * Bytes that look random and are the same for the same seed, so that a failed test can be run again as it was.
 * Whoever knows the seed knows them all: for tests only.
 */
export function createSeededRandom(seed: string | number): Random {
  let blocks = 0
  let rest = Buffer.alloc(0)
  return {
    bytes(length) {
      while (rest.length < length) {
        rest = Buffer.concat([rest, createHash('sha256').update(`${blocks}:${seed}`).digest()])
        blocks += 1
      }
      const bytes = Buffer.from(rest.subarray(0, length))
      rest = rest.subarray(length)
      return bytes
    },
  }
}
