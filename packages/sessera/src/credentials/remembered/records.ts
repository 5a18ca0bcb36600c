// Records of one size in pages, their numbers packed outside the garbage collector's sight. A page never moves or grows.
// Record 0 is none: it ends every chain, and anchors the order of age.

/** What stands where in a record: the 32 bytes of the digest, four doubles, then words of 32 bits. */
const digestByte = 0
export const times = { endsAt: 4, idleMs: 5, touchEveryMs: 6, seenAt: 7 } as const
export const words = {
  keyHash: 16,
  keyNext: 17,
  used: 18,
  cost: 19,
  older: 20,
  newer: 21,
  sessionHash: 22,
  sessionNext: 23,
  sessionOlder: 24,
  sessionNewer: 25,
  userHash: 26,
  userNext: 27,
  userOlder: 28,
  userNewer: 29,
} as const
const recordWords = 30
const recordDoubles = recordWords / 2

/** What a record costs before anything that it refers to: its numbers, four buckets, three references. */
export const recordBytes = 160

const pageBits = 10
const pageSize = 1 << pageBits
const pageMask = pageSize - 1

export interface Page<A> {
  readonly words: Int32Array
  readonly doubles: Float64Array
  readonly bytes: Uint8Array
  readonly authenticated: (A | null)[]
  readonly sessionIds: (string | null)[]
  readonly userIds: (string | null)[]
}

export interface Records<A> {
  readonly count: number
  /** A new record, all zeros, with the next number. */
  add(): number
  word(record: number, field: number): number
  setWord(record: number, field: number, value: number): void
  /** @throws RangeError for a record that was never added. */
  pageOf(record: number): Page<A>
}

export function createRecords<A>(): Records<A> {
  const pages: Page<A>[] = []
  let count = 0

  function pageOf(record: number): Page<A> {
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
    word: (record, field) => pageOf(record).words[firstWord(record) + field] ?? 0,
    setWord(record, field, value) {
      pageOf(record).words[firstWord(record) + field] = value
    },
    pageOf,
  }
}

function createPage<A>(): Page<A> {
  const numbers = new ArrayBuffer(pageSize * recordWords * Int32Array.BYTES_PER_ELEMENT)
  return {
    words: new Int32Array(numbers),
    doubles: new Float64Array(numbers),
    bytes: new Uint8Array(numbers),
    authenticated: new Array<A | null>(pageSize).fill(null),
    sessionIds: new Array<string | null>(pageSize).fill(null),
    userIds: new Array<string | null>(pageSize).fill(null),
  }
}

export function rowOf(record: number): number {
  return record & pageMask
}

export function firstWord(record: number): number {
  return (record & pageMask) * recordWords
}

export function firstDouble(record: number): number {
  return (record & pageMask) * recordDoubles
}

export function firstDigestByte(record: number): number {
  return firstWord(record) * Int32Array.BYTES_PER_ELEMENT + digestByte
}
