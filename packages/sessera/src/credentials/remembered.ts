// Verified credentials, remembered in the process: one hash and one look-up answer a request without I/O.
// Bounded in bytes and for each session; nothing here, neither growing nor making room, takes long at once.

import type { Principal } from '../domain/principal.js'
import type { Random } from '../ports/random.js'
import { bytesOfPrincipal, bytesOfText } from './remembered/bytes.js'
import type { Owners } from './remembered/owners.js'
import { firstDouble, type Page, recordBytes, rowOf, times } from './remembered/records.js'
import { createSpread, digestOf, isDigest } from './remembered/spread.js'
import { type Content, createTable } from './remembered/table.js'

/** How a credential arrived. Part of the key: what came as a cookie never answers for a bearer token. */
export type Channel = 'cookie' | 'bearer'

export interface RememberedEntry<A> {
  /** What the credential was found to be: frozen, shared by every request that presents it. */
  readonly authenticated: A
  readonly sessionId: string
  /** The earliest end of anything it was made of, the store's time, epoch ms. */
  readonly endsAt: number
  /** How long the session may go unseen, ms; may be Infinity. */
  readonly idleMs: number
  /** How old the record of its last use may get, ms. */
  readonly touchEveryMs: number
  /** When its use was last recorded, the store's time. Setting it is remembered, as long as the entry is. */
  seenAt: number
}

export interface Remembered<A> {
  /** Marks it as used: what is never used makes room first. */
  find(key: string): RememberedEntry<A> | null
  /** In place of what the key stood for. Not kept if it is too large. */
  fill(key: string, entry: RememberedEntry<A> & { readonly userId: string }): void
  forget(key: string): void
  dropSession(sessionId: string): void
  dropUser(userId: string): void
  dropAll(): void
  readonly size: number
  /** What it costs in memory, estimated rather too high than too low. Never more than the bound. */
  readonly bytes: number
}

interface Verified {
  readonly principal: Principal<object>
}

/** The whole SHA-256 digest: two credentials that share a key would share a principal (CVE-2026-35039). */
export function rememberedKey(channel: Channel, credential: string): string {
  return digestOf(`${channel === 'cookie' ? 'c' : 'b'}${credential}`)
}

/** Whoever holds one session could otherwise crowd out all others, by varying the access cookie beside it. */
const maxEntriesPerSession = 16
/** Room for one entry is made at once, so there is a limit to how many others it may cost. */
const maxEntryBytes = 256 * 1024
/** How many that were used may be passed over to make room for one. */
const maxSecondChances = 64
/** Of the object around a principal. */
const wrapperBytes = 64

/** @param maxBytes what everything here may cost in memory. */
export function createRemembered<A extends Verified>(maxBytes: number, random: Random): Remembered<A> {
  const spread = createSpread(random)
  const emptyTable = () => createTable<A>({ key: spread, id: (id) => spread(digestOf(id)) })
  const largest = Math.min(maxEntryBytes, maxBytes - recordBytes)
  let table = emptyTable()

  function forget(key: string): void {
    const record = table.find(key)
    if (record !== 0) table.remove(record)
  }

  function drop(owners: Owners, id: string): void {
    let record = owners.oldest(id)
    while (record !== 0) {
      const newer = owners.newer(record)
      table.remove(record)
      record = newer === record ? 0 : newer
    }
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
      if (oldest === newest || (table.isUsed(oldest) && chances-- > 0)) table.renew(oldest)
      else table.remove(oldest)
    }
  }

  return {
    find(key) {
      const record = table.find(key)
      if (record === 0) return null
      const page = table.pageOf(record)
      const authenticated = page.authenticated[rowOf(record)] ?? null
      return authenticated === null ? null : new Found(authenticated, page, record)
    },
    fill(key, entry) {
      forget(key)
      if (!isDigest(key)) return
      const content = sharingTexts(entry)
      const bytes = bytesOf(content)
      if (bytes > largest) return
      const record = table.add(key, content, bytes)
      // First, so that the session itself and nobody else makes room.
      boundSession(record)
      makeRoom(record)
      if (table.bytes <= maxBytes) return
      // What is left of the room is taken up by removed records.
      table = emptyTable()
      table.add(key, content, bytes)
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
  }
}

/** A look at a record. Once that has been forgotten, or given to another entry, what is seen here has ended long ago. */
class Found<A> implements RememberedEntry<A> {
  readonly authenticated: A
  readonly #page: Page<A>
  readonly #record: number

  constructor(authenticated: A, page: Page<A>, record: number) {
    this.authenticated = authenticated
    this.#page = page
    this.#record = record
  }

  get sessionId(): string {
    return this.#isKept() ? (this.#page.sessionIds[rowOf(this.#record)] ?? '') : ''
  }

  get endsAt(): number {
    return this.#time(times.endsAt)
  }

  get idleMs(): number {
    return this.#time(times.idleMs)
  }

  get touchEveryMs(): number {
    return this.#time(times.touchEveryMs)
  }

  get seenAt(): number {
    return this.#time(times.seenAt)
  }

  set seenAt(value: number) {
    if (this.#isKept()) this.#page.doubles[firstDouble(this.#record) + times.seenAt] = value
  }

  #time(at: number): number {
    return this.#isKept() ? (this.#page.doubles[firstDouble(this.#record) + at] ?? 0) : 0
  }

  #isKept(): boolean {
    return this.#page.authenticated[rowOf(this.#record)] === this.authenticated
  }
}

/** The same text is kept once, whoever read it. */
function sharingTexts<A extends Verified>(content: Content<A>): Content<A> {
  const { id, sessionId } = content.authenticated.principal
  return {
    ...content,
    userId: id === content.userId ? id : content.userId,
    sessionId: sessionId === content.sessionId ? sessionId : content.sessionId,
  }
}

function bytesOf({ authenticated, userId, sessionId }: Content<Verified>): number {
  const { principal } = authenticated
  return (
    wrapperBytes +
    bytesOfPrincipal(principal) +
    (userId === principal.id ? 0 : bytesOfText(userId)) +
    (sessionId === principal.sessionId ? 0 : bytesOfText(sessionId))
  )
}
