// What was verified a moment ago is answered from memory, and not a moment longer than it may be.

import { describe, expect, test } from 'vitest'
import { type Mode, modes } from '../../../packages/sessera/src/domain/principal.js'
import { memory } from '../../../packages/sessera/src/stores/memory.js'
import { createFakeClock } from '../../../packages/sessera/src/testing/fake-clock.js'
import {
  createWorld,
  nextPassword,
  password,
  setUps,
  temporarySqlite,
  type World,
} from '../../support/auth.js'
import type { Client } from '../../support/client.js'
import { createGate } from '../../support/meddled-store.js'

const hour = 3_600_000

async function remembered(world: World, mode: Mode): Promise<Client> {
  const client = await world.signedIn(mode)
  await client.me()
  world.store.forget()
  return client
}

interface Change {
  readonly what: string
  act(
    world: World,
    who: { readonly id: string; readonly session: string; readonly client: Client },
  ): Promise<unknown>
  /** What a request with the old credentials is answered right after. */
  readonly answers: Readonly<Record<Mode, number>>
}

const allOut = { session: 401, token: 401, hybrid: 401 }
const changes: readonly Change[] = [
  { what: 'sign-out', act: (_world, { client }) => client.copy().logout(), answers: allOut },
  { what: 'the app ends it', act: (world, { session }) => world.auth.sessions.end(session), answers: allOut },
  { what: 'the app ends all', act: (world, { id }) => world.auth.sessions.endAll(id), answers: allOut },
  { what: 'the user is disabled', act: (world, { id }) => world.auth.users.disable(id), answers: allOut },
  {
    what: 'roles change',
    act: (world, { id }) => world.setRoles(id, ['boss']),
    answers: { session: 200, token: 401, hybrid: 200 },
  },
  {
    what: 'a password change elsewhere',
    act: async (world) =>
      (await world.signedIn('session')).send('POST', '/auth/password', {
        json: { current: password, next: nextPassword },
      }),
    answers: allOut,
  },
]

describe.each(setUps)('on $name', ({ create }) => {
  test.each(modes)(
    'in %s mode the store is asked for changes once a second, never for the session',
    async (mode) => {
      const world = await create()
      const client = await remembered(world, mode)
      for (let tenth = 0; tenth < 50; tenth++) {
        world.clock.advance(100)
        expect((await client.me()).status).toBe(200)
      }
      expect(world.store.calls).toEqual(Array.from({ length: 4 }, () => 'feed.read'))
    },
  )

  describe.each(changes)('$what', ({ act, answers }) => {
    test.each(modes)('is seen by the very next request in %s mode', async (mode) => {
      const world = await create()
      const client = await remembered(world, mode)
      const { id = '', sessionId } = (await client.me()).body
      expect(world.store.calls).toEqual([])
      await act(world, { id, session: sessionId ?? '', client })
      expect((await client.me()).status).toBe(answers[mode])
    })
  })

  test.each([
    ['a raise', (client: Client) => client.reauthenticate(password)],
    ['an exchange', (client: Client) => client.exchange('token')],
  ])('the rotation of the handle by %s is seen by the very next request', async (_what, rotate) => {
    const world = await create()
    const client = await remembered(world, 'session')
    const old = client.copy()
    expect((await rotate(client)).status).toBe(200)
    expect((await old.me()).body.provenAt).toBe(0)
  })

  test('check `store` always asks', async () => {
    const world = await create()
    const client = await remembered(world, 'session')
    await world.auth.authenticate(client.headers(), { check: 'store' }, { method: 'GET' })
    expect(world.store.calls).toContain('sessions.find')
  })

  test('check() answers at once what is remembered, each credential for its own channel only', async () => {
    const world = await create()
    const cookie = await remembered(world, 'session')
    const token = await remembered(world, 'token')
    const hybrid = await remembered(world, 'hybrid')
    const handle = cookie.cookie('session') ?? ''
    expect(world.auth.check(handle)).toMatchObject({ username: 'ada', mode: 'session' })
    expect(world.auth.check(token.held.accessToken ?? '')).toMatchObject({ username: 'ada', mode: 'token' })
    expect(() => world.auth.check(handle, { roles: ['boss'] })).toThrow(
      expect.objectContaining({ code: 'forbidden' }),
    )
    // A hybrid's access token is a cookie's: as a bearer it is not known, nor its handle without it.
    expect(world.auth.check(hybrid.cookie('access') ?? '')).toBeNull()
    expect(world.auth.check(`${hybrid.cookie('session')};${hybrid.cookie('access')}`)).toBeNull()
    for (const junk of [
      '',
      ';',
      `${handle};`,
      `;${handle}`,
      ` ${handle}`,
      '__proto__',
      handle.toLowerCase(),
    ]) {
      expect(world.auth.check(junk)).toBeNull()
    }
    world.clock.advance(1001)
    expect(world.auth.check(handle)).toBeNull()
  })
})

test('a remembered pair of cookies answers for no other way to spell the two', async () => {
  const world = await createWorld()
  const hybrid = await remembered(world, 'hybrid')
  const [session = '', access = ''] = [hybrid.cookie('session') ?? '', hybrid.cookie('access') ?? '']
  const [sessionName = '', accessName = ''] = Object.keys(hybrid.held.cookies)
  for (const joined of [`${session}.${access}`, `${session}${access}`]) {
    for (const name of [sessionName, accessName]) {
      expect((await hybrid.copy({ cookies: { [name]: joined } }).me()).status).toBe(401)
    }
  }
  const bearer = hybrid.copy({ cookies: {}, accessToken: access })
  expect((await bearer.me()).status).toBe(401)
})

test('a change by another process on the same file is seen within a second', async () => {
  const clock = createFakeClock()
  const here = await createWorld({ store: temporarySqlite(), clock })
  const there = await createWorld({ store: here.store.source, clock, empty: true, seed: 'there' })
  for (const mode of modes) {
    const client = await remembered(here, mode)
    const { id = '', sessionId } = (await client.me()).body
    const elsewhere = there.client().copy(client.held)
    expect((await elsewhere.me()).status).toBe(200)
    await there.auth.sessions.end(sessionId ?? '')
    expect((await elsewhere.me()).status).toBe(401)
    clock.advance(1000)
    expect((await client.me()).status).toBe(200)
    clock.advance(1)
    expect((await client.me()).status).toBe(401)
    expect(id).not.toBe('')
  }
})

describe('the wall clock of a node jumps, the store’s goes on', () => {
  test.each([hour, -hour])('by %i ms: nobody is killed, nobody revived', async (jump) => {
    const storeClock = createFakeClock()
    const nodeClock = createFakeClock()
    const inner = memory()
    const world = await createWorld({
      store: { open: (means) => inner.open({ ...means, clock: storeClock }) },
      clock: nodeClock,
    })
    const pass = (ms: number): void => {
      storeClock.advance(ms)
      nodeClock.advance(ms)
    }
    const clients = await Promise.all(modes.map((mode) => world.signedIn(mode)))
    const ended = await world.signedIn('session')
    await ended.copy().logout()
    const expired = await world.signedIn('token')
    pass(305_000)
    const [session, token, hybrid] = clients
    await token?.refresh()
    expect((await expired.me()).status).toBe(401)

    nodeClock.setWall(nodeClock.now() + jump)
    for (const client of [session, token, hybrid]) expect((await client?.me())?.status).toBe(200)
    expect((await ended.me()).status).toBe(401)
    expect((await expired.me()).status).toBe(401)
    pass(290_000)
    expect((await token?.me())?.status).toBe(200)
    pass(10_000)
    expect((await token?.me())?.status).toBe(401)
  })
})

test('a suspended machine, whose monotonic clock stood still, asks for changes again', async () => {
  const world = await createWorld()
  const client = await remembered(world, 'session')
  world.clock.setWall(world.clock.now() + 5000)
  await client.me()
  expect(world.store.calls).toEqual(['feed.read'])
})

test('a gate in the store holds nobody up whose credential is remembered', async () => {
  const world = await createWorld()
  const client = await remembered(world, 'session')
  const gate = createGate('sessions.find')
  world.store.meddle(gate.meddler)
  const stranger = world
    .client()
    .copy({ cookies: { '__Host-sessera-session': client.cookie('session') ?? '', other: '1' } })
  expect((await client.me()).status).toBe(200)
  expect((await stranger.me()).status).toBe(200)
  gate.open()
})
