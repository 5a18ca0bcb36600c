// Verified credentials, remembered in the process: one hash and one look-up answer a request without I/O.
// Bounded in bytes and for each session; nothing here, neither growing nor making room, takes long at once.

import type { Principal } from '../domain/principal.js'
import type { Random } from '../ports/random.js'
import { bytesOfPrincipal } from './remembered/bytes.js'
import type { Owners } from './remembered/owners.js'
import { recordBytes } from './remembered/records.js'
import { createSpread, digestOf, isDigest } from './remembered/spread.js'
import { createTable, type Kept, type OwnersOf, type Table } from './remembered/table.js'

/** Times are the store's, epoch ms. */
export interface RememberedEntry<A> {
  /** What the credential was found to be: frozen, shared by every request that presents it. */
  readonly authenticated: A
  /** The earliest end of anything that it was made of. */
  readonly endsAt: number
  /** How long the session may go unseen, ms; may be Infinity. */
  readonly idleMs: number
  /** How old the record of its last use may get, ms. */
  readonly touchEveryMs: number
  /** When its use was last recorded. */
  seenAt: number
}

export interface Remembered<A> {
  /** Marks it as used: what is never used makes room first. */
  find(key: string): RememberedEntry<A> | null
  /** In place of what the key stood for. Not kept if it is too large. */
  fill(key: string, entry: Readonly<RememberedEntry<A>>): void
  forget(key: string): void
  dropSession(sessionId: string): void
  dropUser(userId: string): void
  dropAll(): void
  readonly size: number
  /** What it costs in memory, estimated rather too high than too low. Never more than the bound. */
  readonly bytes: number
  /** How often an entry answered, and how often none could. Counted by whoever asks, for they judge what is found. */
  readonly tally: { hits: number; misses: number }
}

interface Verified {
  readonly principal: Principal<object>
}

/**
 * The key of one or two cookies: the whole SHA-256 digest, for two credentials that share a key would share a principal
 * (CVE-2026-35039). What came in one way never answers for another: tokens have dots, handles have none, and no
 * credential has a semicolon. Null when the session cookie cannot be a handle. A cookie's value has no semicolon.
 */
export function keyOfCookies(session: string | null, access: string | null): string | null {
  if (access !== null) return digestOf(`${session ?? ''};${access}`)
  return session === null || session.includes('.') ? null : digestOf(session)
}

/** The same of a bearer token. Null for what cannot be one. */
export function keyOfBearer(token: string): string | null {
  return token.includes('.') && !token.includes(';') ? digestOf(token) : null
}

/** Whoever holds one session could otherwise crowd out all others, by varying the access cookie beside it. */
const maxEntriesPerSession = 16
/** Room for one entry is made at once, so there is a limit to how many others it may cost. */
const maxEntryBytes = 256 * 1024
/** How many that were used may be passed over to make room for one. */
const maxSecondChances = 64
/** Of the key, of what is kept under it, and of the object around a principal. */
const wrapperBytes = 256

/** @param maxBytes what everything here may cost in memory. */
export function createRemembered<A extends Verified>(maxBytes: number, random: Random): Remembered<A> {
  const spread = createSpread(random)
  const emptyTable = (): Table<Entry<A>> => createTable<Entry<A>>(owners, (id) => spread(digestOf(id)))
  const largest = Math.min(maxEntryBytes, maxBytes - recordBytes)
  let table = emptyTable()

  function forget(key: string): void {
    const entry = table.find(key)
    if (entry !== null) table.remove(entry.record)
  }

  function drop(owned: Owners, id: string): void {
    let record = owned.oldest(id)
    while (record !== 0) {
      const newer = owned.newer(record)
      table.remove(record)
      record = newer === record ? 0 : newer
    }
  }

  function add(
    key: string,
    { authenticated, endsAt, idleMs, touchEveryMs, seenAt }: Readonly<RememberedEntry<A>>,
    bytes: number,
  ): number {
    const record = table.take()
    table.add({ key, record, isUsed: false, authenticated, endsAt, idleMs, touchEveryMs, seenAt }, bytes)
    return record
  }

  /** The newest of its session is given: the one after it is the oldest. */
  function boundSession(newest: number): void {
    const { newer } = table.bySession
    const oldest = newer(newest)
    let count = 1
    for (let at = oldest; at !== newest; at = newer(at)) count++
    if (count > maxEntriesPerSession) table.remove(oldest)
  }

  /** By age, the used ones later (second chance). `newest` stays. */
  function makeRoom(newest: number): void {
    let chances = maxSecondChances
    while (table.bytes > maxBytes && table.size > 1) {
      const oldest = table.oldest()
      const isUsed = table.content(oldest)?.isUsed === true
      if (oldest === newest || (isUsed && chances-- > 0)) table.renew(oldest)
      else table.remove(oldest)
    }
  }

  return {
    find(key) {
      const entry = table.find(key)
      if (entry !== null) entry.isUsed = true
      return entry
    },
    fill(key, entry) {
      forget(key)
      if (!isDigest(key)) return
      const bytes = wrapperBytes + bytesOfPrincipal(entry.authenticated.principal)
      if (bytes > largest) return
      const record = add(key, entry, bytes)
      // First, so that the session itself and nobody else makes room.
      boundSession(record)
      makeRoom(record)
      if (table.bytes <= maxBytes) return
      // What is left of the room is taken up by removed records.
      table = emptyTable()
      add(key, entry, bytes)
    },
    forget,
    dropSession: (sessionId) => drop(table.bySession, sessionId),
    dropUser: (userId) => drop(table.byUser, userId),
    dropAll() {
      table = emptyTable()
    },
    get size() {
      return table.size
    },
    get bytes() {
      return table.bytes
    },
    tally: { hits: 0, misses: 0 },
  }
}

interface Entry<A> extends RememberedEntry<A>, Kept {}

const owners: OwnersOf<Entry<Verified>> = {
  session: ({ authenticated: { principal } }) => principal.sessionId ?? '',
  user: ({ authenticated: { principal } }) => principal.id,
}
