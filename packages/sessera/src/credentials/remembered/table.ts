// The records with everything that finds them: by key, by session, by user, by age. Knows no bound.
// A record is a number from 1 up; 0 is none. The number of a removed record is given to a later one.

import { createKeys } from './keys.js'
import { createOwners, type Owners } from './owners.js'
import { createRecords, recordBytes, words } from './records.js'
import { createRings } from './rings.js'

/** What a record is about. */
export interface Kept {
  readonly key: string
  readonly record: number
  /** Since it came, or was renewed. */
  isUsed: boolean
}

/** Whose it is. */
export interface OwnersOf<T> {
  session(kept: T): string
  user(kept: T): string
}

export interface Table<T extends Kept> {
  readonly size: number
  /** Of all records, the removed ones included, and of what they are about. */
  readonly bytes: number
  readonly bySession: Owners
  readonly byUser: Owners
  find(key: string): T | null
  /** A record that is not in use, for `add`. */
  take(): number
  /** As the youngest. The key must be new here, and the record come from `take`. */
  add(kept: T, bytes: number): void
  remove(record: number): void
  content(record: number): T | null
  oldest(): number
  /** Makes it the youngest, and not used. */
  renew(record: number): void
}

/** @param hashOf where an id belongs. */
export function createTable<T extends Kept>(ownersOf: OwnersOf<T>, hashOf: (id: string) => number): Table<T> {
  const records = createRecords<T>()
  const { word, setWord, content, setContent } = records
  const byKey = createKeys<T>()
  const ownerOf = (owner: (kept: T) => string) => (record: number) => {
    const kept = content(record)
    return kept === null ? null : owner(kept)
  }
  const bySession = createOwners(records, sessionWords, { of: ownerOf(ownersOf.session), hash: hashOf })
  const byUser = createOwners(records, userWords, { of: ownerOf(ownersOf.user), hash: hashOf })
  const age = createRings(records, { older: words.older, newer: words.newer })
  let size = 0
  let heldBytes = 0
  // Removed records follow each other by `newer`.
  let removed = 0

  function grow(): number {
    const record = records.add()
    bySession.grow()
    byUser.grow()
    return record
  }

  age.begin(grow())

  return {
    get size() {
      return size
    },
    get bytes() {
      return (records.count - 1) * recordBytes + heldBytes
    },
    bySession,
    byUser,
    content,
    find: byKey.find,

    take() {
      if (removed === 0) return grow()
      const record = removed
      removed = word(record, words.newer)
      return record
    },

    add(kept, bytes) {
      const { key, record } = kept
      setContent(record, kept)
      setWord(record, words.cost, bytes)
      byKey.add(key, kept)
      bySession.add(record, ownersOf.session(kept))
      byUser.add(record, ownersOf.user(kept))
      age.append(record, 0)
      size++
      heldBytes += bytes
    },

    remove(record) {
      byKey.remove(content(record)?.key ?? '')
      bySession.remove(record)
      byUser.remove(record)
      age.remove(record)
      setContent(record, null)
      size--
      heldBytes -= word(record, words.cost)
      setWord(record, words.newer, removed)
      removed = record
    },

    oldest: () => age.newer(0),
    renew(record) {
      const kept = content(record)
      if (kept !== null) kept.isUsed = false
      age.remove(record)
      age.append(record, 0)
    },
  }
}

const sessionWords = {
  hash: words.sessionHash,
  next: words.sessionNext,
  older: words.sessionOlder,
  newer: words.sessionNewer,
}

const userWords = {
  hash: words.userHash,
  next: words.userNext,
  older: words.userOlder,
  newer: words.userNewer,
}
