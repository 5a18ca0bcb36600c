// Subject rows. Epoch and revision only ever rise, each within one statement, so that no raise is lost among many.

import { userChanged } from '../../domain/change.js'
import type { Subject } from '../../domain/user.js'
import type { SubjectStore } from '../../ports/store.js'
import type { Append } from './append.js'
import type { Driver, Row, Statement, Steps } from './driver.js'
import { isLastOf } from './roles.js'
import { deploymentEpoch, firstOf, subjectColumns, subjectOf } from './rows.js'

const find = `SELECT ${subjectColumns} FROM sessera_subjects WHERE user_id = ?`
const insert =
  'INSERT INTO sessera_subjects (user_id, epoch, revision) VALUES (?, 1, 1) ON CONFLICT (user_id) DO NOTHING'
const insertNew = `INSERT INTO sessera_subjects (user_id, epoch, revision, disabled_at) VALUES (?, 1, 1, ?)
  ON CONFLICT (user_id) DO NOTHING RETURNING user_id`
const change = (assignments: string): string =>
  `UPDATE sessera_subjects SET ${assignments} WHERE user_id = ? RETURNING ${subjectColumns}`

// As `underDeployment` answers, which also lifts `spared_from`.
const epochNow = `CASE WHEN epoch < ${deploymentEpoch} THEN ${deploymentEpoch} ELSE epoch END`
const raise = `epoch = 1 + ${epochNow}`
const spareNobody = 'spared_session = NULL, spared_from = NULL'

const raiseEpoch = change(`${raise}, ${spareNobody}`)
const raiseEpochSparing = change(
  `${raise}, spared_session = ?, spared_from = CASE WHEN spared_session = ? THEN spared_from ELSE ${epochNow} END`,
)
const raiseRevision = change('revision = revision + 1')
const disable = change(`disabled_at = COALESCE(disabled_at, ?), ${raise}, ${spareNobody}`)
const enable = change('disabled_at = NULL')
const markUser = 'UPDATE sessera_users SET is_disabled = ? WHERE id = ?'
const put =
  'UPDATE sessera_subjects SET epoch = ?, revision = ?, spared_session = ?, spared_from = ? WHERE user_id = ?'

/** Makes the row unless there is one: an existing epoch never falls back. */
export function ensureSubject(userId: string): Statement {
  return { sql: insert, params: [userId] }
}

/** Makes the row, and answers with one if there was none. */
export function addSubject(userId: string, disabledAt: number | null): Statement {
  return { sql: insertNew, params: [userId, disabledAt] }
}

export function findSubject(userId: string): Statement {
  return { sql: find, params: [userId] }
}

/** Sets all that may only rise. The caller has read the row in the same transaction. */
export function putSubject({ userId, epoch, revision, spared }: Subject): Statement {
  return {
    sql: put,
    params: [epoch, revision, spared?.sessionId ?? null, spared?.fromEpoch ?? null, userId],
  }
}

/** Ends everything of the user but the spared session. Answers with the subject's row. */
export function raiseSubjectEpoch(userId: string, spare: string | null): Statement {
  return spare === null
    ? { sql: raiseEpoch, params: [userId] }
    : { sql: raiseEpochSparing, params: [spare, spare, userId] }
}

/** Shuts the user out. Answers with the subject's row. */
export function disableSubject(userId: string, now: number): Statement {
  return { sql: disable, params: [now, userId] }
}

/** Notes beside the user what their subject row says, for lists and counts in the order of names. */
function markUserDisabled(userId: string, isDisabled: boolean): Statement {
  return { sql: markUser, params: [Number(isDisabled), userId] }
}

/** Outdates the user's access tokens. Answers with the subject's row. */
export function raiseSubjectRevision(userId: string): Statement {
  return { sql: raiseRevision, params: [userId] }
}

/** Runs a statement that raises something of a subject, and makes it known. Null when there is no such subject. */
export function* changeSubject(statement: Statement, append: Append, now: number): Steps<Subject | null> {
  const [row] = yield statement
  if (row === undefined) return null
  const subject = subjectOf(row)
  yield* append(userChanged(subject), now)
  return subject
}

export function createSqlSubjects(driver: Driver, append: Append): SubjectStore {
  return {
    async ensure(userId) {
      const known = await driver.read(findSubject(userId))
      if (known.value[0] !== undefined) return { value: subjectOf(known.value[0]), now: known.now }
      return driver.transact(function* () {
        yield ensureSubject(userId)
        return onlySubject(yield findSubject(userId))
      })
    },
    async find(userId) {
      return firstOf(await driver.read(findSubject(userId)), subjectOf)
    },
    raiseEpoch(userId, spare) {
      return driver.transact((now) => changeSubject(raiseSubjectEpoch(userId, spare), append, now))
    },
    raiseRevision(userId) {
      return driver.transact((now) => changeSubject(raiseSubjectRevision(userId), append, now))
    },
    disable(userId, keep) {
      return driver.transact(function* (now) {
        if (yield* isLastOf(userId, keep)) return 'last'
        yield markUserDisabled(userId, true)
        return yield* changeSubject(disableSubject(userId, now), append, now)
      })
    },
    enable(userId) {
      return driver.transact(function* () {
        yield markUserDisabled(userId, false)
        const [row] = yield { sql: enable, params: [userId] }
        return row === undefined ? null : subjectOf(row)
      })
    },
  }
}

/** The subject in the rows of a statement that always finds one. */
export function onlySubject(rows: readonly Row[]): Subject {
  const [row] = rows
  if (row === undefined) throw new Error('A subject row that was there a moment ago is gone.')
  return subjectOf(row)
}
