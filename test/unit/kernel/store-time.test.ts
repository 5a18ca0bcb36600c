// The store's time, estimated: whatever the order in which answers arrive, it stays within what the last one allows.

import { describe, expect, test } from 'vitest'
import { createStoreTime } from '../../../packages/sessera/src/kernel/store-time.js'
import { createFakeClock, type FakeClock } from '../../../packages/sessera/src/testing/fake-clock.js'
import { createSeededRandom } from '../../../packages/sessera/src/testing/seeded-random.js'

const hour = 3_600_000

interface Scene {
  readonly clock: FakeClock
  /** The store's time by this machine's, as both really are. */
  storeAhead: number
  readonly now: () => number
  /** Sends a call; the test says when the store answers and when the answer is here. */
  call(): { answer(): void; arrive(): Promise<void> }
  /** A whole call that takes this long there and back. */
  roundTrip(there: number, back: number): Promise<void>
}

function createScene(storeAhead = 0): Scene {
  const clock = createFakeClock()
  const startedAt = clock.now()
  const storeTime = createStoreTime(clock)
  const scene: Scene = {
    clock,
    storeAhead,
    now: () => storeTime.now(),
    call() {
      let deliver = (_answer: unknown): void => undefined
      const watched = storeTime.watch(
        () =>
          new Promise((resolve) => {
            deliver = resolve
          }),
      )
      let now = Number.NaN
      return {
        answer() {
          now = startedAt + clock.monotonic() + scene.storeAhead
        },
        async arrive() {
          deliver({ value: null, now })
          await watched
        },
      }
    },
    async roundTrip(there, back) {
      const call = scene.call()
      clock.advance(there)
      call.answer()
      clock.advance(back)
      await call.arrive()
    },
  }
  return scene
}

/** What the store's clock shows. */
function truth({ clock, storeAhead }: Scene): number {
  return Date.UTC(2026, 0, 1) + clock.monotonic() + storeAhead
}

test('before the first answer it is this machine’s clock', () => {
  const scene = createScene(hour)
  expect(scene.now()).toBe(scene.clock.now())
  scene.clock.advance(1234)
  expect(scene.now()).toBe(scene.clock.now())
})

test('of a machine that has been up for long, too', () => {
  const clock = createFakeClock()
  clock.setMonotonic(5 * hour)
  expect(createStoreTime(clock).now()).toBe(clock.now())
})

test.each([hour, -hour])(
  'after the first answer this machine’s clock, off by %i ms, has no part in it',
  async (ahead) => {
    const scene = createScene(ahead)
    await scene.roundTrip(0, 0)
    expect(scene.now()).toBe(truth(scene))
    scene.clock.setWall(scene.clock.now() + 5 * hour)
    expect(scene.now()).toBe(truth(scene))
    scene.clock.advance(700)
    expect(scene.now()).toBe(truth(scene))
  },
)

test('it is behind by no more than the way back of the answer that told it, and never ahead', async () => {
  const scene = createScene(hour)
  await scene.roundTrip(30, 70)
  expect(truth(scene) - scene.now()).toBe(70)
})

test('an answer moves it no further than that answer asks', async () => {
  const scene = createScene(hour)
  await scene.roundTrip(0, 0)
  for (const [there, back] of [
    [500, 0],
    [0, 500],
    [5000, 5000],
  ] as const) {
    await scene.roundTrip(there, back)
    expect(scene.now()).toBe(truth(scene))
  }
})

test('a quicker answer brings it closer', async () => {
  const scene = createScene()
  await scene.roundTrip(10, 400)
  expect(truth(scene) - scene.now()).toBe(400)
  await scene.roundTrip(10, 5)
  expect(truth(scene) - scene.now()).toBe(5)
})

test('an answer that was long on its way, behind others that were asked later, changes nothing', async () => {
  const scene = createScene(-hour)
  const late = scene.call()
  late.answer()
  await scene.roundTrip(1, 1)
  scene.clock.advance(9000)
  await scene.roundTrip(1, 1)
  const before = truth(scene) - scene.now()
  await late.arrive()
  expect(truth(scene) - scene.now()).toBe(before)
})

test.each(['one', 'two', 'three', 'four', 'five'])(
  'calls that overlap, lag and overtake each other never take it out of the bounds of the last answer (%s)',
  async (seed) => {
    const random = createSeededRandom(seed)
    const upTo = (limit: number): number => random.bytes(4).readUInt32BE() % limit
    const scene = createScene(upTo(2 * hour) - hour)
    let under: { begun: number; answeredAt: number | null; call: ReturnType<Scene['call']> }[] = []
    let arrived = 0
    for (let step = 0; step < 2000; step++) {
      scene.clock.advance(upTo(40))
      if (under.length < 8)
        under.push({ begun: scene.clock.monotonic(), answeredAt: null, call: scene.call() })
      const one = under[upTo(under.length)]
      if (one === undefined) continue
      if (one.answeredAt === null) {
        one.call.answer()
        one.answeredAt = truth(scene)
        continue
      }
      await one.call.arrive()
      arrived++
      under = under.filter((other) => other !== one)
      const tookMs = scene.clock.monotonic() - one.begun
      expect(scene.now()).toBeGreaterThanOrEqual(one.answeredAt)
      expect(scene.now()).toBeLessThanOrEqual(one.answeredAt + tookMs)
      expect(scene.now()).toBeLessThanOrEqual(truth(scene))
    }
    expect(arrived).toBeGreaterThan(500)
  },
)

describe.each([-hour, hour])('when another store with a clock %i ms off takes over', (step) => {
  test('its first answer is believed', async () => {
    const scene = createScene()
    await scene.roundTrip(5, 5)
    scene.storeAhead += step
    await scene.roundTrip(5, 5)
    expect(Math.abs(truth(scene) - scene.now())).toBeLessThanOrEqual(10)
  })

  test('a straggler of the old one is outdone by the next answer', async () => {
    const scene = createScene()
    const straggler = scene.call()
    straggler.answer()
    scene.clock.advance(50)
    scene.storeAhead += step
    await scene.roundTrip(5, 5)
    await straggler.arrive()
    await scene.roundTrip(5, 5)
    expect(Math.abs(truth(scene) - scene.now())).toBeLessThanOrEqual(10)
  })
})

describe('when the machine sleeps and its monotonic clock stands still', () => {
  test('the next answer brings it up to the store', async () => {
    const scene = createScene()
    await scene.roundTrip(1, 1)
    scene.clock.setWall(scene.clock.now() + hour)
    scene.storeAhead += hour
    await scene.roundTrip(1, 1)
    expect(truth(scene) - scene.now()).toBeLessThanOrEqual(2)
  })

  test('so does an answer to a call from before', async () => {
    const scene = createScene()
    await scene.roundTrip(1, 1)
    const call = scene.call()
    scene.storeAhead += hour
    call.answer()
    await call.arrive()
    expect(scene.now()).toBe(truth(scene))
  })
})

test('it is told for a moment that was read already, too', async () => {
  const clock = createFakeClock()
  const storeTime = createStoreTime(clock)
  const moment = { wall: clock.now(), monotonic: clock.monotonic() }
  await storeTime.watch(async () => ({ value: null, now: 5000 }))
  clock.advance(300)
  expect([storeTime.at(moment), storeTime.now()]).toEqual([5000, 5300])
})

test('it shows whole milliseconds, whatever the monotonic clock does', async () => {
  const clock = createFakeClock()
  const storeTime = createStoreTime(clock)
  await storeTime.watch(async () => ({ value: null, now: 5000 }))
  clock.setMonotonic(0.75)
  expect(storeTime.now()).toBe(5000)
  clock.setMonotonic(1.25)
  expect(storeTime.now()).toBe(5001)
})

test('a call that fails teaches nothing, and its error goes on', async () => {
  const scene = createScene(hour)
  await scene.roundTrip(0, 0)
  const { clock } = scene
  const storeTime = createStoreTime(clock)
  const fault = new Error('Gone.')
  const before = storeTime.now()
  await expect(storeTime.watch(() => Promise.reject(fault))).rejects.toBe(fault)
  await expect(
    storeTime.watch(() => {
      throw fault
    }),
  ).rejects.toBe(fault)
  expect(storeTime.now()).toBe(before)
})

test.each([undefined, Number.NaN, Number.POSITIVE_INFINITY])(
  'an answer whose time is %s is a fault: it must not stop the clock by which memory expires',
  async (now) => {
    const storeTime = createStoreTime(createFakeClock())
    await storeTime.watch(async () => ({ value: null, now: 5000 }))
    await expect(storeTime.watch(async () => ({ value: null, now }))).rejects.toThrow()
    expect(storeTime.now()).toBe(5000)
  },
)
