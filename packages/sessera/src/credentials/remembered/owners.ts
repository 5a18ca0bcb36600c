// Which records belong to one session or one user: only the oldest stands in the hash table, the others in a ring with it.
// So neither adding nor removing a record depends on how many its owner has.

import { type BucketWords, createBuckets } from './buckets.js'
import type { Records } from './records.js'
import { createRings, type RingWords } from './rings.js'

export interface Owners {
  /** Call it after every `Records.add`. */
  grow(): void
  /** The oldest record of the owner, 0 for none. */
  oldest(id: string): number
  /** The next younger of the same owner; after the newest comes the oldest. */
  newer(record: number): number
  add(record: number, id: string): void
  remove(record: number): void
}

export interface OwnerIds {
  /** The owner of a record. */
  of(record: number): string | null
  hash(id: string): number
}

export function createOwners(
  records: Pick<Records<unknown>, 'word' | 'setWord'>,
  fields: BucketWords & RingWords,
  ids: OwnerIds,
): Owners {
  const buckets = createBuckets(records, fields)
  const rings = createRings(records, fields)

  function find(id: string, hash: number): number {
    let at = buckets.first(hash)
    while (at !== 0 && (records.word(at, fields.hash) !== hash || ids.of(at) !== id)) {
      at = records.word(at, fields.next)
    }
    return at
  }

  return {
    grow: buckets.grow,
    oldest: (id) => find(id, ids.hash(id)),
    newer: rings.newer,
    add(record, id) {
      const hash = ids.hash(id)
      const oldest = find(id, hash)
      if (oldest === 0) {
        rings.begin(record)
        buckets.add(record, hash)
      } else {
        records.setWord(record, fields.hash, hash)
        rings.append(record, oldest)
      }
    },
    remove(record) {
      const following = rings.newer(record)
      if (following === record) {
        buckets.remove(record)
      } else {
        buckets.replace(record, following)
        rings.remove(record)
      }
    },
  }
}
