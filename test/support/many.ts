// Many at the same moment, and how often each thing came of it.

/** The n results of n calls made at once. */
export function atOnce<T>(count: number, call: (index: number) => Promise<T>): Promise<readonly T[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => call(index)))
}

/** How often each value occurs, by its text. */
export function tally(values: readonly unknown[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const value of values) counts[String(value)] = (counts[String(value)] ?? 0) + 1
  return counts
}
