import type { Counts } from '../ports/store.js'
import type { Kernel } from './kernel.js'

/** How much there is in the store. */
export async function count(kernel: Kernel): Promise<Counts> {
  return (await kernel.store.deployment.count()).value
}
