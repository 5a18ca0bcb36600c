// An answer counts from when its question was asked: older than a second it decides nothing. Asked again once, then 503.

import { describe, expect, test } from 'vitest'
import { setUps, type World } from '../support/auth.js'
import type { Client } from '../support/client.js'

/** The next `times` calls of that name take that long, by both clocks. */
function delay(
  world: World,
  name: string,
  { times, ms }: { readonly times: number; readonly ms: number },
): void {
  let left = times
  world.store.meddle(async (call) => {
    const answer = await call.proceed()
    if (call.name === name && left > 0) {
      left -= 1
      world.clock.advance(ms)
    }
    return answer
  })
}

async function rested(world: World, mode: 'session' | 'token' | 'hybrid'): Promise<Client> {
  const client = await world.signedIn(mode)
  world.clock.advance(20_000)
  world.store.forget()
  return client
}

function findsIn(world: World): number {
  return world.store.calls.filter((name) => name === 'sessions.find').length
}

describe.each(setUps)('on $name', ({ create }) => {
  test.each([
    { times: 0, ms: 1001, status: 200, finds: 1 },
    { times: 1, ms: 1000, status: 200, finds: 1 },
    { times: 1, ms: 1001, status: 200, finds: 2 },
    { times: 2, ms: 1001, status: 503, finds: 2 },
    { times: 9, ms: 30_000, status: 503, finds: 2 },
  ])('$times answers late by $ms ms: $status after $finds reads', async ({ times, ms, status, finds }) => {
    for (const mode of ['session', 'token', 'hybrid'] as const) {
      const world = await create()
      const client = await rested(world, mode)
      delay(world, 'sessions.find', { times, ms })
      const reply = await client.me()
      expect([mode, reply.status, findsIn(world)]).toEqual([mode, status, finds])
      if (status === 503) expect(reply.headers.get('retry-after')).toBe('1')
      world.store.meddle(null)
      expect((await client.me()).status).toBe(200)
    }
  })

  test('what was read late is not remembered for another second', async () => {
    const world = await create()
    const client = await rested(world, 'session')
    const { sessionId } = (await client.me()).body
    world.clock.advance(5000)
    delay(world, 'sessions.find', { times: 1, ms: 900 })
    await client.me()
    world.store.meddle(null)
    await world.store.opened().sessions.end(sessionId ?? '')
    world.clock.advance(99)
    expect((await client.me()).status).toBe(200)
    world.clock.advance(1)
    expect((await client.me()).status).toBe(401)
  })

  test('nothing is signed on an old read: the refresh fails, and its repetition gives the successor', async () => {
    const world = await create()
    const client = await rested(world, 'token')
    const again = client.copy()
    delay(world, 'sessions.replace', { times: 1, ms: 1500 })
    const reply = await client.refresh()
    expect([reply.status, reply.body.access_token]).toEqual([503, undefined])
    world.store.meddle(null)
    expect((await again.refresh()).status).toBe(200)
    expect((await again.me()).status).toBe(200)
    expect(world.events.filter(({ name }) => name === 'sessionEnded')).toEqual([])
  })

  test('recording use never makes a decision old', async () => {
    const world = await create()
    const client = await world.signedIn('session')
    world.clock.advance(60_000)
    delay(world, 'sessions.touch', { times: 1, ms: 30_000 })
    const before = world.clock.now()
    const reply = await client.me()
    expect(reply.status).toBe(200)
    await new Promise((resolve) => setImmediate(resolve))
    expect(world.clock.now() - before).toBe(30_000)
  })
})

test('an app’s users table that is slow makes the whole answer late', async () => {
  const [, , foreign] = setUps
  const world = await foreign?.create()
  if (world?.foreign === undefined || world.foreign === null) throw new Error('There is a third set-up.')
  const client = await rested(world, 'session')
  const { source } = world.foreign
  const load = source.load.bind(source)
  let loads = 0
  source.load = async (id) => {
    const user = await load(id)
    loads += 1
    world.clock.advance(1500)
    return user
  }
  expect((await client.me()).status).toBe(503)
  expect(loads).toBe(2)
  source.load = async () => Promise.reject(new Error('The table is gone.'))
  expect((await client.me()).status).toBe(503)
  source.load = load
  expect((await client.me()).status).toBe(200)
})
