// Closing waits for what is under way, writes what was noted, leaves no timer, and has nothing to complain of.

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { StoreSource } from '../../packages/sessera/src/ports/store.js'
import { memory } from '../../packages/sessera/src/stores/memory.js'
import { createWorld, type World, type WorldOptions } from '../support/auth.js'
import type { Client } from '../support/client.js'
import { createGate } from '../support/meddled-store.js'
import { holdTime, pass, waitFor } from './faults.js'

beforeEach(holdTime)
afterEach(() => void vi.useRealTimers())

interface Scene {
  readonly world: World
  readonly client: Client
  readonly sessionId: string
  isClosed(): boolean
}

/** A world whose store says when it was closed. */
async function createScene(options: WorldOptions = {}): Promise<Scene> {
  const inner = memory()
  let closed = false
  const source: StoreSource = {
    async open(means) {
      const store = await inner.open(means)
      return {
        ...store,
        async close() {
          closed = true
          await store.close()
        },
      }
    },
  }
  const world = await createWorld({ ...options, store: source })
  const client = await world.signedIn('session')
  const sessionId = (await client.me()).body.sessionId ?? ''
  return { world, client, sessionId, isClosed: () => closed }
}

const soon = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0)

interface Work {
  readonly what: string
  readonly call: string
  begin(scene: Scene): Promise<unknown> | unknown
}

const works: readonly Work[] = [
  {
    what: 'a read of the feed',
    call: 'feed.read',
    begin({ world, client }) {
      world.clock.advance(1001)
      void client.me()
    },
  },
  {
    what: 'the record of a use',
    call: 'sessions.touch',
    async begin({ world, client }) {
      world.clock.advance(60_000)
      await client.me()
    },
  },
]

describe.each(works)('$what that is under way', ({ call, begin }) => {
  test('is waited for before the store is closed', async () => {
    const scene = await createScene({ follow: 'on-demand' })
    const { world, isClosed } = scene
    const gate = createGate(call)
    world.store.meddle(gate.meddler)
    await begin(scene)
    await gate.reached
    const closing = world.auth.close()
    await soon()
    expect(isClosed()).toBe(false)
    gate.open()
    await closing
    expect(isClosed()).toBe(true)
    expect(world.log).toEqual([])
  })

  test('holds closing up for ten seconds at most when it hangs', async () => {
    const scene = await createScene({ follow: 'on-demand' })
    const { world, isClosed } = scene
    world.store.meddle((passing) =>
      passing.name === call ? new Promise(() => undefined) : passing.proceed(),
    )
    await begin(scene)
    await soon()
    await waitFor([world], 10_000, world.auth.close())
    expect(isClosed()).toBe(true)
  })
})

const inTheBackground: readonly Work[] = [
  ...works,
  {
    what: 'tending to keys and ended sessions',
    call: 'limits.count',
    begin: ({ world }) => pass([world], 60_250),
  },
  {
    what: 'a look at a watched session',
    call: 'sessions.find',
    begin: ({ world, sessionId }) => world.auth.onEnd(sessionId, () => undefined),
  },
]

test.each(inTheBackground)('$what that is interrupted is no news for the log', async ({ call, begin }) => {
  const scene = await createScene({ follow: 'on-demand' })
  const { world } = scene
  const gate = createGate(call)
  world.store.meddle(gate.meddler)
  await begin(scene)
  await gate.reached
  const closing = world.auth.close()
  await soon()
  gate.open()
  await closing
  await soon()
  expect(world.log).toEqual([])
})

test.each(['background', 'on-demand'] as const)(
  'no timer is left, with the feed followed %s',
  async (follow) => {
    const { world, client, sessionId } = await createScene({ follow })
    world.auth.onEnd(sessionId, () => undefined)
    await pass([world], 61_000)
    await client.me()
    await world.auth.close()
    expect(vi.getTimerCount()).toBe(0)
    expect(world.log).toEqual([])
  },
)

test('requests under way are answered, and nobody gets in who would not have', async () => {
  const { world, client } = await createScene({ follow: 'on-demand' })
  const gate = createGate('sessions.find')
  world.store.meddle(gate.meddler)
  const strict = world.auth.authenticate(client.headers(), { check: 'store' }, { method: 'GET' })
  await gate.reached
  const closing = world.auth.close()
  await soon()
  gate.open()
  await expect(strict).rejects.toMatchObject({ code: 'unavailable', retryAfterSeconds: 1 })
  await closing
})

test('a change made while it closes is made, and its call returns', async () => {
  const { world, sessionId } = await createScene({ follow: 'on-demand' })
  const gate = createGate('feed.read')
  world.store.meddle(gate.meddler)
  const ending = world.auth.sessions.end(sessionId)
  await gate.reached
  const closing = world.auth.close()
  gate.open()
  expect(await ending).toBe(true)
  await closing
  expect(world.log).toEqual([])
})
