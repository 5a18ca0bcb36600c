// A bounded first-come-first-served queue. Whoever does not fit is told so at once and never passed through unhashed.

import { AuthError } from '../errors.js'
import type { PasswordLoad } from '../ports/passwords.js'

export interface HashQueue {
  /**
   * Runs `work` when its turn comes.
   *
   * @throws AuthError `overloaded` when too many are waiting already (ASVS 15.2.2).
   */
  run<T>(work: () => Promise<T>): Promise<T>
  /**
   * Runs `work`, which will call `run`, at once.
   *
   * @throws AuthError `overloaded` when as many as the queue can take are under way already.
   */
  admit<T>(work: () => Promise<T>): Promise<T>
  load(): PasswordLoad
}

/** At most `concurrency` at work and `queueLimit` waiting. */
export function createHashQueue({
  concurrency,
  queueLimit,
}: {
  readonly concurrency: number
  readonly queueLimit: number
}): HashQueue {
  const waiting: (() => void)[] = []
  let atWork = 0
  let refused = 0
  let admitted = 0

  // A place is handed over, not freed and taken again: a newcomer cannot slip in between.
  function leave(): void {
    const next = waiting.shift()
    if (next === undefined) atWork -= 1
    else next()
  }

  async function enter(): Promise<void> {
    if (atWork < concurrency) {
      atWork += 1
      return
    }
    if (waiting.length >= queueLimit) throw full()
    await new Promise<void>((resolve) => waiting.push(resolve))
  }

  function full(): AuthError {
    refused += 1
    return new AuthError('overloaded', { retryAfterSeconds: 1 })
  }

  return {
    async admit(work) {
      if (admitted >= concurrency + queueLimit) throw full()
      admitted += 1
      try {
        return await work()
      } finally {
        admitted -= 1
      }
    },
    async run(work) {
      await enter()
      try {
        return await work()
      } finally {
        leave()
      }
    },
    load: () => ({ running: atWork, waiting: waiting.length, refused }),
  }
}
