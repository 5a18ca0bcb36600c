// A hash table over the records that is never rehashed at once: with every new record one bucket is split in two
// (linear hashing), so there are always as many buckets as records, or twice as many.

import type { Records } from './records.js'

/** The words of a record that belong to one table. */
export interface BucketWords {
  readonly hash: number
  readonly next: number
}

const pageBits = 12
const pageSize = 1 << pageBits
const pageMask = pageSize - 1

export interface Buckets {
  /** One more bucket: call it as often for every new record. Before the first there is no bucket. */
  grow(): void
  /** The first record in the bucket of this hash, 0 for none. Others follow by `next`, of other hashes too. */
  first(hash: number): number
  add(record: number, hash: number): void
  remove(record: number): void
  /** Puts `by` in the place of `record`; both have the same hash. Nothing happens if `record` is in no bucket. */
  replace(record: number, by: number): void
}

export function createBuckets(
  { word, setWord }: Pick<Records<unknown>, 'word' | 'setWord'>,
  { hash: hashWord, next }: BucketWords,
): Buckets {
  // The first record of each bucket, 0 for none, in pages that never move.
  const heads: Int32Array[] = []
  let count = 0
  let mask = 0

  function bucketOf(hash: number): number {
    const bucket = hash & mask
    return bucket < count ? bucket : hash & (mask >>> 1)
  }

  function headOf(bucket: number): number {
    return heads[bucket >>> pageBits]?.[bucket & pageMask] ?? 0
  }

  function setHead(bucket: number, record: number): void {
    const page = heads[bucket >>> pageBits]
    if (page !== undefined) page[bucket & pageMask] = record
  }

  function push(bucket: number, record: number): void {
    setWord(record, next, headOf(bucket))
    setHead(bucket, record)
  }

  /** Lets whatever points to `record` point to `target`. False if nothing did. */
  function redirect(record: number, target: number): boolean {
    const bucket = bucketOf(word(record, hashWord))
    const first = headOf(bucket)
    if (first === record) {
      setHead(bucket, target)
      return true
    }
    for (let at = first; at !== 0; at = word(at, next)) {
      if (word(at, next) !== record) continue
      setWord(at, next, target)
      return true
    }
    return false
  }

  return {
    grow() {
      if (count === heads.length * pageSize) heads.push(new Int32Array(pageSize))
      const added = count++
      if (added > mask) mask = mask * 2 + 1
      const source = added & (mask >>> 1)
      if (source === added) return
      let at = headOf(source)
      setHead(source, 0)
      while (at !== 0) {
        const following = word(at, next)
        push(bucketOf(word(at, hashWord)), at)
        at = following
      }
    },
    first: (hash) => headOf(bucketOf(hash)),
    add(record, hash) {
      setWord(record, hashWord, hash)
      push(bucketOf(hash), record)
    },
    remove(record) {
      redirect(record, word(record, next))
    },
    replace(record, by) {
      const following = word(record, next)
      if (redirect(record, by)) setWord(by, next, following)
    },
  }
}
