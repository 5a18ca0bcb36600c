// The follower where the feed has another history than it knew: a horizon, a gap, a store that was failed over or restored.

import { describe, expect, test } from 'vitest'
import { createKnowledge } from '../../../packages/sessera/src/changes/knowledge.js'
import { ended, idOf, nonceOf, raised } from './entries.js'
import { createScene, history, knows } from './follower-scene.js'

describe('another history', () => {
  test('a first start with a horizon follows from there, in silence', async () => {
    const scene = createScene()
    scene.script.horizon = 40
    scene.script.entries = history(3, 41)
    expect(await scene.follower.confirm()).toBe(true)
    expect([scene.applied, scene.warnings(), scene.script.reasserted]).toEqual([[41, 42, 43], 0, []])
  })

  test('a first start with a horizon and nothing behind it is at the head at once', async () => {
    const scene = createScene()
    scene.script.horizon = 40
    expect(await scene.follower.confirm()).toBe(true)
    expect([scene.follower.position().seq, scene.script.reads]).toEqual([40, [0, 40]])
  })

  test('is told of what is over in this very instant, for it may still count', async () => {
    const scene = createScene()
    const keepUntil = scene.clock.now() + 500
    scene.script.entries = [ended(1, 'early', { keepUntil })]
    await scene.follower.confirm()
    scene.clock.advance(500)
    scene.script.entries = []
    await scene.follower.confirm()
    expect(scene.script.reasserted.flat().map(({ nonce }) => nonce)).toEqual([nonceOf(1)])
  })

  test.each([
    ['shorter', () => history(3)],
    ['of the same length', () => [...history(3), ...history(2, 4, 'other')]],
    ['longer', () => [...history(3), ...history(9, 4, 'other')]],
  ])(
    'that is %s: acceptances go, revocations stay, the store is told, the rest is replayed',
    async (_what, other) => {
      const scene = createScene()
      scene.script.entries = history(5)
      await scene.follower.confirm()
      const before = scene.follower.position()
      scene.script.entries = other()
      expect(await scene.follower.confirm()).toBe(true)
      expect([scene.lost(), scene.warnings()]).toEqual([1, 1])
      expect(scene.script.reasserted.flat().map(({ nonce }) => nonce)).toEqual([nonceOf(4), nonceOf(5)])
      for (const { subject } of [...history(5), ...other()]) {
        const stamp = { userId: 'nobody', mode: 'session', epoch: 9, revision: 9, issuedAt: 0 } as const
        expect(scene.revocations.refuses({ sessionId: subject, ...stamp })).toBe(true)
      }
      const knowledge = createKnowledge(scene.follower, scene.lease, scene.revocations)
      expect(knowledge.admits(idOf('unheard of'), 'ada', before)).toBe(false)
      expect(knowledge.admits(idOf('unheard of'), 'ada', knowledge.position())).toBe(true)
      const { length } = scene.script.reads
      await scene.follower.confirm()
      expect(scene.script.reads).toHaveLength(length + 1)
      expect(scene.script.reasserted).toHaveLength(1)
    },
  )

  test('a gap in the entries is one', async () => {
    const scene = createScene()
    scene.script.entries = history(2)
    await scene.follower.confirm()
    const page = scene.script.entries
    scene.script.entries = [...page, ended(4, 'late')]
    scene.script.onTheWay = () => {
      scene.script.entries = [...page, ended(3, 'early'), ended(4, 'late')]
    }
    expect(await scene.follower.confirm()).toBe(true)
    expect([scene.lost(), knows(scene, 'early'), knows(scene, 'late')]).toEqual([1, true, true])
  })

  test('gives no right to rely on it before it is followed to its head', async () => {
    const scene = createScene()
    scene.script.entries = history(5)
    await scene.follower.confirm()
    scene.script.entries = history(3)
    const live: boolean[] = []
    scene.script.onTheWay = () => void live.push(scene.lease.isLive())
    await scene.follower.confirm()
    expect(live).toEqual([true, false, false])
    expect(scene.lease.isLive()).toBe(true)
  })

  test('is told what it lost even if the first attempt fails', async () => {
    const scene = createScene()
    scene.script.entries = history(5)
    await scene.follower.confirm()
    scene.script.entries = history(3)
    let reads = 0
    scene.script.atTheStore = () => {
      if (++reads === 2) throw new Error('The new primary is not ready.')
    }
    expect(await scene.follower.confirm()).toBe(false)
    expect(await scene.follower.confirm()).toBe(true)
    expect(scene.script.reasserted.flat().map(({ nonce }) => nonce)).toEqual([nonceOf(4), nonceOf(5)])
  })

  test('that replaces another while it is replayed is followed from its own beginning', async () => {
    const scene = createScene()
    scene.script.entries = history(2)
    await scene.follower.confirm()
    scene.script.entries = history(1500, 1, 'second')
    let reads = 0
    scene.script.atTheStore = () => {
      if (++reads === 3) scene.script.entries = history(1500, 1, 'third')
    }
    expect(await scene.follower.confirm()).toBe(true)
    expect([knows(scene, 'third1'), knows(scene, 'third999'), knows(scene, 'third1500')]).toEqual([
      true,
      true,
      true,
    ])
  })

  test.each([
    ['behind the horizon', 6],
    ['just before the entry that follows the horizon', 3],
  ])('a follower %s starts from there, and tells nothing that was pruned as over', async (_what, horizon) => {
    const scene = createScene()
    scene.script.entries = history(3).map((change) => ({ ...change, keepUntil: scene.clock.now() + 5000 }))
    await scene.follower.confirm()
    scene.clock.advance(5001)
    scene.script.horizon = horizon
    scene.script.entries = history(2, horizon + 1)
    expect(await scene.follower.confirm()).toBe(true)
    expect([scene.lost(), scene.script.reasserted]).toEqual([1, []])
    expect(scene.applied).toEqual([1, 2, 3, horizon + 1, horizon + 2])
  })

  test('keeps the epoch of a user who is lower there', async () => {
    const scene = createScene()
    scene.script.entries = [raised(1, 'ada', { epoch: 7, revision: 7 })]
    await scene.follower.confirm()
    scene.script.entries = [raised(1, 'ada', { epoch: 2, revision: 2, nonce: nonceOf(1, 'other') })]
    await scene.follower.confirm()
    const token = {
      sessionId: idOf('s'),
      userId: 'ada',
      mode: 'token',
      epoch: 6,
      revision: 7,
      issuedAt: 0,
    } as const
    expect(scene.revocations.refuses(token)).toBe(true)
    expect(scene.script.reasserted.flat()).toMatchObject([
      { kind: 'user', subject: 'ada', epoch: 7, revision: 7 },
    ])
  })
})
