import type { Kernel } from './kernel.js'

/**
 * Ends every session of every user with one change: after a restored backup, or when a secret has leaked. The epoch becomes
 * at least the time in seconds: above all that the store may have given after the backup, and does not know of.
 */
export async function endEveryone(kernel: Kernel): Promise<void> {
  await kernel.store.deployment.raiseEpoch(Math.floor(kernel.storeTime.now() / 1000))
  kernel.record('sessions_ended_everyone')
  await kernel.knowledge.catchUp()
}
