// How the record reaches the store: in order, in batches, one at a time; what happens when the store takes nothing.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { causesOf, fails, numbers, recordMany, setScene, works } from './audit-scene.js'

describe('writing', () => {
  it('takes together what was recorded in one step, and in the order of recording', async () => {
    const { trail, appends } = setScene()
    recordMany(trail, 5)
    await trail.flush()
    expect(appends.map(causesOf)).toEqual([numbers(0, 5)])
  })

  it('goes one append at a time; the next takes all that has gathered, a thousand at most', async () => {
    const scene = setScene()
    let open = (): void => undefined
    let running = 0
    let mostAtOnce = 0
    scene.before = async () => {
      running += 1
      mostAtOnce = Math.max(mostAtOnce, running)
      await new Promise<void>((resolve) => {
        open = resolve
      })
      running -= 1
    }
    recordMany(scene.trail, 1)
    await new Promise(setImmediate)
    recordMany(scene.trail, 2500, 1)
    expect([scene.attempts, scene.trail.waiting]).toEqual([1, 2501])
    const flushed = scene.trail.flush()
    for (let i = 0; i < 4; i++) {
      open()
      await new Promise(setImmediate)
    }
    await flushed
    expect(mostAtOnce).toBe(1)
    expect(scene.appends.map(({ length }) => length)).toEqual([1, 1000, 1000, 500])
    expect(causesOf(scene.appends.flat())).toEqual(numbers(0, 2501))
    expect(scene.trail.waiting).toBe(0)
  })

  it('begins anew by itself whenever something is recorded, also just when it has ended', async () => {
    for (let gap = 0; gap < 20; gap++) {
      const { trail, appends } = setScene()
      recordMany(trail, 1)
      for (let step = 0; step < gap; step++) await null
      recordMany(trail, 1, 1)
      await new Promise(setImmediate)
      expect(causesOf(appends.flat())).toEqual(['0', '1'])
    }
  })
})

describe('a store that fails', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('is tried again with growing pauses, is told of once, and gets everything in order', async () => {
    const scene = setScene()
    scene.before = fails
    recordMany(scene.trail, 3)
    await vi.advanceTimersByTimeAsync(0)
    const attempts: number[] = []
    for (const ms of [99, 1, 199, 1, 399, 1, 50_400, 30_000, 29_999, 1]) {
      await vi.advanceTimersByTimeAsync(ms)
      attempts.push(scene.attempts)
    }
    // 100, 200, 400 ms after the one before, and so on, at last every half minute.
    expect(attempts).toEqual([1, 2, 2, 3, 3, 4, 10, 11, 11, 12])
    recordMany(scene.trail, 2, 3)
    scene.before = works
    await vi.advanceTimersByTimeAsync(30_000)
    expect(scene.appends.map(causesOf)).toEqual([numbers(0, 5)])
    expect(scene.log.map(({ message }) => message)).toEqual([
      'The record of events could not be written. Trying again.',
    ])
    expect([scene.trail.waiting, scene.trail.dropped]).toEqual([0, 0])
  })

  it('costs no listener anything', () => {
    const scene = setScene()
    scene.before = fails
    recordMany(scene.trail, 3)
    expect(causesOf(scene.told)).toEqual(numbers(0, 3))
  })

  it('for too long loses the oldest, counted and told when it works again', async () => {
    const scene = setScene()
    scene.before = fails
    recordMany(scene.trail, 10_000)
    await vi.advanceTimersByTimeAsync(0)
    expect([scene.trail.waiting, scene.trail.dropped]).toEqual([10_000, 0])
    recordMany(scene.trail, 25, 10_000)
    expect([scene.trail.waiting, scene.trail.dropped]).toEqual([10_000, 25])

    scene.before = works
    await vi.advanceTimersByTimeAsync(30_000)
    const kept = scene.appends.flat()
    expect(causesOf(kept)).toEqual([...numbers(25, 10_025), '25'])
    expect(kept.at(-1)).toMatchObject({ name: 'sys_audit_dropped', actorId: null, requestId: null })
    expect(scene.log.at(-1)).toEqual({
      message: 'Events are missing in the record: it could not be written for too long.',
      fields: { events: 25 },
    })

    recordMany(scene.trail, 1)
    await scene.trail.flush()
    expect(scene.appends.flat().filter(({ name }) => name === 'sys_audit_dropped')).toHaveLength(1)
    expect(scene.trail.dropped).toBe(25)
  })

  it('is left alone until its pause is over', async () => {
    const scene = setScene()
    scene.before = fails
    recordMany(scene.trail, 1)
    await vi.advanceTimersByTimeAsync(99)
    recordMany(scene.trail, 1)
    await vi.advanceTimersByTimeAsync(0)
    expect(scene.attempts).toBe(1)
  })

  it('once more is told of once more, and tried again as soon as the first time', async () => {
    const scene = setScene()
    for (const round of [1, 2]) {
      scene.before = fails
      recordMany(scene.trail, 1)
      await vi.advanceTimersByTimeAsync(100)
      scene.before = works
      await vi.advanceTimersByTimeAsync(200)
      expect([scene.trail.waiting, scene.attempts, scene.log.length]).toEqual([0, 3 * round, round])
      scene.before = fails
    }
  })

  it('for too long once more is told with what was lost that time', async () => {
    const scene = setScene()
    for (const lost of [1, 2]) {
      scene.before = fails
      recordMany(scene.trail, 10_000 + lost)
      await vi.advanceTimersByTimeAsync(0)
      scene.before = works
      await vi.advanceTimersByTimeAsync(100)
    }
    const told = scene.told.filter(({ name }) => name === 'sys_audit_dropped')
    expect([causesOf(told), scene.trail.dropped]).toEqual([['1', '2'], 3])
  })

  it('or is merely slow loses what is too much, which is told as well', async () => {
    const scene = setScene()
    let answer = (): void => undefined
    scene.before = () =>
      new Promise((resolve) => {
        answer = resolve
      })
    recordMany(scene.trail, 1000)
    await vi.advanceTimersByTimeAsync(0)
    recordMany(scene.trail, 9003, 1000)
    expect([scene.trail.waiting, scene.trail.dropped]).toEqual([10_000, 3])
    scene.before = works
    answer()
    await scene.trail.flush()
    expect(causesOf(scene.appends.flat())).toEqual([...numbers(0, 1000), ...numbers(1003, 10_003), '3'])
    expect(scene.log.at(-1)).toMatchObject({ fields: { events: 3 } })
  })

  it('does not hold up a flush, which is another attempt', async () => {
    const scene = setScene()
    scene.before = fails
    recordMany(scene.trail, 1)
    await scene.trail.flush()
    await scene.trail.flush()
    expect([scene.attempts, scene.trail.waiting]).toEqual([2, 1])
    scene.before = works
    await scene.trail.flush()
    expect(causesOf(scene.appends.flat())).toEqual(['0'])
  })

  it('gets a last attempt at the end, and no more', async () => {
    const scene = setScene()
    scene.before = fails
    recordMany(scene.trail, 2)
    await scene.trail.flush()
    await scene.trail.close()
    expect(scene.log.at(-1)).toMatchObject({
      message: 'Events are missing in the record: it could not be written before the end.',
      fields: { events: 2 },
    })
    const { attempts } = scene
    recordMany(scene.trail, 1, 2)
    await vi.advanceTimersByTimeAsync(60_000)
    expect([attempts, scene.attempts]).toEqual([2, 2])
    expect(causesOf(scene.told)).toEqual(numbers(0, 3))
  })

  it('and never answers holds up the end for five seconds', async () => {
    const scene = setScene()
    scene.before = () => new Promise(() => undefined)
    recordMany(scene.trail, 1)
    let closed = false
    const closing = scene.trail.close().then(() => {
      closed = true
    })
    await vi.advanceTimersByTimeAsync(4999)
    expect(closed).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    await closing
    expect(scene.log.at(-1)).toMatchObject({ fields: { events: 1 } })
  })
})

it('closing keeps what was recorded until then, and says nothing', async () => {
  const { trail, appends, log } = setScene()
  recordMany(trail, 1500)
  await trail.close()
  expect(causesOf(appends.flat())).toEqual(numbers(0, 1500))
  expect(log).toEqual([])
})

it('what is recorded after closing is told, and not kept', async () => {
  const { trail, appends, told } = setScene()
  await trail.close()
  recordMany(trail, 1)
  await trail.flush()
  expect([told.length, appends.length, trail.waiting]).toEqual([1, 0, 0])
})
