// Which refusals are on record already: a flood of attempts is one line for each wait or window, not a flood of lines.

export interface Refusals {
  /** Whether nothing was refused under this key before in the wait or window that ends at `endsAt`, as this process knows. */
  isFirst(key: string, endsAt: number): boolean
}

/** Beyond it the oldest are told again. */
const maxKeys = 10_000

export function createRefusals(): Refusals {
  const told = new Map<string, number>()
  return {
    isFirst(key, endsAt) {
      if (told.get(key) === endsAt) return false
      told.delete(key)
      told.set(key, endsAt)
      const [oldest] = told.keys()
      if (told.size > maxKeys && oldest !== undefined) told.delete(oldest)
      return true
    },
  }
}
