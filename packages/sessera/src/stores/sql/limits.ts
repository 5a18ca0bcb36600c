// Attempts in fixed windows, and guesses that wait for each other, by the store's time. Counting is one step: a hundred at
// once count as a hundred.

import { judgeGuess, type KnownGuesses, withoutLatest } from '../../domain/guesses.js'
import type { LimitStore } from '../../ports/store.js'
import type { Driver, Statement } from './driver.js'
import { guessesOf, integerOf } from './rows.js'
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

const findGuesses = 'SELECT guesses, next_at, forget_at FROM sessera_guesses WHERE guess_key = ?'
const putGuesses = `INSERT INTO sessera_guesses (guess_key, guesses, next_at, forget_at) VALUES (?, ?, ?, ?)
  ON CONFLICT (guess_key) DO UPDATE SET
    guesses = excluded.guesses, next_at = excluded.next_at, forget_at = excluded.forget_at`
const clearGuesses = 'DELETE FROM sessera_guesses WHERE guess_key = ?'
const removeForgotten = `DELETE FROM sessera_guesses WHERE guess_key IN (
  SELECT guess_key FROM sessera_guesses WHERE forget_at < ? LIMIT ${sweepBatch}) RETURNING guess_key`

export function createSqlLimits(driver: Driver): LimitStore {
  return {
    guess(key, backOff) {
      return driver.transact(function* (now) {
        const [row] = yield { sql: findGuesses, params: [key] }
        const { guess, keep } = judgeGuess(row === undefined ? null : guessesOf(row), backOff, now)
        if (keep !== null) yield put(key, keep)
        return guess
      })
    },
    unguess(key) {
      return driver.transact(function* (now) {
        const [row] = yield { sql: findGuesses, params: [key] }
        const keep = row === undefined ? null : withoutLatest(guessesOf(row), now)
        yield keep === null ? { sql: clearGuesses, params: [key] } : put(key, keep)
      })
    },
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
    clear(key) {
      return driver.transact(function* () {
        yield { sql: clear, params: [key] }
        yield { sql: clearGuesses, params: [key] }
      })
    },
    async removeEnded(at) {
      const ended = await sweep(driver, { sql: removeEnded, params: [at] })
      const forgotten = await sweep(driver, { sql: removeForgotten, params: [at] })
      return { value: ended.value + forgotten.value, now: forgotten.now }
    },
  }
}

function put(key: string, { count, nextAt, forgetAt }: KnownGuesses): Statement {
  return { sql: putGuesses, params: [key, count, nextAt, forgetAt] }
}
