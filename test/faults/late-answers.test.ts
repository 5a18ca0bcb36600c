// An answer counts from when its question was asked: older than a second it decides nothing. Asked again once, then 503.

import { describe, expect, test } from 'vitest'
import { type Mode, modes } from '../../packages/sessera/src/domain/principal.js'
import { createWorld, setUps, type World, type WorldOptions } from '../support/auth.js'
import type { Client } from '../support/client.js'
import { createForeignUsers } from '../support/foreign-users.js'
import type { Meddler } from '../support/meddled-store.js'
import { ask, knows, passes, unavailable } from './faults.js'

interface Delay {
  readonly name: string
  readonly times: number
  readonly ms: number
}

/** The next `times` calls of that name take that long, by both clocks. */
function delayed(world: World, { name, times, ms }: Delay): Meddler {
  let left = times
  return async (call) => {
    const answer = await call.proceed()
    if (call.name === name && left > 0) {
      left -= 1
      world.clock.advance(ms)
    }
    return answer
  }
}

const withoutFeed =
  (meddler: Meddler): Meddler =>
  (call) =>
    call.name.startsWith('feed.') ? Promise.reject(new Error('The feed is down.')) : meddler(call)

type Create = (options?: WorldOptions) => Promise<World>

async function rested(create: Create, mode: Mode): Promise<{ world: World; client: Client }> {
  const world = await create({ follow: 'on-demand' })
  const client = await world.signedIn(mode)
  world.clock.advance(20_000)
  world.store.forget()
  return { world, client }
}

function callsTo(world: World, name: string): number {
  return world.store.calls.filter((called) => called === name).length
}

describe.each(setUps)('on $name', ({ create }) => {
  describe.each([
    { times: 0, ms: 1001, outcome: passes, reads: 1 },
    { times: 1, ms: 1000, outcome: passes, reads: 1 },
    { times: 1, ms: 1001, outcome: passes, reads: 2 },
    { times: 2, ms: 1001, outcome: unavailable, reads: 2 },
    { times: 9, ms: 30_000, outcome: unavailable, reads: 2 },
  ])('$times answers about the session late by $ms ms', ({ times, ms, outcome, reads }) => {
    test.each(modes)('at level store in %s mode: $outcome.status after $reads reads', async (mode) => {
      const { world, client } = await rested(create, mode)
      world.store.meddle(delayed(world, { name: 'sessions.find', times, ms }))
      expect(await ask(world, client, 'store')).toEqual(outcome)
      expect([callsTo(world, 'sessions.find'), callsTo(world, 'feed.read')]).toEqual([reads, 0])
      world.store.meddle(null)
      expect(await ask(world, client, 'store')).toEqual(passes)
    })

    test.each(modes)('at level feed, without the feed, in %s mode', async (mode) => {
      const { world, client } = await rested(create, mode)
      world.store.meddle(withoutFeed(delayed(world, { name: 'sessions.find', times, ms })))
      expect(await ask(world, client, 'feed')).toEqual(outcome)
      expect(callsTo(world, 'sessions.find')).toBe(reads)
      world.store.meddle(null)
      expect(await ask(world, client, 'feed')).toEqual(passes)
    })
  })

  test('what was read late is remembered no longer than the lease lives', async () => {
    const { world, client } = await rested(create, 'session')
    const { sessionId } = (await client.me()).body
    await world.setRoles((await client.me()).body.id ?? '', ['boss'])
    world.clock.advance(5000)
    world.store.meddle(delayed(world, { name: 'sessions.find', times: 1, ms: 900 }))
    expect((await client.me()).status).toBe(200)
    world.store.meddle(null)
    await world.store.opened().sessions.end(sessionId ?? '')
    world.clock.advance(100)
    expect((await client.me()).status).toBe(200)
    world.clock.advance(1)
    expect((await client.me()).status).toBe(401)
  })

  test('nothing is signed on an old read: the refresh fails, and its repetition gives the successor', async () => {
    const { world, client } = await rested(create, 'token')
    const again = client.copy()
    world.store.meddle(delayed(world, { name: 'sessions.replace', times: 1, ms: 1500 }))
    const reply = await client.refresh()
    expect([reply.status, reply.headers.get('retry-after'), reply.body.access_token]).toEqual([
      503,
      '1',
      undefined,
    ])
    world.store.meddle(null)
    expect((await again.refresh()).status).toBe(200)
    expect((await again.me()).status).toBe(200)
    expect(world.events.filter(({ name }) => name === 'sessionEnded')).toEqual([])
  })

  test.each(modes)('no request waits until its use is recorded in %s mode', async (mode) => {
    const { world, client } = await rested(create, mode)
    world.clock.advance(60_000)
    let noted = 0
    world.store.meddle((call) => {
      if (call.name !== 'sessions.touch') return call.proceed()
      noted++
      return Promise.reject(new Error('Read only.'))
    })
    expect((await client.me()).status).toBe(200)
    await new Promise((resolve) => setImmediate(resolve))
    expect(noted).toBe(1)
    expect(world.log.map(({ message }) => message)).toEqual(['Could not record that sessions were in use.'])
  })
})

describe('an answer about the feed', () => {
  test.each([
    { times: 1, ms: 1000, reads: { feed: 1, sessions: 0 } },
    { times: 1, ms: 1001, reads: { feed: 2, sessions: 0 } },
    { times: 2, ms: 1001, reads: { feed: 2, sessions: 1 } },
  ])('late $times times by $ms ms: $reads', async ({ times, ms, reads }) => {
    const { world, client } = await rested(createWorld, 'token')
    world.store.meddle(delayed(world, { name: 'feed.read', times, ms }))
    expect(await ask(world, client, 'feed')).toEqual(passes)
    expect([callsTo(world, 'feed.read'), callsTo(world, 'sessions.find')]).toEqual([
      reads.feed,
      reads.sessions,
    ])
    expect(knows(world, client)).toBe(reads.sessions === 0)
  })
})

test('an app’s users table that is slow or fails makes the whole answer so', async () => {
  const foreign = createForeignUsers()
  const { world, client } = await rested((options) => createWorld({ ...options, foreign }), 'session')
  const { source } = foreign
  const load = source.load.bind(source)
  let loads = 0
  source.load = async (id) => {
    const user = await load(id)
    loads += 1
    world.clock.advance(1500)
    return user
  }
  expect(await ask(world, client, 'store')).toEqual(unavailable)
  expect(loads).toBe(2)
  source.load = async () => Promise.reject(new Error('The table is gone.'))
  expect(await ask(world, client, 'store')).toEqual(unavailable)
  source.load = load
  expect(await ask(world, client, 'store')).toEqual(passes)
})
