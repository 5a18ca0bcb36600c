// What has ended or been outranked, as far as the feed was followed. It only ever learns; it forgets an entry when
// everything that the entry could refuse has expired by itself (`keepUntil`).

import { bothRaises, type Change, type LostChange } from '../domain/change.js'
import { type Mode, modes } from '../domain/principal.js'
import { createSegment, type Segment, type SessionMark } from './segment.js'

/** What a token says that it was issued under, or what a read of the store found a session to be under. */
export interface Stamped {
  readonly sessionId: string
  readonly userId: string
  /** Null: however the session is held. */
  readonly mode: Mode | null
  readonly epoch: number
  readonly revision: number
  /** Epoch seconds. */
  readonly issuedAt: number
}

export interface Revocations {
  apply(change: Change): void
  /** Whether anything known refuses this stamp: the session ended or has since been held another way, its user outranks it. */
  refuses(stamp: Stamped): boolean
  /**
   * Whether what was read of this session may be remembered: not if the session ended at any time, nor if it or its
   * user changed after position `since`, when the read began.
   */
  admits(sessionId: string, userId: string, since: number): boolean
  /** Drops what is over at `now`, the store's time. */
  forget(now: number): void
  /** Every change that is still kept: what a store that lost its tail must be told again. */
  known(): IterableIterator<LostChange>
  readonly size: number
}

export function createRevocations(): Revocations {
  const segments: Segment[] = []
  // In the order of their last change, so that the oldest is first to be forgotten.
  const users = new Map<string, Change>()
  let everyone: Change | null = null

  function putSession(change: Change): void {
    let segment = segments.at(-1)
    if (segment === undefined || segment.isFull) {
      segment = createSegment()
      segments.push(segment)
    }
    const ended = change.kind === 'session_ended'
    const mode = change.mode === null ? 0 : modes.indexOf(change.mode) + 1
    const before = findSession(change.subject)
    // Only if it was held in another way before: a token of that time must not come back with the mode.
    const hasChanged = before !== null && before.mode !== mode
    const heldSince = hasChanged ? Math.floor(change.at / 1000) : (before?.heldSince ?? 0)
    segment.put(
      wordsOf(change.subject, 4),
      wordsOf(change.nonce, 2),
      { ended, seq: change.seq, mode, heldSince },
      change.keepUntil,
    )
  }

  function putUser(change: Change): void {
    const before = users.get(change.subject)
    users.delete(change.subject)
    users.set(change.subject, before === undefined ? change : outranking(before, change))
  }

  function findSession(sessionId: string): SessionMark | null {
    if (segments.length === 0) return null
    const id = wordsOf(sessionId, 4)
    let latest: SessionMark | null = null
    for (let at = segments.length - 1; at >= 0; at--) {
      const mark = segments[at]?.find(id) ?? null
      if (mark === null) continue
      if (mark.ended) return mark
      latest ??= mark
    }
    return latest
  }

  return {
    apply(change) {
      if (change.kind === 'session_ended' || change.kind === 'session_moved') putSession(change)
      else if (change.kind === 'user') putUser(change)
      else if (change.kind === 'everyone' && (change.epoch ?? 0) >= (everyone?.epoch ?? 0)) everyone = change
    },

    refuses({ sessionId, userId, mode, epoch, revision, issuedAt }) {
      if (everyone !== null && epoch < (everyone.epoch ?? 0)) return true
      const session = findSession(sessionId)
      if (session !== null) {
        if (session.ended || issuedAt < session.heldSince) return true
        if (mode !== null && session.mode !== modes.indexOf(mode) + 1) return true
      }
      const user = users.get(userId)
      if (user === undefined) return false
      if (revision < (user.revision ?? 0)) return true
      if (epoch >= (user.epoch ?? 0)) return false
      return !(user.spared?.sessionId === sessionId && epoch >= user.spared.fromEpoch)
    },

    admits(sessionId, userId, since) {
      if (everyone !== null && everyone.seq > since) return false
      const session = findSession(sessionId)
      if (session !== null && (session.ended || session.seq > since)) return false
      return (users.get(userId)?.seq ?? 0) <= since
    },

    forget(now) {
      while ((segments[0]?.keepUntil ?? now) < now) segments.shift()
      for (const [userId, { keepUntil }] of users) {
        if (keepUntil >= now) break
        users.delete(userId)
      }
      if (everyone !== null && everyone.keepUntil < now) everyone = null
    },

    *known() {
      if (everyone !== null) yield everyone
      yield* users.values()
      for (const segment of segments) yield* entriesOf(segment)
    },

    get size() {
      return segments.reduce((sum, segment) => sum + segment.size, users.size + (everyone === null ? 0 : 1))
    },
  }
}

/** Epochs and revisions only rise, whatever the order in which two histories of a store tell of them. */
function outranking(before: Change, after: Change): Change {
  const one = { epoch: after.epoch ?? 0, spared: after.spared }
  const other = { epoch: before.epoch ?? 0, spared: before.spared }
  return {
    ...after,
    ...bothRaises(one, other),
    revision: Math.max(before.revision ?? 0, after.revision ?? 0),
    keepUntil: Math.max(before.keepUntil, after.keepUntil),
  }
}

function entriesOf(segment: Segment): LostChange[] {
  const entries: LostChange[] = []
  segment.forEach((id, nonce, { ended, seq, mode }, keepUntil) => {
    entries.push({
      seq,
      nonce: textOf(nonce),
      kind: ended ? 'session_ended' : 'session_moved',
      subject: textOf(id),
      epoch: null,
      revision: null,
      spared: null,
      mode: modes[mode - 1] ?? null,
      keepUntil,
    })
  })
  return entries
}

/** The first `count` 32-bit words of base64url text. Byte order is this machine's: the words never leave it. */
function wordsOf(text: string, count: number): Uint32Array {
  const words = new Uint32Array(count)
  Buffer.from(words.buffer).write(text, 'base64url')
  return words
}

function textOf(words: Uint32Array): string {
  return Buffer.from(words.buffer, words.byteOffset, words.byteLength).toString('base64url')
}
