// One tab at a time, to spare requests. Invariant: nothing is wrong where two go at once, so nobody waits beyond a bound:
// not for a tab that is frozen, nor for one that crashed with the lock in its hands.

import type { Host, Locks, SharedNotes } from './host.js'

/** `waited`: whether somebody else had the lock in between, and so may have news. */
export type Exclusive = <T>(work: (waited: boolean) => Promise<T>) => Promise<T>

export function createExclusive(host: Host, name: string): Exclusive {
  const { locks, notes } = host
  if (locks !== null) return (work) => underLock(locks, name, host, work)
  if (notes !== null) return (work) => underLease(notes, name, host, work)
  return (work) => work(false)
}

async function underLock<T>(
  locks: Locks,
  name: string,
  { limits, pause }: Host,
  work: (waited: boolean) => Promise<T>,
): Promise<T> {
  let begun = false
  const begin = (waited: boolean): Promise<T> => {
    begun = true
    return work(waited)
  }
  try {
    return await locks.request(name, { ifAvailable: true }, (lock) => {
      if (lock !== null) return begin(false)
      const patience = new AbortController()
      void pause(limits.waitMs).then(() => patience.abort())
      return locks.request(name, { signal: patience.signal }, () => begin(true))
    })
  } catch (error) {
    // Nobody let go in time, or locks are refused to this page.
    if (begun) throw error
    return await begin(false)
  }
}

const leaseMs = 20_000
/** Whoever saw the lease free at the same moment has written theirs by then: the last one stands. */
const settleMs = 200

/** Where there are no locks: pages over plain http, old browsers. */
async function underLease<T>(
  notes: SharedNotes,
  name: string,
  host: Host,
  work: (waited: boolean) => Promise<T>,
): Promise<T> {
  const mine = String(host.random())
  const from = host.monotonic()
  let waited = false
  try {
    while (!(await takeLease(notes, name, host, mine))) {
      waited = host.monotonic() - from < host.limits.waitMs
      if (!waited) break
      await host.pause(settleMs)
    }
    return await work(waited)
  } finally {
    if (notes.getItem(name)?.endsWith(mine)) notes.removeItem(name)
  }
}

async function takeLease(notes: SharedNotes, name: string, host: Host, mine: string): Promise<boolean> {
  const left = Number.parseInt(notes.getItem(name) ?? '0', 10) - host.now()
  // One that would last longer than any was written by a clock that has been set back.
  if (left > 0 && left <= leaseMs) return false
  try {
    notes.setItem(name, `${host.now() + leaseMs} ${mine}`)
  } catch {
    return true
  }
  await host.pause(settleMs)
  return notes.getItem(name)?.endsWith(mine) ?? false
}
