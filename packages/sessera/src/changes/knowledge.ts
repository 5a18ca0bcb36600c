// What this process knows of changes: the follower, what it has learned, and the lease that says whether it may be used.

import type { Followed, Follower } from './follower.js'
import type { Lease } from './lease.js'
import type { Revocations } from './revocations.js'

export interface Knowledge extends Pick<Lease, 'isLive' | 'age'>, Pick<Revocations, 'refuses'> {
  /** What was applied so far: note it before a read that is to be remembered. */
  position(): Followed
  /** Whether what was read after noting `since` may be remembered: see `Revocations`. Not if the store failed over meanwhile. */
  admits(sessionId: string, userId: string, since: Followed): boolean
  /** One look at the feed that began no earlier than `maxStaleness` ago, shared by all who ask. False: it cannot be had. */
  confirm(): Promise<boolean>
  /** Everything acknowledged so far is known here, this process's own changes included, unless the feed cannot be read. */
  catchUp(): Promise<boolean>
}

export function createKnowledge(follower: Follower, lease: Lease, revocations: Revocations): Knowledge {
  return {
    isLive: () => lease.isLive(),
    age: () => lease.age(),
    refuses: (stamp) => revocations.refuses(stamp),
    admits: (sessionId, userId, { history, seq }) =>
      history === follower.position().history && revocations.admits(sessionId, userId, seq),
    position: () => follower.position(),
    catchUp: () => follower.catchUp(),
    // A second time, if the read that was joined had begun too long ago to be of use.
    confirm: async () => (await follower.confirm()) || (await follower.confirm()),
  }
}
