// The change feed as its followers see it. A page is one statement, hence of one moment: what it says about the head
// holds for the entries beside it. Nearly always there is nothing new, and a statement that reads no entry says so.

import { setImmediate as nextTurn } from 'node:timers/promises'
import {
  afterLostChange,
  type ChangeBody,
  everyoneChanged,
  type LostChange,
  sessionEnded,
  userChanged,
} from '../../domain/change.js'
import type { FeedPage, FeedStore } from '../../ports/store.js'
import type { Append } from './append.js'
import { onlyEpoch, raiseDeployment } from './deployment.js'
import type { Driver, Reader, Row, Steps, Transaction } from './driver.js'
import { changeOf, integerOf, textOf } from './rows.js'
import { endSession } from './sessions.js'
import { ensureSubject, findSubject, onlySubject, putSubject } from './subjects.js'
import { sweepBatch } from './sweep.js'

const place = 'last, horizon, (SELECT nonce FROM sessera_changes WHERE seq = ?) AS nonce_there'
const readPlace = `SELECT ${place} FROM sessera_feed WHERE id = 1`
const readPage = `SELECT ${place}, sessera_changes.*
  FROM sessera_feed LEFT JOIN sessera_changes ON sessera_changes.seq > ?
  WHERE sessera_feed.id = 1 ORDER BY sessera_changes.seq LIMIT ?`
const findNonce = `SELECT seq FROM sessera_changes WHERE nonce = ?
  UNION ALL SELECT seq FROM sessera_changes WHERE reasserts = ? LIMIT 1`
const oldest = `SELECT seq, keep_until FROM sessera_changes
  WHERE seq > (SELECT horizon FROM sessera_feed WHERE id = 1) ORDER BY seq LIMIT ${sweepBatch + 1}`
const removeUpTo = 'DELETE FROM sessera_changes WHERE seq <= ?'
const moveHorizon = 'UPDATE sessera_feed SET horizon = ? WHERE id = 1'

export interface SqlFeedOptions {
  readonly driver: Driver
  /** A connection on which nobody writes. */
  readonly follower: Reader
  readonly append: Append
}

export function createSqlFeed({ driver, follower, append }: SqlFeedOptions): FeedStore {
  return {
    async read(after, limit) {
      const there = await follower.read({ sql: readPlace, params: [after] })
      const none = placeOf(there.value, after)
      if (none.head <= after) return { value: { ...none, entries: [] }, now: there.now }
      const { value, now } = await follower.read({ sql: readPage, params: [after, after, limit] })
      const entries = value[0]?.['seq'] === null ? [] : value.map(changeOf)
      return { value: { ...placeOf(value, after), entries }, now }
    },
    reassert(lost) {
      return driver.transact(function* (now) {
        for (const change of lost) {
          const known = yield { sql: findNonce, params: [change.nonce, change.nonce] }
          if (known.length === 0) yield* append(yield* restore(change), now, change)
        }
      })
    },
    async prune(at) {
      for (let removed = 0; ; await nextTurn()) {
        const { value, now } = await driver.transact(pruneBatch(at))
        removed += value
        if (value < sweepBatch) return { value: removed, now }
      }
    },
  }
}

function placeOf([row]: readonly Row[], after: number): Omit<FeedPage, 'entries'> {
  if (row === undefined) throw new Error('The counter row of the change feed is gone.')
  return {
    at: row['nonce_there'] === null ? null : { seq: after, nonce: textOf(row, 'nonce_there') },
    head: integerOf(row, 'last'),
    horizon: integerOf(row, 'horizon'),
  }
}

/** Makes good what the store has lost, and says what has changed by it. */
function* restore(lost: LostChange): Steps<ChangeBody> {
  switch (lost.kind) {
    case 'session_ended': {
      const [row] = yield endSession(lost.subject)
      return sessionEnded({ id: lost.subject, userId: row === undefined ? null : textOf(row, 'user_id') })
    }
    case 'user': {
      yield ensureSubject(lost.subject)
      const subject = afterLostChange(onlySubject(yield findSubject(lost.subject)), lost)
      yield putSubject(subject)
      return userChanged(subject)
    }
    case 'everyone':
      return everyoneChanged(onlyEpoch(yield raiseDeployment(lost.epoch ?? 0)))
    case 'session_moved':
    case 'keys':
      return { ...lost, userId: null }
  }
}

/** The last of the rows read stays: it is the last of all, or of a later batch. */
function pruneBatch(at: number): Transaction<number> {
  return function* () {
    const rows = yield { sql: oldest, params: [] }
    const candidates = rows.slice(0, -1)
    const kept = candidates.findIndex((row) => integerOf(row, 'keep_until') >= at)
    const ended = kept === -1 ? candidates : candidates.slice(0, kept)
    const last = ended.at(-1)
    if (last === undefined) return 0
    const horizon = integerOf(last, 'seq')
    yield { sql: removeUpTo, params: [horizon] }
    yield { sql: moveHorizon, params: [horizon] }
    return ended.length
  }
}
