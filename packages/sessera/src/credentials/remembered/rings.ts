// Records in the order in which they came, in a ring: whichever is known, its neighbours are one step away.

import type { Records } from './records.js'

export interface RingWords {
  readonly older: number
  readonly newer: number
}

export interface Rings {
  /** A ring of this record alone. */
  begin(record: number): void
  /** Adds the record as the newest of the ring whose oldest (or anchor) is `oldest`. */
  append(record: number, oldest: number): void
  remove(record: number): void
  /** The next younger; after the newest comes the oldest (or the anchor). */
  newer(record: number): number
}

export function createRings(
  { word, setWord }: Pick<Records<unknown>, 'word' | 'setWord'>,
  { older, newer }: RingWords,
): Rings {
  function join(left: number, right: number): void {
    setWord(left, newer, right)
    setWord(right, older, left)
  }

  return {
    begin: (record) => join(record, record),
    append(record, oldest) {
      join(word(oldest, older), record)
      join(record, oldest)
    },
    remove: (record) => join(word(record, older), word(record, newer)),
    newer: (record) => word(record, newer),
  }
}
