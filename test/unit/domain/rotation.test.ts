// Every row of what a presented handle can mean, at and around the edge of the grace.

import { describe, expect, test } from 'vitest'
import { type Standing, standingOf } from '../../../packages/sessera/src/domain/rotation.js'
import type { Purpose, Transition } from '../../../packages/sessera/src/domain/session.js'

const graceMs = 10_000
const rotatedAt = 1_000_000

interface Row {
  readonly is: Standing
  readonly presented: Purpose
  /** How many generations behind the record. */
  readonly behind: number
  readonly record: Purpose
  readonly by: Transition
  /** Ms since the rotation. */
  readonly after: number
}

function judge({ presented, behind, record, by, after }: Omit<Row, 'is'>, grace = graceMs): Standing {
  return standingOf(
    { purpose: record, generation: 5, lastTransition: by, rotatedAt },
    { purpose: presented, generation: 5 - behind },
    { now: rotatedAt + after, graceMs: grace },
  )
}

const inside = graceMs - 1
const rows: readonly Row[] = [
  // The latest handle.
  { is: 'young', presented: 'refresh', behind: 0, record: 'refresh', by: 'refresh', after: 0 },
  { is: 'young', presented: 'refresh', behind: 0, record: 'refresh', by: 'refresh', after: inside },
  { is: 'current', presented: 'refresh', behind: 0, record: 'refresh', by: 'refresh', after: graceMs },
  { is: 'young', presented: 'session', behind: 0, record: 'session', by: 'raise', after: inside },
  { is: 'current', presented: 'session', behind: 0, record: 'session', by: 'exchange', after: graceMs },
  // The one before, after a refresh.
  { is: 'replay', presented: 'refresh', behind: 1, record: 'refresh', by: 'refresh', after: 0 },
  { is: 'replay', presented: 'refresh', behind: 1, record: 'refresh', by: 'refresh', after: inside },
  { is: 'theft', presented: 'refresh', behind: 1, record: 'refresh', by: 'refresh', after: graceMs },
  // The one before, after a raise or an exchange.
  { is: 'moved', presented: 'refresh', behind: 1, record: 'refresh', by: 'raise', after: inside },
  { is: 'stale', presented: 'refresh', behind: 1, record: 'refresh', by: 'raise', after: graceMs },
  { is: 'moved', presented: 'session', behind: 1, record: 'session', by: 'raise', after: inside },
  { is: 'stale', presented: 'session', behind: 1, record: 'session', by: 'raise', after: graceMs },
  { is: 'moved', presented: 'session', behind: 1, record: 'refresh', by: 'exchange', after: inside },
  { is: 'stale', presented: 'session', behind: 1, record: 'refresh', by: 'exchange', after: graceMs },
  { is: 'moved', presented: 'refresh', behind: 1, record: 'session', by: 'exchange', after: inside },
  { is: 'stale', presented: 'refresh', behind: 1, record: 'session', by: 'exchange', after: graceMs },
  // Older ones.
  { is: 'stale', presented: 'refresh', behind: 2, record: 'refresh', by: 'refresh', after: inside },
  { is: 'theft', presented: 'refresh', behind: 2, record: 'refresh', by: 'refresh', after: graceMs },
  { is: 'theft', presented: 'refresh', behind: 4, record: 'session', by: 'exchange', after: graceMs },
  { is: 'stale', presented: 'session', behind: 2, record: 'session', by: 'raise', after: graceMs },
  { is: 'stale', presented: 'session', behind: 2, record: 'refresh', by: 'refresh', after: graceMs },
  { is: 'stale', presented: 'session', behind: 1, record: 'refresh', by: 'refresh', after: inside },
  { is: 'stale', presented: 'session', behind: 1, record: 'refresh', by: 'refresh', after: graceMs },
  // Newer than the record.
  { is: 'ahead', presented: 'refresh', behind: -1, record: 'refresh', by: 'refresh', after: 0 },
  { is: 'ahead', presented: 'session', behind: -3, record: 'session', by: 'raise', after: graceMs },
  { is: 'stale', presented: 'session', behind: -1, record: 'refresh', by: 'refresh', after: 0 },
  { is: 'stale', presented: 'refresh', behind: -1, record: 'session', by: 'raise', after: 0 },
  // The latest generation under the other purpose was never issued.
  { is: 'stale', presented: 'session', behind: 0, record: 'refresh', by: 'exchange', after: 0 },
  { is: 'stale', presented: 'refresh', behind: 0, record: 'session', by: 'exchange', after: graceMs },
  // The store's clock was set back since the rotation.
  { is: 'replay', presented: 'refresh', behind: 1, record: 'refresh', by: 'refresh', after: -inside },
  { is: 'theft', presented: 'refresh', behind: 1, record: 'refresh', by: 'refresh', after: -graceMs },
  { is: 'current', presented: 'refresh', behind: 0, record: 'refresh', by: 'refresh', after: -3_600_000 },
  { is: 'stale', presented: 'session', behind: 1, record: 'session', by: 'raise', after: -3_600_000 },
]

describe('standingOf', () => {
  test.each(rows)('$is: a $presented handle $behind behind a $record record $after ms after a $by', (row) => {
    expect(judge(row)).toBe(row.is)
  })

  test('with a grace of 0 nothing is young, replayed or moved, even at the very moment', () => {
    const standings = rows.filter(({ after }) => after >= 0).map((row) => judge({ ...row, after: 0 }, 0))
    expect(new Set(standings)).toEqual(new Set(['current', 'ahead', 'stale', 'theft']))
  })

  test('a session cookie is never called theft', () => {
    const cookies = rows.filter(({ presented }) => presented === 'session')
    expect(cookies.map(({ is }) => is)).not.toContain('theft')
  })
})
