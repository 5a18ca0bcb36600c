// Session rows. Of many writers one wins, by the version in the WHERE clause; a deleted row is never written again.

import { isMove, sessionEnded, sessionMoved } from '../../domain/change.js'
import type { Json } from '../../domain/json.js'
import type { Session } from '../../domain/session.js'
import type { FoundSession, SessionData, SessionStore } from '../../ports/store.js'
import type { Append } from './append.js'
import type { Driver, Row, SqlValue, Statement } from './driver.js'
import {
  allOf,
  firstOf,
  integerOf,
  personOf,
  sessionOf,
  subjectColumns,
  subjectOf,
  textOf,
  wroteAny,
} from './rows.js'
import { sweep, sweepBatch } from './sweep.js'

/** What a session is born with, in the order of `lastingCells`. */
const lasting = [
  'user_id',
  'client_id',
  'seed',
  'created_at',
  'idle_seconds',
  'expires_at',
  'ip',
  'user_agent',
  'label',
]
// In the order of `changingCells`. `last_seen_at` is last because an update takes its value twice: to compare and to set.
const changing = [
  'mode',
  'purpose',
  'generation',
  'last_transition',
  'rotated_at',
  'epoch',
  'proven_at',
  'factors',
  'version',
  'last_seen_at',
]
const columns = [...lasting, ...changing]
const sessionColumns = ['id', ...columns].map((column) => `sessera_sessions.${column}`).join(', ')
const laterSeen = 'last_seen_at = CASE WHEN last_seen_at > ? THEN last_seen_at ELSE ? END'
const assignments = changing
  .map((column) => (column === 'last_seen_at' ? laterSeen : `${column} = ?`))
  .join(', ')

const insert = `INSERT INTO sessera_sessions (id, ${columns.join(', ')}, data, data_version)
  VALUES (?, ${columns.map(() => '?').join(', ')}, 'null', 1) ON CONFLICT (id) DO NOTHING`
const find = `SELECT ${sessionColumns}, ${subjectColumns}, sessera_users.username, sessera_users.roles,
  sessera_users.claims
  FROM sessera_sessions JOIN sessera_subjects ON sessera_subjects.user_id = sessera_sessions.user_id
  LEFT JOIN sessera_users ON sessera_users.id = sessera_sessions.user_id
  WHERE sessera_sessions.id = ?`
// Only what changes: an index on a column that is named here is written anew, even with the same value.
const replace = `UPDATE sessera_sessions SET ${assignments} WHERE id = ? AND version = ?`
const move = `${replace} RETURNING id`
const touch = `UPDATE sessera_sessions SET ${laterSeen} WHERE id = ?`
const end = `DELETE FROM sessera_sessions WHERE id = ? RETURNING ${sessionColumns}`
const endAll = `DELETE FROM sessera_sessions WHERE user_id = ? AND epoch < ? RETURNING ${sessionColumns}`
const endAllOthers = `DELETE FROM sessera_sessions WHERE user_id = ? AND epoch < ? AND id <> ?
  RETURNING ${sessionColumns}`
const list = `SELECT ${sessionColumns} FROM sessera_sessions WHERE user_id = ?
  ORDER BY last_seen_at DESC, created_at DESC, id`
const endEvery = `DELETE FROM sessera_sessions WHERE user_id = ? RETURNING ${sessionColumns}`
const readData = 'SELECT data, data_version FROM sessera_sessions WHERE id = ?'
const writeData = `UPDATE sessera_sessions SET data = ?, data_version = data_version + 1
  WHERE id = ? AND data_version = ?`

// Two selects, because an index serves each, and none would serve an OR of both.
const removeExpired = `DELETE FROM sessera_sessions WHERE id IN (
  SELECT id FROM sessera_sessions WHERE expires_at <= ?
  UNION ALL SELECT id FROM sessera_sessions WHERE last_seen_at + idle_seconds * 1000 <= ?
  LIMIT ${sweepBatch}) RETURNING id`

export function createSqlSessions(driver: Driver, append: Append): SessionStore {
  return {
    async create(session) {
      const params = [session.id, ...lastingCells(session), ...changingCells(session)]
      return wroteAny(await driver.change(() => ({ sql: insert, params })))
    },
    async find(id) {
      return firstOf(await driver.read({ sql: find, params: [id] }), foundOf)
    },
    async replace(next, expectedVersion) {
      const paramsAt = (now: number): SqlValue[] => [
        ...changingCells({ ...next, rotatedAt: now }),
        next.lastSeenAt,
        next.id,
        expectedVersion,
      ]
      if (!isMove(next))
        return wroteAny(await driver.change((now) => ({ sql: replace, params: paramsAt(now) })))
      return await driver.transact(function* (now) {
        const moved = yield { sql: move, params: paramsAt(now) }
        if (moved.length === 0) return false
        yield* append(sessionMoved(next), now)
        return true
      })
    },
    async touch(id, seenAt) {
      return wroteAny(await driver.change(() => ({ sql: touch, params: [seenAt, seenAt, id] })))
    },
    end(id) {
      return driver.transact(function* (now) {
        const [row] = yield endSession(id)
        if (row === undefined) return null
        const session = sessionOf(row)
        yield* append(sessionEnded(session), now)
        return session
      })
    },
    async endAll(userId, except, belowEpoch) {
      const statement =
        except === null
          ? { sql: endAll, params: [userId, belowEpoch] }
          : { sql: endAllOthers, params: [userId, belowEpoch, except] }
      return allOf(await driver.write(statement), sessionOf)
    },
    endBeyond(userId, most, spare) {
      return driver.transact(function* (now) {
        const sessions = (yield { sql: list, params: [userId] }).map(sessionOf)
        const spared = sessions.filter(({ id }) => id === spare)
        const others = sessions.filter(({ id }) => id !== spare)
        const ended = others.slice(most - spared.length)
        for (const { id } of ended) yield endSession(id)
        for (const session of ended) yield* append(sessionEnded(session), now)
        return ended
      })
    },
    async list(userId) {
      return allOf(await driver.read({ sql: list, params: [userId] }), sessionOf)
    },
    async readData(id) {
      return firstOf(await driver.read({ sql: readData, params: [id] }), sessionDataOf)
    },
    async writeData(id, data, expectedVersion) {
      const params = [JSON.stringify(data), id, expectedVersion]
      return wroteAny(await driver.change(() => ({ sql: writeData, params })))
    },
    removeExpired(at) {
      return sweep(driver, { sql: removeExpired, params: [at, at] })
    },
  }
}

/** Removes the session. Answers with its row, if there was one. */
export function endSession(id: string): Statement {
  return { sql: end, params: [id] }
}

/** Removes all of the user's. Answers with their rows: `sessionOf`. */
export function endEverySession(userId: string): Statement {
  return { sql: endEvery, params: [userId] }
}

function lastingCells(session: Session): SqlValue[] {
  return [
    session.userId,
    session.clientId,
    session.seed,
    session.createdAt,
    session.idleSeconds,
    session.expiresAt,
    session.ip,
    session.userAgent,
    session.label,
  ]
}

function changingCells(session: Session): SqlValue[] {
  return [
    session.mode,
    session.purpose,
    session.generation,
    session.lastTransition,
    session.rotatedAt,
    session.epoch,
    session.provenAt,
    JSON.stringify(session.factors),
    session.version,
    session.lastSeenAt,
  ]
}

function foundOf(row: Row): FoundSession {
  return { session: sessionOf(row), subject: subjectOf(row), user: personOf(row) }
}

function sessionDataOf(row: Row): SessionData {
  const data: Json = JSON.parse(textOf(row, 'data'))
  return { data, version: integerOf(row, 'data_version') }
}
