import type { Kernel } from './kernel.js'

/** Removes what has ended by itself. Nothing depends on it but the size of the store. */
export async function cleanUp(kernel: Kernel): Promise<void> {
  const { now } = await kernel.store.sessions.removeExpired(kernel.storeTime.now())
  await kernel.store.limits.removeEnded(now)
  await kernel.store.feed.prune(now)
}
