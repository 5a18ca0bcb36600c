// Attempts in fixed windows, by the store's time. Counting is one statement: a hundred guesses at once count as a hundred.

import type { LimitStore } from '../../ports/store.js'
import type { Driver } from './driver.js'
import { integerOf } from './rows.js'
import { sweep, sweepBatch } from './sweep.js'

const count = `INSERT INTO sessera_limits (limit_key, attempts, ends_at) VALUES (?, 1, ?)
  ON CONFLICT (limit_key) DO UPDATE SET
    attempts = CASE WHEN sessera_limits.ends_at <= ? THEN 1 ELSE sessera_limits.attempts + 1 END,
    ends_at = CASE WHEN sessera_limits.ends_at <= ? THEN excluded.ends_at ELSE sessera_limits.ends_at END
  RETURNING attempts, ends_at`
const uncount =
  'UPDATE sessera_limits SET attempts = attempts - 1 WHERE limit_key = ? AND attempts > 0 AND ends_at > ?'
const clear = 'DELETE FROM sessera_limits WHERE limit_key = ?'
const removeEnded = `DELETE FROM sessera_limits WHERE limit_key IN (
  SELECT limit_key FROM sessera_limits WHERE ends_at < ? LIMIT ${sweepBatch}) RETURNING limit_key`

export function createSqlLimits(driver: Driver): LimitStore {
  return {
    count(key, windowMs) {
      return driver.transact(function* (now) {
        const [row] = yield { sql: count, params: [key, now + windowMs, now, now] }
        if (row === undefined) throw new Error('The store counted an attempt and answered with nothing.')
        return { count: integerOf(row, 'attempts'), endsAt: integerOf(row, 'ends_at') }
      })
    },
    uncount(key) {
      return driver.transact(function* (now) {
        yield { sql: uncount, params: [key, now] }
      })
    },
    async clear(key) {
      const { now } = await driver.write({ sql: clear, params: [key] })
      return { value: undefined, now }
    },
    removeEnded(at) {
      return sweep(driver, { sql: removeEnded, params: [at] })
    },
  }
}
