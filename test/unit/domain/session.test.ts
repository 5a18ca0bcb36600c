// Whether a session, its subject and what was issued for them still count: rules without a store or a clock.

import { describe, expect, test } from 'vitest'
import {
  purposeOf,
  type Session,
  type SessionState,
  stateOf,
  touchIntervalMs,
} from '../../../packages/sessera/src/domain/session.js'
import { checkRoles, isOutranked, type Subject } from '../../../packages/sessera/src/domain/user.js'
import { sessionRecord } from '../../../packages/sessera/src/testing/store-cases/records.js'

const now = 10_000_000
const session: Session = sessionRecord({
  id: 'mine',
  epoch: 3,
  lastSeenAt: now,
  idleSeconds: 60,
  expiresAt: now + 1000_000,
})
const subject: Subject = { userId: session.userId, epoch: 3, revision: 1, disabledAt: null, spared: null }

interface Row {
  readonly is: SessionState
  readonly why: string
  readonly at?: number
  readonly session?: Partial<Session>
  readonly subject?: Partial<Subject>
}

const rows: readonly Row[] = [
  { is: 'live', why: 'fresh' },
  {
    is: 'live',
    why: 'the last ms before the absolute end',
    at: session.expiresAt - 1,
    session: { idleSeconds: 10_000 },
  },
  { is: 'expired', why: 'at the absolute end', at: session.expiresAt, session: { idleSeconds: 10_000 } },
  {
    is: 'expired',
    why: 'in use, but past the absolute end',
    at: session.expiresAt,
    session: { lastSeenAt: session.expiresAt },
  },
  { is: 'live', why: 'the last ms before the idle end', at: now + 59_999 },
  { is: 'idle', why: 'at the idle end', at: now + 60_000 },
  { is: 'outranked', why: 'the epoch was raised', subject: { epoch: 4 } },
  { is: 'live', why: 'a store that was restored has a lower epoch', subject: { epoch: 2 } },
  {
    is: 'live',
    why: 'spared by the raise',
    subject: { epoch: 4, spared: { sessionId: 'mine', fromEpoch: 3 } },
  },
  {
    is: 'outranked',
    why: 'spared, but from later on',
    subject: { epoch: 5, spared: { sessionId: 'mine', fromEpoch: 4 } },
  },
  {
    is: 'outranked',
    why: 'another was spared',
    subject: { epoch: 4, spared: { sessionId: 'other', fromEpoch: 3 } },
  },
  { is: 'disabled', why: 'the user is disabled', subject: { disabledAt: now - 1 } },
  { is: 'disabled', why: 'the user is disabled in the future', subject: { disabledAt: now + 1 } },
  {
    is: 'disabled',
    why: 'disabled outweighs spared',
    subject: { disabledAt: 1, epoch: 4, spared: { sessionId: 'mine', fromEpoch: 1 } },
  },
  { is: 'live', why: 'a revision ends no session', subject: { revision: 9 } },
]

describe('stateOf', () => {
  test.each(rows)('$is: $why', (row) => {
    const record = { session: { ...session, ...row.session }, subject: { ...subject, ...row.subject } }
    expect(stateOf(record, row.at ?? now)).toBe(row.is)
  })
})

describe('isOutranked follows a chain of raises that spare', () => {
  const chains: readonly {
    readonly spared: readonly (string | null)[]
    readonly alive: readonly string[]
  }[] = [
    { spared: [], alive: ['a', 'b'] },
    { spared: [null], alive: [] },
    { spared: ['a'], alive: ['a'] },
    { spared: ['a', 'a'], alive: ['a'] },
    { spared: ['a', 'b'], alive: [] },
    { spared: ['a', null], alive: [] },
    { spared: ['a', null, 'a'], alive: [] },
    { spared: ['a', 'b', 'a'], alive: [] },
  ]
  test.each(chains)('sparing $spared leaves $alive', ({ spared, alive }) => {
    let after: Subject = { ...subject, epoch: 1 }
    for (const spare of spared) {
      const fromEpoch = after.spared?.sessionId === spare ? after.spared.fromEpoch : after.epoch
      after = {
        ...after,
        epoch: after.epoch + 1,
        spared: spare === null ? null : { sessionId: spare, fromEpoch },
      }
    }
    const left = ['a', 'b'].filter((sessionId) => !isOutranked(after, { sessionId, epoch: 1 }))
    expect(left).toEqual(alive)
  })
})

test.each([
  { idleSeconds: 3600, after: 59_999, due: false },
  { idleSeconds: 3600, after: 60_000, due: true },
  { idleSeconds: 60, after: 5_999, due: false },
  { idleSeconds: 60, after: 6_000, due: true },
])(
  'use is written down after min(60 s, idle/10): idle $idleSeconds s, $after ms → $due',
  ({ idleSeconds, after, due }) => {
    expect(after >= touchIntervalMs(idleSeconds * 1000)).toBe(due)
  },
)

test.each([
  ['session', 'session'],
  ['hybrid', 'session'],
  ['token', 'refresh'],
] as const)('mode %s is held by a %s handle', (mode, purpose) => {
  expect(purposeOf(mode)).toBe(purpose)
})

describe('checkRoles', () => {
  const thirtyTwo = Array.from({ length: 32 }, (_, index) => `role-${index}`)
  test.each([[], ['a'], ['x'.repeat(64)], thirtyTwo])('takes %j', (...roles) => {
    expect(checkRoles(roles)).toEqual(roles)
  })
  test.each([
    [['']],
    [['a b']],
    [['a', 'a']],
    [['x'.repeat(65)]],
    [['rôle']],
    [['a\nb']],
    [[...thirtyTwo, 'one more']],
    [[...thirtyTwo, 'extra']],
  ])('refuses %j', (roles) => {
    expect(() => checkRoles(roles)).toThrow('at most 32 different roles')
  })
})
