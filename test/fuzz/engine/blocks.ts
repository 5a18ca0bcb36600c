// What the instrumented code counted during one run of a target. Without instrumentation there is nothing to count.

declare global {
  var __fuzzedBlocks: Uint32Array | undefined
}

export interface Blocks {
  /** How many blocks ran, each as often as it did: the work of a run, in steps. */
  steps(): number
  /** Whether the run reached a block as often as none before did, by powers of two. Remembers it. */
  isNew(): boolean
  /** How many blocks have been reached. */
  reached(): number
  /** What the run reached, as numbers that stand for a block and how often. */
  features(): number[]
  reset(): void
}

const buckets = 8

/**
 * @param used how many counters there are in use
 * @param isCoarse how often a block ran is no news: where it depends on what was before, everything would be
 */
export function readBlocks(used: () => number, isCoarse = false): Blocks {
  const bucketOf = isCoarse ? (): number => 0 : powerOf
  const counts = globalThis.__fuzzedBlocks ?? new Uint32Array(0)
  const seen = new Uint8Array(counts.length)
  return {
    steps() {
      let sum = 0
      for (let block = 0; block < used(); block++) sum += counts[block] ?? 0
      return sum
    },
    isNew() {
      let found = false
      for (let block = 0; block < used(); block++) {
        const count = counts[block] ?? 0
        if (count === 0) continue
        const bit = 1 << bucketOf(count)
        if (((seen[block] ?? 0) & bit) !== 0) continue
        seen[block] = (seen[block] ?? 0) | bit
        found = true
      }
      return found
    },
    reached: () => seen.reduce((sum, bits) => sum + (bits === 0 ? 0 : 1), 0),
    features() {
      const found: number[] = []
      for (let block = 0; block < used(); block++) {
        const count = counts[block] ?? 0
        if (count > 0) found.push(block * buckets + bucketOf(count))
      }
      return found
    },
    reset: () => void counts.fill(0, 0, used()),
  }
}

function powerOf(count: number): number {
  return Math.min(buckets - 1, 31 - Math.clz32(count))
}
