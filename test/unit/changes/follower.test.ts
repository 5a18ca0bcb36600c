// The follower against a feed that is written, delayed, cut and replaced by the test.

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createFollower, type Follower } from '../../../packages/sessera/src/changes/follower.js'
import { createKnowledge } from '../../../packages/sessera/src/changes/knowledge.js'
import { createLease, type Lease } from '../../../packages/sessera/src/changes/lease.js'
import { createRevocations, type Revocations } from '../../../packages/sessera/src/changes/revocations.js'
import type { Change, LostChange } from '../../../packages/sessera/src/domain/change.js'
import type { FeedStore } from '../../../packages/sessera/src/ports/store.js'
import { createFakeClock, type FakeClock } from '../../../packages/sessera/src/testing/fake-clock.js'
import { ended, idOf, nonceOf, raised } from './entries.js'

interface Script {
  entries: readonly Change[]
  horizon: number
  /** By how many entries the feed has grown whenever it is read. */
  growth: number
  /** How many places behind which each read began. */
  readonly reads: number[]
  readonly reasserted: (readonly LostChange[])[]
  /** Runs after the answer is made and before it arrives. */
  onTheWay: () => Promise<void> | void
  /** Runs before the answer is made. */
  atTheStore: () => Promise<void> | void
  /** What the entries ask for. */
  settle: () => Promise<void>
}

interface Scene {
  readonly clock: FakeClock
  readonly lease: Lease
  readonly revocations: Revocations
  readonly follower: Follower
  readonly script: Script
  readonly applied: number[]
  readonly lost: () => number
  readonly warnings: () => number
  /** What was logged, in order: notes and the errors of warnings. */
  readonly logged: unknown[]
}

function createScene(onDemand = true): Scene {
  const clock = createFakeClock()
  const lease = createLease(clock, 1000)
  const revocations = createRevocations()
  const applied: number[] = []
  let lost = 0
  let warnings = 0
  const logged: unknown[] = []
  const script: Script = {
    entries: [],
    horizon: 0,
    growth: 0,
    reads: [],
    reasserted: [],
    onTheWay: () => undefined,
    atTheStore: () => undefined,
    settle: async () => undefined,
  }
  const feed: FeedStore = {
    async read(after, limit) {
      script.reads.push(after)
      await script.atTheStore()
      const { entries, horizon } = script
      const value = {
        at: entries.find(({ seq }) => seq === after) ?? null,
        entries: entries.filter(({ seq }) => seq > after).slice(0, limit),
        head: (entries.at(-1)?.seq ?? horizon) + script.growth,
        horizon,
      }
      const now = clock.now()
      await script.onTheWay()
      return { value, now }
    },
    async reassert(changes) {
      script.reasserted.push(changes)
      let seq = script.entries.at(-1)?.seq ?? script.horizon
      const again = changes.map((change) => ({
        ...change,
        userId: null,
        at: 0,
        nonce: nonceOf(++seq, 'again'),
        seq,
      }))
      script.entries = [...script.entries, ...again]
      return { value: undefined, now: clock.now() }
    },
    prune: () => Promise.reject(new Error('A follower never prunes.')),
  }
  const follower = createFollower({
    feed,
    clock,
    lease,
    revocations,
    pollMs: 25,
    readMs: 1000,
    onDemand,
    log: {
      info: (message) => void logged.push(message),
      warn(_message, fields) {
        warnings++
        logged.push(fields?.['error'])
      },
      error: () => undefined,
    },
    applied: ({ seq }) => void applied.push(seq),
    settle: () => script.settle(),
    lost: () => void lost++,
  })
  return {
    clock,
    lease,
    revocations,
    follower,
    script,
    applied,
    lost: () => lost,
    warnings: () => warnings,
    logged,
  }
}

function history(length: number, from = 1, name = ''): readonly Change[] {
  return Array.from({ length }, (_, at) =>
    ended(from + at, `${name}${from + at}`, { nonce: nonceOf(from + at, name) }),
  )
}

function knows({ revocations }: Scene, name: string): boolean {
  return revocations.refuses({
    sessionId: idOf(name),
    userId: 'nobody',
    mode: 'session',
    epoch: 9,
    revision: 9,
    issuedAt: 0,
  })
}

function gate(): { readonly wait: () => Promise<void>; readonly open: () => void } {
  let open = (): void => undefined
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { wait: () => opened, open: () => open() }
}

describe('a read', () => {
  test('confirms by the moment it began, not when it was answered', async () => {
    const scene = createScene()
    scene.script.onTheWay = () => scene.clock.advance(600)
    expect(await scene.follower.confirm()).toBe(true)
    expect(scene.lease.age()).toBe(600)
  })

  test('that took longer than the lease lasts confirms nothing of use', async () => {
    const scene = createScene()
    scene.script.onTheWay = () => scene.clock.advance(1001)
    expect(await scene.follower.confirm()).toBe(false)
  })

  test('of several pages applies each entry once, in order, and counts from the last page', async () => {
    const scene = createScene()
    scene.script.entries = history(2500)
    scene.script.onTheWay = () => scene.clock.advance(200)
    expect(await scene.follower.confirm()).toBe(true)
    expect(scene.script.reads).toEqual([0, 1000, 2000])
    expect(scene.applied).toEqual(history(2500).map(({ seq }) => seq))
    expect(scene.lease.age()).toBe(200)
    await scene.follower.confirm()
    expect(scene.applied).toHaveLength(2500)
  })

  test('shared by a hundred callers is one', async () => {
    const scene = createScene()
    const answers = await Promise.all(Array.from({ length: 100 }, () => scene.follower.confirm()))
    expect(new Set(answers)).toEqual(new Set([true]))
    expect(scene.script.reads).toHaveLength(1)
  })

  test('that fails leaves the lease to lapse, and is logged once however often it fails', async () => {
    const scene = createScene()
    await scene.follower.confirm()
    scene.script.atTheStore = () => Promise.reject(new Error('The store is down.'))
    scene.clock.advance(1000)
    expect([await scene.follower.confirm(), scene.lease.isLive()]).toEqual([false, true])
    scene.clock.advance(1)
    expect([await scene.follower.confirm(), scene.lease.isLive()]).toEqual([false, false])
    expect(scene.warnings()).toBe(1)
    scene.script.atTheStore = () => undefined
    expect(await scene.follower.confirm()).toBe(true)
    scene.script.atTheStore = () => Promise.reject(new Error('Down again.'))
    await scene.follower.confirm()
    expect(scene.warnings()).toBe(2)
  })
})

describe('a read that fails', () => {
  test('is logged the first time too, and its end once', async () => {
    const scene = createScene()
    const error = new Error('The store is down.')
    scene.script.atTheStore = () => Promise.reject(error)
    await scene.follower.confirm()
    await scene.follower.confirm()
    scene.script.atTheStore = () => undefined
    await scene.follower.confirm()
    await scene.follower.confirm()
    expect(scene.logged).toEqual([error, 'The change feed can be read again.'])
  })

  test('does so when what the entries ask for cannot be had: nothing is confirmed before', async () => {
    const scene = createScene()
    scene.script.entries = history(1)
    scene.script.settle = () => Promise.reject(new Error('No rows.'))
    expect([await scene.follower.confirm(), scene.lease.isLive()]).toEqual([false, false])
    scene.script.settle = async () => undefined
    expect([await scene.follower.confirm(), scene.lease.isLive()]).toEqual([true, true])
  })

  test('does so when the feed grows faster than it is read', async () => {
    const scene = createScene()
    scene.script.growth = 1
    expect([await scene.follower.confirm(), scene.lease.isLive()]).toEqual([false, false])
    expect(scene.script.reads).toHaveLength(1000)
    expect(String(scene.logged)).toContain('grew by more than 1000000 entries')
  })
})

test('a read forgets what is over by the time of the store', async () => {
  const scene = createScene()
  scene.script.entries = [ended(1, 'early', { keepUntil: scene.clock.now() + 500 })]
  await scene.follower.confirm()
  expect(scene.revocations.size).toBe(1)
  scene.clock.advance(501)
  await scene.follower.confirm()
  expect(scene.revocations.size).toBe(0)
})

describe('catching up', () => {
  test('begins a new read each time, not only the first time that one is under way', async () => {
    const scene = createScene()
    for (const seq of [1, 2, 3]) {
      const held = gate()
      scene.script.onTheWay = held.wait
      const first = scene.follower.confirm()
      await Promise.resolve()
      scene.script.entries = history(seq)
      const caughtUp = scene.follower.catchUp()
      held.open()
      await caughtUp
      expect(scene.applied.at(-1)).toBe(seq)
      await first
    }
  })

  test('begins a new read when one is under way, for that one may have looked too early', async () => {
    const scene = createScene()
    const held = gate()
    scene.script.onTheWay = held.wait
    const first = scene.follower.confirm()
    await Promise.resolve()
    scene.script.entries = history(1)
    const caughtUp = Promise.all([scene.follower.catchUp(), scene.follower.catchUp()])
    held.open()
    await first
    await caughtUp
    expect(scene.applied).toEqual([1])
    expect(scene.script.reads).toHaveLength(2)
  })

  test('is a plain read when none is under way', async () => {
    const scene = createScene()
    expect(await scene.follower.catchUp()).toBe(true)
    expect(scene.script.reads).toHaveLength(1)
  })
})

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

describe('in the background', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  test('it reads every 25 ms until it is stopped', async () => {
    const { follower, script } = createScene(false)
    follower.start()
    follower.start()
    await vi.advanceTimersByTimeAsync(100)
    expect(script.reads).toHaveLength(5)
    await follower.stop()
    await vi.advanceTimersByTimeAsync(1000)
    expect(script.reads).toHaveLength(5)
  })

  test('it counts the wait from the beginning of a read, not from its end', async () => {
    const { follower, script, clock } = createScene(false)
    const begun = Date.now()
    const reads: number[] = []
    script.atTheStore = () => void reads.push(Date.now() - begun)
    script.onTheWay = () => clock.advance(10)
    follower.start()
    await vi.advanceTimersByTimeAsync(60)
    await follower.stop()
    expect(reads).toEqual([0, 15, 30, 45, 60])
  })

  test('its timer keeps no process alive', async () => {
    const { follower } = createScene(false)
    const setTimer = vi.spyOn(globalThis, 'setTimeout')
    follower.start()
    await vi.advanceTimersByTimeAsync(1)
    const timers = setTimer.mock.results.map(({ value }) => value)
    setTimer.mockRestore()
    expect(vi.getTimerCount()).toBe(1)
    expect(timers.at(-1)?.hasRef()).toBe(false)
    await follower.stop()
  })

  test('once stopped it cannot be started again', async () => {
    const { follower, script } = createScene(false)
    await follower.stop()
    follower.start()
    await vi.advanceTimersByTimeAsync(100)
    expect(script.reads).toEqual([])
  })

  test('a read that fails because it is stopped is not logged', async () => {
    const { follower, script, warnings } = createScene(false)
    const held = gate()
    script.onTheWay = async () => {
      await held.wait()
      throw new Error('The store is closed.')
    }
    follower.start()
    const stopping = follower.stop()
    held.open()
    await stopping
    expect(warnings()).toBe(0)
  })

  test('stopped while a read is under way, it reads no more', async () => {
    const { follower, script } = createScene(false)
    const held = gate()
    script.onTheWay = held.wait
    follower.start()
    let isOver = false
    const stopping = follower.stop().then(() => {
      isOver = true
    })
    await vi.advanceTimersByTimeAsync(100)
    expect(isOver).toBe(false)
    held.open()
    await stopping
    await vi.advanceTimersByTimeAsync(1000)
    expect(script.reads).toHaveLength(1)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('on demand, it reads when asked and has no timer', async () => {
    const { follower, script } = createScene(true)
    follower.start()
    await vi.advanceTimersByTimeAsync(1000)
    expect([script.reads.length, vi.getTimerCount()]).toEqual([0, 0])
    await follower.confirm()
    expect([script.reads.length, vi.getTimerCount()]).toEqual([1, 0])
  })
})
