// Subject rows. Epoch and revision only ever rise, each within one statement, so that no raise is lost among many.

import type { SubjectStore } from '../../ports/store.js'
import type { Driver, Row, Statement } from './driver.js'
import { firstOf, subjectColumns, subjectOf } from './rows.js'

const find = `SELECT ${subjectColumns} FROM sessera_subjects WHERE user_id = ?`
const insert =
  'INSERT INTO sessera_subjects (user_id, epoch, revision) VALUES (?, 1, 1) ON CONFLICT (user_id) DO NOTHING'
const change = (assignments: string): string =>
  `UPDATE sessera_subjects SET ${assignments} WHERE user_id = ? RETURNING ${subjectColumns}`
const raiseEpoch = change('epoch = epoch + 1, spared_session = NULL, spared_from = NULL')
const raiseEpochSparing = change(
  'epoch = epoch + 1, spared_session = ?, spared_from = CASE WHEN spared_session = ? THEN spared_from ELSE epoch END',
)
const raiseRevision = change('revision = revision + 1')
const disable = change(
  'disabled_at = COALESCE(disabled_at, ?), epoch = epoch + 1, spared_session = NULL, spared_from = NULL',
)
const enable = change('disabled_at = NULL')

/** Makes the row unless there is one: an existing epoch never falls back. */
export function ensureSubject(userId: string): Statement {
  return { sql: insert, params: [userId] }
}

/** Ends everything of the user but the spared session. Answers with the subject's row. */
export function raiseSubjectEpoch(userId: string, spare: string | null): Statement {
  return spare === null
    ? { sql: raiseEpoch, params: [userId] }
    : { sql: raiseEpochSparing, params: [spare, spare, userId] }
}

/** Outdates the user's access tokens. Answers with the subject's row. */
export function raiseSubjectRevision(userId: string): Statement {
  return { sql: raiseRevision, params: [userId] }
}

export function createSqlSubjects(driver: Driver): SubjectStore {
  return {
    async ensure(userId) {
      const known = await driver.read({ sql: find, params: [userId] })
      if (known.value[0] !== undefined) return { value: subjectOf(known.value[0]), now: known.now }
      return driver.transact(function* () {
        yield ensureSubject(userId)
        return onlySubject(yield { sql: find, params: [userId] })
      })
    },
    async find(userId) {
      return firstOf(await driver.read({ sql: find, params: [userId] }), subjectOf)
    },
    async raiseEpoch(userId, spare) {
      return firstOf(await driver.write(raiseSubjectEpoch(userId, spare)), subjectOf)
    },
    async raiseRevision(userId) {
      return firstOf(await driver.write(raiseSubjectRevision(userId)), subjectOf)
    },
    disable(userId) {
      return driver.transact(function* (now) {
        const [row] = yield { sql: disable, params: [now, userId] }
        return row === undefined ? null : subjectOf(row)
      })
    },
    async enable(userId) {
      return firstOf(await driver.write({ sql: enable, params: [userId] }), subjectOf)
    },
  }
}

/** The subject in the rows of a statement that always finds one. */
export function onlySubject(rows: readonly Row[]): ReturnType<typeof subjectOf> {
  const [row] = rows
  if (row === undefined) throw new Error('A subject row that was there a moment ago is gone.')
  return subjectOf(row)
}
