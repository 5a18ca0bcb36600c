import type { Kernel } from './kernel.js'

/**
 * Removes what has ended by itself, and what has been on record for long enough, in one of the processes that call this
 * within `everyMs`. Nothing depends on it but the size of the store.
 */
export async function cleanUp(kernel: Kernel, everyMs: number): Promise<void> {
  const { limits, sessions, feed, audit } = kernel.store
  const { value: turn, now } = await limits.count('clean-up', everyMs)
  if (turn.count > 1) return
  await sessions.removeExpired(now)
  await limits.removeEnded(now)
  await feed.prune(now)
  await audit.removeBefore(now - kernel.policy.keepAuditMs)
}
