// Under which circumstances the app itself calls what an Auth offers, where it says so. They travel with its calls
// (AsyncLocalStorage). Before the first `attribute` nothing of this is switched on: until Node 24 it slows down every
// promise of the process, so nothing that requests do of themselves may use it.

import { AsyncLocalStorage } from 'node:async_hooks'
import { type Circumstances, under } from './circumstances.js'
import type { Kernel } from './kernel.js'

const current = new AsyncLocalStorage<Partial<Circumstances>>()

/** Runs `work` under these, on top of those that hold already. */
export function attribute<T>(known: Partial<Circumstances>, work: () => T): T {
  return current.run({ ...current.getStore(), ...known }, work)
}

/** The kernel for a call that begins now: under the circumstances that were told, if any. */
export function attributed(kernel: Kernel): Kernel {
  const known = current.getStore()
  return known === undefined ? kernel : under(kernel, known)
}

/** Runs `work` under none: what goes on for longer than the call that began it is nobody's doing. */
export function unattributed<T>(work: () => T): T {
  return current.getStore() === undefined ? work() : current.run({}, work)
}
