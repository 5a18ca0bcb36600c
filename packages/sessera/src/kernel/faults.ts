// Faults of a port become 503. One that never answers is a fault too: nobody waits for ever, and nobody gets in.

import { inTime } from '../changes/in-time.js'
import { AuthError } from '../errors.js'

/** Longer than a SQLite file that is busy may keep a step waiting (`patience`, 5 s). */
const patienceMs = 10_000

/**
 * The same port, with every fault turned into `unavailable` (503): a store or user table that fails lets nobody in.
 * Each call passes through `watch`, if given.
 */
export function withFaults<T extends object>(
  port: T,
  watch: (call: () => unknown) => Promise<unknown> = async (call) => await call(),
): T {
  return new Proxy(port, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target)
      if (typeof member !== 'function') return member
      return async (...args: readonly unknown[]): Promise<unknown> => {
        try {
          return await inTime(
            watch(() => Reflect.apply(member, target, args)),
            patienceMs,
          )
        } catch (cause) {
          if (cause instanceof AuthError) throw cause
          throw new AuthError('unavailable', { cause, retryAfterSeconds: 1 })
        }
      }
    },
  })
}
