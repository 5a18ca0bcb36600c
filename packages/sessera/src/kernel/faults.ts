// Faults of a port become 503. One that never answers is a fault too: nobody waits for ever, and nobody gets in.

import { AuthError } from '../errors.js'

/** Longer than a SQLite file that is busy may keep a step waiting (`patience`, 5 s). */
const patienceMs = 10_000

/**
 * The same port, with every fault turned into `unavailable` (503): a store or user table that fails lets nobody in.
 * Answers pass through `note`, if given.
 */
export function withFaults<T extends object>(port: T, note?: (answer: unknown) => void): T {
  return new Proxy(port, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target)
      if (typeof member !== 'function') return member
      return async (...args: readonly unknown[]): Promise<unknown> => {
        try {
          const answer = await inTime(Reflect.apply(member, target, args))
          note?.(answer)
          return answer
        } catch (cause) {
          if (cause instanceof AuthError) throw cause
          throw new AuthError('unavailable', { cause })
        }
      }
    },
  })
}

function inTime(work: unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`There was no answer for ${patienceMs / 1000} s.`)),
      patienceMs,
    )
    const stop = (): void => clearTimeout(timer)
    Promise.resolve(work).finally(stop).then(resolve, reject)
  })
}
