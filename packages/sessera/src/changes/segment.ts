// Up to 4,096 sessions that ended or moved, packed outside the garbage collector's sight: 48 bytes each.
// A segment never grows and never moves: it is filled, searched, and dropped as a whole when its last entry is over.

const capacity = 4096
const slots = capacity * 2
const idWords = 4
const nonceWords = 2

/** What is known of one session. */
export interface SessionMark {
  /** False: it lives on, but handles issued before `seq` do not, and tokens of another mode do not. */
  readonly ended: boolean
  /** Of the latest change. */
  readonly seq: number
  /** 0 when ended, else a number for its mode. */
  readonly mode: number
  /** Since when it has been held so, epoch seconds; 0 when that is not known. */
  readonly heldSince: number
}

export interface Segment {
  readonly size: number
  readonly isFull: boolean
  /** The latest `keepUntil` of its entries, epoch ms. */
  readonly keepUntil: number
  find(id: Uint32Array): SessionMark | null
  /** An earlier entry of the same session is replaced; one that ended stays ended. */
  put(id: Uint32Array, nonce: Uint32Array, mark: SessionMark, keepUntil: number): void
  /** Every entry, in no order. The arrays are reused from call to call. */
  forEach(visit: (id: Uint32Array, nonce: Uint32Array, mark: SessionMark, keepUntil: number) => void): void
}

const endedMode = 0

export function createSegment(): Segment {
  const ids = new Uint32Array(capacity * idWords)
  const nonces = new Uint32Array(capacity * nonceWords)
  const seqs = new Float64Array(capacity)
  const keeps = new Float64Array(capacity)
  const modes = new Uint8Array(capacity)
  const heldSince = new Uint32Array(capacity)
  // Entry number + 1 by slot; 0 is free. Session ids are random, so any word of them is a hash.
  const index = new Uint16Array(slots)
  let size = 0
  let longestKeep = 0

  function slotOf(id: Uint32Array): number {
    let slot = (id[0] ?? 0) & (slots - 1)
    for (;;) {
      const entry = index[slot] ?? 0
      if (entry === 0 || isAt(id, entry - 1)) return slot
      slot = (slot + 1) & (slots - 1)
    }
  }

  function isAt(id: Uint32Array, entry: number): boolean {
    for (let word = 0; word < idWords; word++) if (ids[entry * idWords + word] !== id[word]) return false
    return true
  }

  function markAt(entry: number): SessionMark {
    const mode = modes[entry] ?? endedMode
    return { ended: mode === endedMode, seq: seqs[entry] ?? 0, mode, heldSince: heldSince[entry] ?? 0 }
  }

  return {
    get size() {
      return size
    },
    get isFull() {
      return size >= capacity
    },
    get keepUntil() {
      return longestKeep
    },
    find(id) {
      const entry = index[slotOf(id)] ?? 0
      return entry === 0 ? null : markAt(entry - 1)
    },
    put(id, nonce, mark, keepUntil) {
      const slot = slotOf(id)
      const found = index[slot] ?? 0
      const entry = found === 0 ? size++ : found - 1
      if (found === 0) {
        index[slot] = entry + 1
        ids.set(id, entry * idWords)
      }
      const staysEnded = found !== 0 && modes[entry] === endedMode
      nonces.set(nonce, entry * nonceWords)
      seqs[entry] = mark.seq
      modes[entry] = mark.ended || staysEnded ? endedMode : mark.mode
      heldSince[entry] = mark.heldSince
      keeps[entry] = Math.max(keeps[entry] ?? 0, keepUntil)
      longestKeep = Math.max(longestKeep, keepUntil)
    },
    forEach(visit) {
      for (let entry = 0; entry < size; entry++) {
        const id = ids.subarray(entry * idWords, (entry + 1) * idWords)
        const nonce = nonces.subarray(entry * nonceWords, (entry + 1) * nonceWords)
        visit(id, nonce, markAt(entry), keeps[entry] ?? 0)
      }
    },
  }
}
