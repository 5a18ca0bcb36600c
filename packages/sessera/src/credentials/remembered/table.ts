// The records with everything that finds them: by key, by session, by user, by age. Knows no bound.
// A record is a number from 1 up; 0 is none. The number of a removed record is given to a later one.

import { createBuckets } from './buckets.js'
import { createOwners, type Owners } from './owners.js'
import {
  createRecords,
  firstDigestByte,
  firstDouble,
  firstWord,
  type Page,
  recordBytes,
  rowOf,
  times,
  words,
} from './records.js'
import { createRings } from './rings.js'
import { digestLength } from './spread.js'

/** What a record holds beside its key. */
export interface Content<A> {
  readonly authenticated: A
  readonly sessionId: string
  readonly userId: string
  readonly endsAt: number
  readonly idleMs: number
  readonly touchEveryMs: number
  readonly seenAt: number
}

export interface Table<A> {
  readonly size: number
  /** Of all records, the removed ones included, and of what is held. */
  readonly bytes: number
  readonly bySession: Owners
  readonly byUser: Owners
  find(key: string): number
  /** The record is the youngest, and not used. The key must be new here. */
  add(key: string, content: Content<A>, bytes: number): number
  remove(record: number): void
  pageOf(record: number): Page<A>
  oldest(): number
  /** Makes it the youngest, and not used. */
  renew(record: number): void
  isUsed(record: number): boolean
}

/** @param hashOf where a key, and where an id, belongs. */
export function createTable<A>(hashOf: { key(key: string): number; id(id: string): number }): Table<A> {
  const records = createRecords<A>()
  const { word, setWord, pageOf } = records
  const byKey = createBuckets(records, { hash: words.keyHash, next: words.keyNext })
  const bySession = createOwners(records, sessionWords, {
    of: (record) => pageOf(record).sessionIds[rowOf(record)] ?? null,
    hash: hashOf.id,
  })
  const byUser = createOwners(records, userWords, {
    of: (record) => pageOf(record).userIds[rowOf(record)] ?? null,
    hash: hashOf.id,
  })
  const age = createRings(records, { older: words.older, newer: words.newer })
  let size = 0
  let heldBytes = 0
  // Removed records follow each other by `keyNext`.
  let removed = 0

  function grow(): number {
    const record = records.add()
    // Twice as many buckets as keys: fewer looks at a wrong record, each of which misses every processor cache.
    byKey.grow()
    byKey.grow()
    bySession.grow()
    byUser.grow()
    return record
  }

  function take(): number {
    if (removed === 0) return grow()
    const record = removed
    removed = word(record, words.keyNext)
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
    pageOf,

    find(key) {
      if (key.length !== digestLength) return 0
      const hash = hashOf.key(key)
      let record = byKey.first(hash)
      while (record !== 0) {
        const page = pageOf(record)
        const first = firstWord(record)
        if (
          page.words[first + words.keyHash] === hash &&
          isDigestAt(page.bytes, firstDigestByte(record), key)
        ) {
          if (page.words[first + words.used] === 0) page.words[first + words.used] = 1
          return record
        }
        record = page.words[first + words.keyNext] ?? 0
      }
      return 0
    },

    add(key, { authenticated, sessionId, userId, endsAt, idleMs, touchEveryMs, seenAt }, bytes) {
      const record = take()
      const page = pageOf(record)
      const row = rowOf(record)
      page.authenticated[row] = authenticated
      page.sessionIds[row] = sessionId
      page.userIds[row] = userId
      const firstTime = firstDouble(record)
      page.doubles[firstTime + times.endsAt] = endsAt
      page.doubles[firstTime + times.idleMs] = idleMs
      page.doubles[firstTime + times.touchEveryMs] = touchEveryMs
      page.doubles[firstTime + times.seenAt] = seenAt
      writeDigest(page.bytes, firstDigestByte(record), key)
      setWord(record, words.used, 0)
      setWord(record, words.cost, bytes)
      byKey.add(record, hashOf.key(key))
      bySession.add(record, sessionId)
      byUser.add(record, userId)
      age.append(record, 0)
      size++
      heldBytes += bytes
      return record
    },

    remove(record) {
      byKey.remove(record)
      bySession.remove(record)
      byUser.remove(record)
      age.remove(record)
      const page = pageOf(record)
      const row = rowOf(record)
      page.authenticated[row] = null
      page.sessionIds[row] = null
      page.userIds[row] = null
      size--
      heldBytes -= word(record, words.cost)
      setWord(record, words.keyNext, removed)
      removed = record
    },

    oldest: () => age.newer(0),
    renew(record) {
      setWord(record, words.used, 0)
      age.remove(record)
      age.append(record, 0)
    },
    isUsed: (record) => word(record, words.used) !== 0,
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

function writeDigest(bytes: Uint8Array, firstByte: number, key: string): void {
  for (let at = 0; at < digestLength; at++) bytes[firstByte + at] = key.charCodeAt(at)
}

/** Every byte of it. Not in constant time: nobody learns from a digest how to come nearer to the credential. */
function isDigestAt(bytes: Uint8Array, firstByte: number, key: string): boolean {
  for (let at = 0; at < digestLength; at++) if (bytes[firstByte + at] !== key.charCodeAt(at)) return false
  return true
}
