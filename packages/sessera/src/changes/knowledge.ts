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
  /**
   * Call it once the store has acknowledged a change that was made here: the change is in force in this process when it
   * resolves. Never throws: if the feed cannot tell, nothing that is known here is relied on until it can.
   */
  catchUp(): Promise<void>
}

export function createKnowledge(follower: Follower, lease: Lease, revocations: Revocations): Knowledge {
  return {
    isLive: (at) => lease.isLive(at),
    age: () => lease.age(),
    refuses: (stamp) => revocations.refuses(stamp),
    admits: (sessionId, userId, { history, seq }) =>
      history === follower.position().history && revocations.admits(sessionId, userId, seq),
    position: () => follower.position(),
    async catchUp() {
      if (!(await follower.catchUp())) lease.lose()
    },
    confirm: () => follower.confirm(),
  }
}
