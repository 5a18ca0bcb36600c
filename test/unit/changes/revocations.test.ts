// What is known of changes decides on every token and every fill.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createRevocations, type Stamped } from '../../../packages/sessera/src/changes/revocations.js'
import type { Change } from '../../../packages/sessera/src/domain/change.js'
import type { Mode } from '../../../packages/sessera/src/domain/principal.js'
import { ended, everyone, idOf, moved, nonceOf, raised } from './entries.js'

function knowing(...changes: readonly Change[]): ReturnType<typeof createRevocations> {
  const revocations = createRevocations()
  for (const change of changes) revocations.apply(change)
  return revocations
}

function stamp(more: Partial<Stamped> = {}): Stamped {
  return { sessionId: idOf('s'), userId: 'ada', mode: 'token', epoch: 3, revision: 3, issuedAt: 7, ...more }
}

const spares = (name: string, fromEpoch: number): Partial<Change> => ({
  spared: { sessionId: idOf(name), fromEpoch },
})

describe('a token is refused', () => {
  const table: readonly (readonly [string, readonly Change[], boolean])[] = [
    ['when nothing is known', [], false],
    ['when its session ended', [ended(1, 's')], true],
    ['when its session ended, whatever mode is told with it', [ended(1, 's', { mode: 'token' })], true],
    ['when another session ended', [ended(1, 't')], false],
    ['when its session is held another way now', [moved(1, 's', { mode: 'session' })], true],
    ['when its session was raised and is held as before', [moved(1, 's', { mode: 'token' })], false],
    [
      'when its session moved away and back before it was issued',
      [moved(1, 's', { at: 1000 }), moved(2, 's', { mode: 'token', at: 7999 })],
      false,
    ],
    [
      'when its session moved away and back after it was issued',
      [moved(1, 's', { at: 7000 }), moved(2, 's', { mode: 'token', at: 8000 })],
      true,
    ],
    [
      'when its session moved away and back after it was issued, and was raised since',
      [
        moved(1, 's', { at: 7000 }),
        moved(2, 's', { mode: 'token', at: 8000 }),
        moved(3, 's', { mode: 'token' }),
      ],
      true,
    ],
    [
      'when its session was raised after it was issued, having moved before',
      [moved(1, 's'), moved(2, 's', { mode: 'token', at: 5000 }), moved(3, 's', { mode: 'token', at: 9000 })],
      false,
    ],
    ['when its session moved, then ended', [moved(1, 's', { mode: 'token' }), ended(2, 's')], true],
    ['when its session ended, whatever comes later', [ended(1, 's'), moved(2, 's', { mode: 'token' })], true],
    ['under a lower epoch', [raised(1, 'ada', { epoch: 4 })], true],
    ['under the same epoch', [raised(1, 'ada', { epoch: 3, revision: 3 })], false],
    ['under a lower revision', [raised(1, 'ada', { epoch: 3, revision: 4 })], true],
    [
      'under a lower revision than another history told of',
      [raised(1, 'ada', { epoch: 3, revision: 4 }), raised(2, 'ada', { epoch: 3, revision: 3 })],
      true,
    ],
    ['when somebody else was raised', [raised(1, 'bob', { epoch: 9, revision: 9 })], false],
    ['when its session was spared', [raised(1, 'ada', { epoch: 4, ...spares('s', 3) })], false],
    ['when another was spared', [raised(1, 'ada', { epoch: 4, ...spares('t', 3) })], true],
    ['when it is older than what was spared', [raised(1, 'ada', { epoch: 5, ...spares('s', 4) })], true],
    [
      'when it was spared, and its roles changed',
      [raised(1, 'ada', { epoch: 4, revision: 4, ...spares('s', 3) })],
      true,
    ],
    [
      'when it was spared twice in a row',
      [raised(1, 'ada', { epoch: 4, ...spares('s', 3) }), raised(2, 'ada', { epoch: 5, ...spares('s', 3) })],
      false,
    ],
    [
      'when it was spared, then another was',
      [raised(1, 'ada', { epoch: 4, ...spares('s', 3) }), raised(2, 'ada', { epoch: 5, ...spares('t', 4) })],
      true,
    ],
    [
      'when an earlier history, told again, spares it and the later does not',
      [raised(5, 'ada', { epoch: 5 }), raised(2, 'ada', { epoch: 4, ...spares('s', 3) })],
      true,
    ],
    [
      'when two histories raised to the same height and one of them spared it',
      [raised(5, 'ada', { epoch: 4 }), raised(2, 'ada', { epoch: 4, ...spares('s', 3) })],
      true,
    ],
    [
      'when they did so the other way round',
      [raised(2, 'ada', { epoch: 4, ...spares('s', 3) }), raised(5, 'ada', { epoch: 4 })],
      true,
    ],
    [
      'when they did so at the same place',
      [raised(2, 'ada', { epoch: 4 }), raised(2, 'ada', { epoch: 4, ...spares('s', 3) })],
      true,
    ],
    ['when everyone was ended', [everyone(1, 4)], true],
    ['when it was issued after everyone was ended', [everyone(1, 3)], false],
    ['when everyone was ended at two heights, told in either order', [everyone(2, 4), everyone(1, 2)], true],
    ['by no change of keys', [{ ...ended(1, 's'), kind: 'keys' }], false],
  ]
  test.each(table)('%s', (_what, changes, refused) => {
    expect(knowing(...changes).refuses(stamp())).toBe(refused)
  })
})

describe('what was read after position 5 may be remembered', () => {
  const table: readonly (readonly [string, readonly Change[], boolean])[] = [
    ['when nothing is known', [], true],
    ['unless the session ended since', [ended(6, 's')], false],
    ['unless the session ever ended', [ended(1, 's')], false],
    ['when the session moved before', [moved(5, 's')], true],
    ['unless the session moved since', [moved(6, 's')], false],
    ['when the user changed before', [raised(5, 'ada')], true],
    ['unless the user changed since', [raised(6, 'ada')], false],
    ['when everyone was ended before', [everyone(5, 2)], true],
    ['unless everyone was ended since', [everyone(6, 2)], false],
    ['unless everyone was ended since, to the same height', [everyone(1, 2), everyone(6, 2)], false],
    ['when keys changed since', [{ ...ended(6, ''), kind: 'keys' }], true],
    ['when others changed since', [ended(6, 't'), raised(7, 'bob')], true],
  ]
  test.each(table)('%s', (_what, changes, admitted) => {
    expect(knowing(...changes).admits(idOf('s'), 'ada', 5)).toBe(admitted)
  })
})

describe('over several segments', () => {
  const many = 9000

  test('every session that ended is refused, none that did not, and all of them can be told again', () => {
    const revocations = createRevocations()
    for (let seq = 1; seq <= many; seq++) revocations.apply(ended(seq, seq))
    for (let name = 1; name <= many; name++) {
      if (!revocations.refuses(stamp({ sessionId: idOf(name) }))) throw new Error(`${name} is not refused.`)
    }
    expect(revocations.refuses(stamp({ sessionId: idOf(many + 1) }))).toBe(false)
    expect(revocations.size).toBe(many)
    const told = new Map([...revocations.known()].map(({ subject, nonce }) => [subject, nonce]))
    expect(told.size).toBe(many)
    for (const seq of [1, 4096, 4097, many]) expect(told.get(idOf(seq))).toBe(nonceOf(seq))
  })

  test('of one that moved in both the later move counts', () => {
    const revocations = knowing(moved(1, 's', { mode: 'session', at: 1000 }))
    for (let seq = 2; seq <= 4097; seq++) revocations.apply(ended(seq, seq))
    revocations.apply(moved(4098, 's', { mode: 'token', at: 7000 }))
    expect(revocations.refuses(stamp({ mode: 'token', issuedAt: 7 }))).toBe(false)
    expect(revocations.refuses(stamp({ mode: 'token', issuedAt: 6 }))).toBe(true)
    expect(revocations.refuses(stamp({ mode: 'session', issuedAt: 7 }))).toBe(true)
    expect([4097, 4098].map((since) => revocations.admits(idOf('s'), 'ada', since))).toEqual([false, true])
  })

  test('what moved in one and ended in another has ended, in either order', () => {
    const revocations = knowing(moved(1, 'first', { mode: 'token' }), ended(2, 'second'))
    for (let seq = 3; seq <= 5000; seq++) revocations.apply(ended(seq, seq))
    revocations.apply(ended(5001, 'first'))
    revocations.apply(moved(5002, 'second', { mode: 'token' }))
    for (const name of ['first', 'second'])
      expect(revocations.refuses(stamp({ sessionId: idOf(name) }))).toBe(true)
  })
})

test('agrees with a plain map on any sequence', { timeout: 30_000 }, () => {
  const names = ['a', 'b', 'c'] as const
  const modes: readonly Mode[] = ['session', 'token', 'hybrid']
  const event = fc.record({
    kind: fc.constantFrom('end', 'move', 'raise', 'revise', 'everyone', 'crowd'),
    name: fc.constantFrom(...names),
    mode: fc.constantFrom(...modes),
    spare: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(event, { maxLength: 40 }), (events) => {
      const revocations = createRevocations()
      const sessions = new Map<string, { ended: boolean; mode: Mode }>()
      let [seq, epoch, revision, fromEpoch, deployment] = [0, 1, 1, Infinity, 1]
      let sparedName = ''
      let isKnown = false
      for (const { kind, name, mode, spare } of events) {
        seq++
        const before = sessions.get(name)
        isKnown ||= kind === 'raise' || kind === 'revise'
        if (kind === 'end') {
          revocations.apply(ended(seq, name))
          sessions.set(name, { ended: true, mode })
        } else if (kind === 'move') {
          revocations.apply(moved(seq, name, { mode }))
          sessions.set(name, { ended: before?.ended ?? false, mode })
        } else if (kind === 'raise') {
          fromEpoch = spare ? (sparedName === name ? Math.min(fromEpoch, epoch) : epoch) : Infinity
          sparedName = spare ? name : ''
          epoch++
          revocations.apply(
            raised(seq, 'ada', { epoch, revision, ...(spare ? spares(name, fromEpoch) : {}) }),
          )
        } else if (kind === 'revise') {
          revision++
          const spared = sparedName === '' ? {} : spares(sparedName, fromEpoch)
          revocations.apply(raised(seq, 'ada', { epoch, revision, ...spared }))
        } else if (kind === 'everyone') {
          revocations.apply(everyone(seq, ++deployment))
        } else {
          for (let extra = 0; extra < 1500; extra++) revocations.apply(ended(seq++, `crowd ${seq}`))
        }
      }
      for (const name of names) {
        for (const mode of modes) {
          for (let at = 1; at <= Math.max(epoch, deployment); at++) {
            const session = sessions.get(name)
            const expected =
              at < deployment ||
              session?.ended === true ||
              (session !== undefined && session.mode !== mode) ||
              (at < epoch && !(sparedName === name && at >= fromEpoch))
            const token = { sessionId: idOf(name), userId: 'ada', mode, epoch: at, revision, issuedAt: 7 }
            expect([name, mode, at, revocations.refuses(token)]).toEqual([name, mode, at, expected])
            expect(revocations.refuses({ ...token, revision: revision - 1 })).toBe(expected || isKnown)
          }
        }
      }
    }),
    { numRuns: 40 },
  )
})

describe('forgetting', () => {
  test('drops what is over, and nothing before', () => {
    const revocations = knowing(
      ended(1, 's', { keepUntil: 100 }),
      raised(2, 'ada', { epoch: 9, keepUntil: 200 }),
      everyone(3, 2, { keepUntil: 300 }),
    )
    const sizes = [100, 101, 200, 201, 300, 301].map((now) => {
      revocations.forget(now)
      return revocations.size
    })
    expect(sizes).toEqual([3, 2, 2, 1, 1, 0])
  })

  test('keeps a session as long as any entry that shares its segment', () => {
    const revocations = knowing(ended(1, 's', { keepUntil: 100 }), ended(2, 't', { keepUntil: 200 }))
    revocations.forget(150)
    expect(revocations.refuses(stamp())).toBe(true)
  })

  test('drops a user that another, changed since, outlives', () => {
    const revocations = knowing(
      raised(1, 'ada', { keepUntil: 100 }),
      raised(2, 'bob', { keepUntil: 200 }),
      raised(3, 'ada', { keepUntil: 300 }),
    )
    revocations.forget(250)
    expect([...revocations.known()].map(({ subject }) => subject)).toEqual(['ada'])
  })

  test('keeps a user as long as the longest of what was told of them', () => {
    const revocations = knowing(
      raised(1, 'ada', { epoch: 9, keepUntil: 500 }),
      raised(2, 'ada', { keepUntil: 100 }),
    )
    revocations.forget(400)
    expect(revocations.refuses(stamp())).toBe(true)
  })
})

test('what is known is told again with every word of it', () => {
  const changes = [
    everyone(1, 2),
    raised(2, 'ada', { epoch: 4, revision: 2, ...spares('s', 3) }),
    moved(3, 'm', { mode: 'hybrid', keepUntil: 77 }),
    ended(4, 'e', { keepUntil: 88 }),
  ]
  const told = [...knowing(...changes).known()]
  expect(told).toHaveLength(4)
  told.forEach((change, at) => {
    const { userId: _userId, at: _at, ...lost } = changes[at] ?? everyone(0, 0)
    expect(change).toMatchObject(lost)
  })
})
