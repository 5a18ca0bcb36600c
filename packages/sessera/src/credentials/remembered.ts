// Verified credentials, remembered in the process: one hash and one look-up answer a request without I/O.
// An entry is trusted only for `maxStaleness` after the read that filled it began, and dropped by every change made here.

import { hash } from 'node:crypto'

/** How a credential arrived. Part of the key: what came as a cookie never answers for a bearer token. */
export type Channel = 'cookie' | 'bearer'

export interface RememberedEntry<A> {
  /** What the credential was found to be: frozen, shared by every request that presents it. */
  readonly authenticated: A
  readonly userId: string
  readonly sessionId: string
  /** The store's time when the entry was read, epoch ms, and the readings of our clocks when that read began. */
  readonly storeNow: number
  readonly begunAt: Instant
  /** How long after `begunAt` it may be used, ms. */
  readonly usableMs: number
}

/** One moment on both clocks of this process. */
export interface Instant {
  readonly wall: number
  readonly monotonic: number
}

/** A point in the sequence of drops. A fill begun before a drop is refused. */
export type FillTicket = number

export interface Remembered<A> {
  find(key: string): RememberedEntry<A> | null
  /** Call before the read that will fill an entry. */
  begin(): FillTicket
  /** Keeps the entry, unless anything was dropped since `begin`: what was read may be what the drop was about. */
  fill(key: string, entry: RememberedEntry<A>, ticket: FillTicket): void
  forget(key: string): void
  dropSession(sessionId: string): void
  dropUser(userId: string): void
  dropAll(): void
  readonly size: number
}

/** The whole SHA-256 digest: two credentials that share a key would share a principal (CVE-2026-35039). */
export function rememberedKey(channel: Channel, credential: string): string {
  return hash('sha256', `${channel === 'cookie' ? 'c' : 'b'}${credential}`, 'base64url')
}

/** Whoever holds one session could otherwise crowd out all others, by varying the access cookie beside it. */
const maxEntriesPerSession = 16

/** @param maxEntries the oldest entry makes room for a new one beyond this many. */
export function createRemembered<A>(maxEntries: number): Remembered<A> {
  const entries = new Map<string, RememberedEntry<A>>()
  const bySession = new Map<string, Set<string>>()
  const byUser = new Map<string, Set<string>>()
  let drops = 0

  function forget(key: string): void {
    const entry = entries.get(key)
    if (entry === undefined) return
    entries.delete(key)
    removeFrom(bySession, entry.sessionId, key)
    removeFrom(byUser, entry.userId, key)
  }

  function forgetOldest(keys: Iterable<string>): void {
    for (const oldest of keys) {
      forget(oldest)
      return
    }
  }

  function drop(index: Map<string, Set<string>>, id: string): void {
    drops++
    for (const key of index.get(id) ?? []) forget(key)
  }

  return {
    find: (key) => entries.get(key) ?? null,
    begin: () => drops,
    fill(key, entry, ticket) {
      if (ticket !== drops) return
      forget(key)
      const siblings = bySession.get(entry.sessionId)
      if (siblings !== undefined && siblings.size >= maxEntriesPerSession) forgetOldest(siblings)
      else if (entries.size >= maxEntries) forgetOldest(entries.keys())
      entries.set(key, entry)
      addTo(bySession, entry.sessionId, key)
      addTo(byUser, entry.userId, key)
    },
    forget,
    dropSession: (sessionId) => drop(bySession, sessionId),
    dropUser: (userId) => drop(byUser, userId),
    dropAll() {
      drops++
      entries.clear()
      bySession.clear()
      byUser.clear()
    },
    get size() {
      return entries.size
    },
  }
}

function addTo(index: Map<string, Set<string>>, id: string, key: string): void {
  const keys = index.get(id)
  if (keys === undefined) index.set(id, new Set([key]))
  else keys.add(key)
}

function removeFrom(index: Map<string, Set<string>>, id: string, key: string): void {
  const keys = index.get(id)
  keys?.delete(key)
  if (keys?.size === 0) index.delete(id)
}
