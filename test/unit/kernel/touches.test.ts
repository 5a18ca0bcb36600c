// When sessions were last seen: written together, the latest of each, and no request waits or fails for it.

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createTouches, type Touches } from '../../../packages/sessera/src/kernel/touches.js'
import type { StoreSource } from '../../../packages/sessera/src/ports/store.js'
import { memory } from '../../../packages/sessera/src/stores/memory.js'
import { createFakeClock } from '../../../packages/sessera/src/testing/fake-clock.js'
import { createSeededRandom } from '../../../packages/sessera/src/testing/seeded-random.js'
import { createWorld, type LogLine, type World } from '../../support/auth.js'
import { silentLog } from '../../support/silent-log.js'

interface Scene {
  readonly touches: Touches
  /** `session at` in the order of the writes. */
  readonly written: string[]
  readonly log: Pick<LogLine, 'message' | 'fields'>[]
  /** Runs in each write. */
  atTheStore: (id: string) => Promise<void> | void
  /** Time passes on the clock and for timers. */
  pass(ms: number): Promise<void>
}

function createScene(): Scene {
  const clock = createFakeClock()
  const written: string[] = []
  const log: Scene['log'] = []
  const scene: Scene = {
    touches: createTouches(
      {
        async touch(id, seenAt) {
          await scene.atTheStore(id)
          written.push(`${id} ${seenAt}`)
          return { value: true, now: clock.now() }
        },
      },
      clock,
      {
        ...silentLog,
        warn: (message, fields = {}) => void log.push({ message, fields }),
      },
    ),
    written,
    log,
    atTheStore: () => undefined,
    async pass(ms) {
      clock.advance(ms)
      await vi.advanceTimersByTimeAsync(ms)
    },
  }
  return scene
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
})

afterEach(() => {
  vi.useRealTimers()
})

describe('what is written when', () => {
  test('the first at once', async () => {
    const { touches, written, pass } = createScene()
    touches.note('one', 10)
    await pass(0)
    expect(written).toEqual(['one 10'])
  })

  test('those of the second that follows together, when it is over', async () => {
    const { touches, written, pass } = createScene()
    touches.note('one', 10)
    await pass(1)
    touches.note('two', 11)
    await pass(500)
    touches.note('three', 511)
    await pass(499)
    expect(written).toEqual(['one 10'])
    await pass(501)
    expect(written).toEqual(['one 10', 'two 11', 'three 511'])
  })

  test('after a quiet second the next one at once again', async () => {
    const { touches, written, pass } = createScene()
    touches.note('one', 10)
    await pass(1000)
    touches.note('two', 1010)
    await pass(0)
    expect(written).toEqual(['one 10', 'two 1010'])
  })

  test('a session that is noted a thousand times in a second is written once', async () => {
    const { touches, written, pass } = createScene()
    touches.note('first', 0)
    for (let at = 1; at <= 1000; at++) touches.note('busy', at)
    expect(vi.getTimerCount()).toBe(1)
    await pass(1000)
    expect(written).toEqual(['first 0', 'busy 1000'])
  })

  test('a thousand sessions in a second are each written', async () => {
    const { touches, written, pass } = createScene()
    touches.note('first', 0)
    for (let at = 1; at <= 1000; at++) touches.note(`s${at}`, at)
    await pass(1000)
    expect(new Set(written).size).toBe(1001)
  })

  test('a use that is told of late does not take the place of a later one', async () => {
    const { touches, written, pass } = createScene()
    touches.note('first', 0)
    touches.note('busy', 900)
    touches.note('busy', 100)
    await pass(1000)
    expect(written).toEqual(['first 0', 'busy 900'])
  })
})

describe('a flush', () => {
  test('writes what was noted, and nothing is left for the timer', async () => {
    const { touches, written, pass } = createScene()
    touches.note('one', 10)
    touches.note('two', 11)
    await touches.flush()
    expect(written).toEqual(['one 10', 'two 11'])
    expect(vi.getTimerCount()).toBe(0)
    await pass(5000)
    expect(written).toEqual(['one 10', 'two 11'])
  })

  test('with nothing noted writes nothing', async () => {
    const { touches, written } = createScene()
    await touches.flush()
    expect(written).toEqual([])
  })

  test('is over only when the writes that were under way are, too: the store is closed after it', async () => {
    const scene = createScene()
    let land = (): void => undefined
    const landed = new Promise<void>((resolve) => {
      land = resolve
    })
    scene.atTheStore = () => landed
    scene.touches.note('one', 10)
    let over = false
    const flushing = scene.touches.flush().then(() => {
      over = true
    })
    await scene.pass(0)
    expect(over).toBe(false)
    land()
    await flushing
    expect(scene.written).toEqual(['one 10'])
  })
})

describe('a store that does not write', () => {
  test('is logged once for all that failed together, and what follows is written', async () => {
    const scene = createScene()
    scene.touches.note('first', 0)
    await scene.pass(0)
    const fault = new Error('Read only.')
    scene.atTheStore = () => Promise.reject(fault)
    for (let at = 1; at <= 50; at++) scene.touches.note(`s${at}`, at)
    await scene.pass(1000)
    expect(scene.log).toEqual([
      { message: 'Could not record that sessions were in use.', fields: { sessions: 50, error: fault } },
    ])
    scene.atTheStore = () => undefined
    scene.touches.note('later', 2000)
    await scene.pass(1000)
    expect(scene.written).toEqual(['first 0', 'later 2000'])
    expect(scene.log).toHaveLength(1)
  })

  test('for one session only: the others are written', async () => {
    const scene = createScene()
    scene.touches.note('first', 0)
    scene.atTheStore = (id) => (id === 'bad' ? Promise.reject(new Error('Gone.')) : undefined)
    scene.touches.note('bad', 1)
    scene.touches.note('good', 2)
    await scene.pass(1000)
    expect(scene.written).toEqual(['first 0', 'good 2'])
    expect(scene.log.map(({ fields }) => fields['sessions'])).toEqual([1])
  })

  test('because it hangs: what is noted later does not wait', async () => {
    const scene = createScene()
    scene.atTheStore = (id) => (id === 'stuck' ? new Promise(() => undefined) : undefined)
    scene.touches.note('stuck', 1)
    scene.touches.note('next', 2)
    await scene.pass(1000)
    expect(scene.written).toEqual(['next 2'])
  })
})

describe('through the door of an Auth', () => {
  /** Two sessions in use a minute after they began: one is written at once, one waits. */
  async function used(): Promise<{ world: World; source: StoreSource; waiting: string }> {
    const source = memory()
    const world = await createWorld({ store: source, follow: 'on-demand' })
    const [one, two] = [await world.signedIn('session'), await world.signedIn('session')]
    await one.me()
    const waiting = (await two.me()).body.sessionId ?? ''
    world.clock.advance(60_000)
    for (const client of [one, two]) expect((await client.me()).status).toBe(200)
    expect(world.store.calls.filter((name) => name === 'sessions.touch')).toHaveLength(1)
    return { world, source, waiting }
  }

  async function lastSeen(source: StoreSource, id: string): Promise<number | null> {
    const random = createSeededRandom('after')
    const store = await source.open({ clock: createFakeClock(), random, keepChangesMs: 1000 })
    return (await store.sessions.find(id)).value?.session.lastSeenAt ?? null
  }

  test('what waits is written when it is closed', async () => {
    const { world, source, waiting } = await used()
    await world.auth.close()
    expect(await lastSeen(source, waiting)).toBe(world.clock.now())
    expect(world.log).toEqual([])
  })

  test('a session that has ended meanwhile stays ended', async () => {
    const { world, source, waiting } = await used()
    await world.store.opened().sessions.end(waiting)
    await world.auth.close()
    expect(world.store.calls.filter((name) => name === 'sessions.touch')).toHaveLength(2)
    expect(await lastSeen(source, waiting)).toBeNull()
    expect(world.log).toEqual([])
  })

  test('what another process saw later is not moved back', async () => {
    const { world, source, waiting } = await used()
    const later = world.clock.now() + 30_000
    await world.store.opened().sessions.touch(waiting, later)
    await world.auth.close()
    expect(await lastSeen(source, waiting)).toBe(later)
  })
})
