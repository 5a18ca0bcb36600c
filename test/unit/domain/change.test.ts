// How raises of the epoch combine: whatever any of them ended stays ended, and within one history nothing else does.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  afterLostChange,
  bothRaises,
  type Change,
  isMove,
  underDeployment,
} from '../../../packages/sessera/src/domain/change.js'
import type { Transition } from '../../../packages/sessera/src/domain/session.js'
import { isOutranked, type Spared, type Subject } from '../../../packages/sessera/src/domain/user.js'

const subject: Subject = { userId: 'u-1', epoch: 5, revision: 2, disabledAt: null, spared: null }

function spare(sessionId: string, fromEpoch: number): Spared {
  return { sessionId, fromEpoch }
}

const sessionIds = ['s-1', 's-2', 's-3']
const raises = fc.integer({ min: 1, max: 8 }).chain((epoch) =>
  fc.record({
    epoch: fc.constant(epoch),
    spared: fc.option(
      fc.record({
        sessionId: fc.constantFrom('s-1', 's-2'),
        fromEpoch: fc.integer({ min: 0, max: epoch - 1 }),
      }),
    ),
  }),
)

describe('two raises together', () => {
  test('end exactly what one or the other ends', () => {
    fc.assert(
      fc.property(raises, raises, (one, other) => {
        const both = { ...subject, ...bothRaises(one, other) }
        for (const sessionId of sessionIds) {
          for (let epoch = 0; epoch <= 9; epoch += 1) {
            const credential = { sessionId, epoch }
            expect(isOutranked(both, credential)).toBe(
              isOutranked({ ...subject, ...one }, credential) ||
                isOutranked({ ...subject, ...other }, credential),
            )
          }
        }
      }),
    )
  })

  test('are the same in either order, and once more changes nothing', () => {
    fc.assert(
      fc.property(raises, raises, (one, other) => {
        const both = bothRaises(one, other)
        expect(bothRaises(other, one)).toEqual(both)
        expect(bothRaises(both, one)).toEqual(both)
        expect(bothRaises(one, one)).toEqual(one)
      }),
    )
  })
})

describe('under the deployment’s epoch', () => {
  test.each<[string, Spared | null, number, Pick<Subject, 'epoch' | 'spared'>]>([
    ['a lower one changes nothing', spare('s-1', 3), 2, { epoch: 5, spared: spare('s-1', 3) }],
    ['a higher one spares nobody', spare('s-1', 3), 6, { epoch: 6, spared: null }],
    ['an equal one spares nobody', spare('s-1', 3), 5, { epoch: 5, spared: null }],
    [
      'one in between ends what was issued under it',
      spare('s-1', 3),
      4,
      { epoch: 5, spared: spare('s-1', 4) },
    ],
    ['a higher one raises', null, 9, { epoch: 9, spared: null }],
  ])('%s', (_, spared, deployment, expected) => {
    expect(underDeployment({ ...subject, spared }, deployment)).toEqual({ ...subject, ...expected })
  })
})

describe('after a lost change', () => {
  test.each<[string, Spared | null, Pick<Change, 'epoch' | 'revision'>, Pick<Subject, 'epoch' | 'revision'>]>(
    [
      ['of a lower epoch', null, { epoch: 4, revision: 1 }, { epoch: 6, revision: 2 }],
      ['of the same epoch', null, { epoch: 5, revision: 2 }, { epoch: 6, revision: 2 }],
      ['of a higher epoch', null, { epoch: 6, revision: 9 }, { epoch: 7, revision: 9 }],
      [
        'when a session was spared since',
        spare('s-2', 3),
        { epoch: 5, revision: 1 },
        { epoch: 6, revision: 2 },
      ],
      ['that says nothing of epochs', null, { epoch: null, revision: null }, { epoch: 6, revision: 2 }],
    ],
  )('%s, the epoch is above both and spares nobody', (_what, spared, lost, expected) => {
    expect(afterLostChange({ ...subject, disabledAt: 7, spared }, lost)).toEqual({
      ...subject,
      ...expected,
      disabledAt: 7,
    })
  })

  test('nothing issued in either history stands, and everything issued from then on', () => {
    fc.assert(
      fc.property(raises, raises, (here, lost) => {
        const after = afterLostChange({ ...subject, ...here }, { ...lost, revision: 1 })
        for (const sessionId of sessionIds) {
          for (let epoch = 0; epoch <= 9; epoch += 1) {
            expect(isOutranked(after, { sessionId, epoch })).toBe(epoch <= Math.max(here.epoch, lost.epoch))
          }
        }
      }),
    )
  })
})

test.each<[Transition, boolean]>([
  ['refresh', false],
  ['raise', true],
  ['exchange', true],
])('a session rewritten by a %s is a change: %s', (lastTransition, expected) => {
  expect(isMove({ lastTransition })).toBe(expected)
})
