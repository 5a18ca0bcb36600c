import type { Kernel } from './kernel.js'

/** Ends every session of every user with one change: after a restored backup, or when a secret has leaked. */
export async function endEveryone(kernel: Kernel): Promise<void> {
  await kernel.store.deployment.raiseEpoch()
  await kernel.knowledge.catchUp()
}
