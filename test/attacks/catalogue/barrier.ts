// A race whose outcome does not hang on luck: all have read before one writes.

import type { Meddler } from '../../support/meddled-store.js'

/** Holds back calls of that name until so many have come. */
export function together(name: string, count: number): Meddler {
  let arrived = 0
  let letAllGo = (): void => undefined
  const allHere = new Promise<void>((resolve) => {
    letAllGo = resolve
  })
  return async (call) => {
    if (call.name !== name) return call.proceed()
    arrived += 1
    if (arrived === count) letAllGo()
    await allHere
    return call.proceed()
  }
}
