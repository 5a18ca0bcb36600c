// How a change gets into the feed: within the transaction that makes it, last in it. Its number is taken from the one
// counter row, which stays locked until the commit; a sequence would show entries out of order, and leave gaps.

import type { ChangeBody, LostChange } from '../../domain/change.js'
import type { StoreMeans } from '../../ports/store.js'
import type { SqlValue, Steps } from './driver.js'
import { integerOf } from './rows.js'

const count = 'UPDATE sessera_feed SET last = last + 1 WHERE id = 1 RETURNING last'
const columns = [
  'seq',
  'nonce',
  'reasserts',
  'kind',
  'subject',
  'user_id',
  'epoch',
  'revision',
  'spared_session',
  'spared_from',
  'mode',
  'changed_at',
  'keep_until',
]
const insert = `INSERT INTO sessera_changes (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`

/**
 * Makes a change known. `yield*` it last in the transaction, and only if the change took effect. `lost`: the entry that
 * this one makes good.
 */
export type Append = (body: ChangeBody, now: number, lost?: LostChange) => Steps<void>

export function createAppend({ random, keepChangesMs }: Omit<StoreMeans, 'clock'>): Append {
  return function* (body, now, lost) {
    const [row] = yield { sql: count, params: [] }
    if (row === undefined) throw new Error('The counter row of the change feed is gone.')
    const nonce = random.bytes(8).toString('base64url')
    const keepUntil = Math.max(now + keepChangesMs, lost?.keepUntil ?? 0)
    const params: SqlValue[] = [
      integerOf(row, 'last'),
      nonce,
      lost?.nonce ?? null,
      body.kind,
      body.subject,
      body.userId,
      body.epoch,
      body.revision,
      body.spared?.sessionId ?? null,
      body.spared?.fromEpoch ?? null,
      body.mode,
      now,
      keepUntil,
    ]
    yield { sql: insert, params }
  }
}
