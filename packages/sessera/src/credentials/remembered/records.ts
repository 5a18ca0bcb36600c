// Records of one size in pages, their numbers packed outside the garbage collector's sight. A page never moves or grows.
// Record 0 is none: it ends every chain, and anchors the order of age.

/** Which word of a record is which. */
export const words = {
  cost: 0,
  older: 1,
  newer: 2,
  sessionHash: 3,
  sessionNext: 4,
  sessionOlder: 5,
  sessionNewer: 6,
  userHash: 7,
  userNext: 8,
  userOlder: 9,
  userNewer: 10,
} as const
const recordWords = 11

/** What a record costs before what it is about: its words, two buckets, a reference, a place in a map. */
export const recordBytes = 112

const pageBits = 10
const pageSize = 1 << pageBits
const pageMask = pageSize - 1

interface Page<T> {
  readonly words: Int32Array
  readonly contents: (T | null)[]
}

export interface Records<T> {
  readonly count: number
  /** A new record, all zeros and about nothing, with the next number. */
  add(): number
  word(record: number, field: number): number
  setWord(record: number, field: number, value: number): void
  /** What the record is about. */
  content(record: number): T | null
  setContent(record: number, content: T | null): void
}

export function createRecords<T>(): Records<T> {
  const pages: Page<T>[] = []
  let count = 0

  /** @throws RangeError for a record that was never added. */
  function pageOf(record: number): Page<T> {
    const page = pages[record >>> pageBits]
    if (page === undefined) throw new RangeError('No such record.')
    return page
  }

  return {
    get count() {
      return count
    },
    add() {
      if (count === pages.length * pageSize) pages.push(createPage())
      return count++
    },
    word: (record, field) => pageOf(record).words[(record & pageMask) * recordWords + field] ?? 0,
    setWord(record, field, value) {
      pageOf(record).words[(record & pageMask) * recordWords + field] = value
    },
    content: (record) => pageOf(record).contents[record & pageMask] ?? null,
    setContent(record, content) {
      pageOf(record).contents[record & pageMask] = content
    },
  }
}

function createPage<T>(): Page<T> {
  return {
    words: new Int32Array(pageSize * recordWords),
    contents: new Array<T | null>(pageSize).fill(null),
  }
}
