// How long to wait before the next worker takes the place of one that ended: longer each time, at once again after a
// worker that has lasted.

export interface BackOff {
  /** @param lastedMs how long the one that ended was ready. */
  next(lastedMs: number): number
}

const firstMs = 100
const longestMs = 10_000
/** A worker that was ready for so long did not fail because of how it started. */
const lastingMs = 10_000

export function createBackOff(): BackOff {
  let nextMs = firstMs
  return {
    next(lastedMs) {
      const waitMs = lastedMs >= lastingMs ? firstMs : nextMs
      nextMs = Math.min(waitMs * 2, longestMs)
      return waitMs
    },
  }
}
