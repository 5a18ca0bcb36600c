// The follower reads on demand and in the background, confirms what it has applied, and catches up.

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { ended } from './entries.js'
import { createScene, gate, history } from './follower-scene.js'

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
