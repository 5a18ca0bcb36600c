// The record of who did what. Its numbers come from one counter row, locked until the commit: they never come again, and
// whoever reads on from one misses none.

import type { AuditEvent } from '../../domain/audit.js'
import type { AuditQuery, AuditStore } from '../../ports/store.js'
import { and, type Condition, keepable } from './conditions.js'
import type { Driver, SqlValue, Statement } from './driver.js'
import { allOf, integerOf, recordedOf } from './rows.js'
import { sweep, sweepBatch } from './sweep.js'

// In the order of `cells`.
const columns = [
  'seq',
  'happened_at',
  'name',
  'actor_id',
  'user_id',
  'session_id',
  'ip',
  'user_agent',
  'request_id',
  'cause',
].join(', ')

const count = 'UPDATE sessera_audit_counter SET last = last + ? WHERE id = 1 RETURNING last'
const insert = `INSERT INTO sessera_audit (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
const removeBefore = `DELETE FROM sessera_audit WHERE seq IN (
  SELECT seq FROM sessera_audit WHERE happened_at < ? LIMIT ${sweepBatch}) RETURNING seq`

export function createSqlAudit(driver: Driver): AuditStore {
  return {
    append(events) {
      return driver.transact(function* () {
        const [row] = yield { sql: count, params: [events.length] }
        if (row === undefined) throw new Error('The counter row of the audit record is gone.')
        const first = integerOf(row, 'last') - events.length + 1
        for (const [index, event] of events.entries()) {
          yield { sql: insert, params: cells(event, first + index) }
        }
      })
    },
    async list(query) {
      return allOf(await driver.read(selectLines(query)), recordedOf)
    },
    removeBefore(at) {
      return sweep(driver, { sql: removeBefore, params: [at] })
    },
  }
}

function cells(event: AuditEvent, seq: number): SqlValue[] {
  return [
    seq,
    event.at,
    event.name,
    event.actorId,
    event.userId,
    event.sessionId,
    event.ip,
    event.userAgent,
    event.requestId,
    event.cause,
  ]
}

function selectLines({ order, after, limit, userId, name, since, until }: AuditQuery): Statement {
  const [direction, beyond] = order === 'newest' ? ['DESC', '<'] : ['ASC', '>']
  const end = `ORDER BY seq ${direction} LIMIT ?`
  const conditions: Condition[] = []
  if (after !== null) conditions.push({ sql: `seq ${beyond} ?`, params: [after] })
  if (name !== null) conditions.push({ sql: 'name = ?', params: [name] })
  if (since !== null) conditions.push({ sql: 'happened_at >= ?', params: [since] })
  if (until !== null) conditions.push({ sql: 'happened_at < ?', params: [until] })
  const lines = (whose: readonly Condition[]): Statement => {
    const { sql, params } = and([...whose, ...conditions])
    return { sql: `SELECT ${columns} FROM sessera_audit ${sql} ${end}`, params: [...params, limit] }
  }
  if (userId === null) return lines([])
  // Two selects, because an index serves each, and none would serve an OR of both.
  const did = lines([keepable(userId, 'actor_id = ?')])
  const had = lines([keepable(userId, 'user_id = ?')])
  return {
    sql: `SELECT * FROM (${did.sql}) AS did UNION SELECT * FROM (${had.sql}) AS had ${end}`,
    params: [...did.params, ...had.params, limit],
  }
}
