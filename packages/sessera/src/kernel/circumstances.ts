// Who acts, from where, in which request: what the record and the log lines say beside the event itself. It travels with
// the call (AsyncLocalStorage), so that no use case has to hand it on, and decides nothing.

import { AsyncLocalStorage } from 'node:async_hooks'

export interface Circumstances {
  /** A user id, or what the app or the command line calls itself. Null: nobody who is known. */
  readonly actorId: string | null
  readonly ip: string | null
  readonly userAgent: string | null
  readonly requestId: string | null
}

const nowhere: Circumstances = Object.freeze({ actorId: null, ip: null, userAgent: null, requestId: null })
const current = new AsyncLocalStorage<Circumstances>()

/** Those of the call that is under way; all null outside of one. */
export function circumstances(): Circumstances {
  return current.getStore() ?? nowhere
}

/** Runs `work` under these, on top of those that hold already. */
export function under<T>(known: Partial<Circumstances>, work: () => T): T {
  return current.run({ ...circumstances(), ...known }, work)
}

/** Runs `work` under none: what goes on for longer than the call that began it is nobody's doing. */
export function underNone<T>(work: () => T): T {
  return current.run(nowhere, work)
}
