// Choices of one run: many, cheap, and the same for the same seed.

export interface Choices {
  /** A whole number from 0 to `bound - 1`. */
  below(bound: number): number
  /** True once in `n` times. */
  oneIn(n: number): boolean
  pick<T>(items: readonly T[]): T
}

/** xorshift128 (Marsaglia 2003), seeded by FNV-1a of the text. */
export function createChoices(seed: string): Choices {
  let a = hashed(`1:${seed}`)
  let b = hashed(`2:${seed}`)
  let c = hashed(`3:${seed}`)
  let d = hashed(`4:${seed}`) | 1
  const next = (): number => {
    const t = a ^ (a << 11)
    a = b
    b = c
    c = d
    d = d ^ (d >>> 19) ^ t ^ (t >>> 8)
    return d >>> 0
  }
  const below = (bound: number): number => next() % bound
  return {
    below,
    oneIn: (n) => below(n) === 0,
    pick<T>(items: readonly T[]): T {
      if (items.length === 0) throw new RangeError('There is nothing to pick from.')
      return items[below(items.length)] as T
    },
  }
}

function hashed(text: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return hash
}
