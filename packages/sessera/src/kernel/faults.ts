// Faults of a port become 503. One that never answers is a fault too: nobody waits for ever, and nobody gets in.

import { inTime } from '../changes/in-time.js'
import { AuthError } from '../errors.js'

type Guarded = (...args: readonly unknown[]) => Promise<unknown>

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
  // Made once for each method, not for each call.
  const guarded = new Map<unknown, Guarded>()
  return new Proxy(port, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target)
      if (typeof member !== 'function') return member
      const known = guarded.get(member)
      if (known !== undefined) return known
      const made: Guarded = async (...args) => {
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
      guarded.set(member, made)
      return made
    },
  })
}
