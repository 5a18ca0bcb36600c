// Every call that an operation makes fails, hangs or answers nonsense in turn: nobody gets in, and all recovers.

import { afterEach, describe, expect, test, vi } from 'vitest'
import { nextPassword, password, setUps, type World } from '../support/auth.js'
import type { Client, Reply } from '../support/client.js'
import type { Meddler } from '../support/meddled-store.js'

interface Operation {
  readonly name: string
  readonly mode: 'session' | 'token' | 'hybrid' | null
  run(client: Client): Promise<Reply>
}

const operations: readonly Operation[] = [
  { name: 'sign in', mode: null, run: (client) => client.login('ada', password) },
  {
    name: 'sign in with tokens',
    mode: null,
    run: (client) => client.login('ada', password, { mode: 'token' }),
  },
  { name: 'me by cookie', mode: 'session', run: (client) => client.me() },
  { name: 'me by token', mode: 'token', run: (client) => client.me() },
  { name: 'me by both cookies', mode: 'hybrid', run: (client) => client.me() },
  { name: 'refresh', mode: 'token', run: (client) => client.refresh() },
  { name: 'exchange', mode: 'session', run: (client) => client.exchange('token') },
  { name: 'reauthenticate', mode: 'session', run: (client) => client.reauthenticate(password) },
  {
    name: 'password',
    mode: 'session',
    run: (client) =>
      client.send('POST', '/auth/password', { json: { current: password, next: nextPassword } }),
  },
  { name: 'list', mode: 'session', run: (client) => client.send('GET', '/auth/sessions') },
  { name: 'end others', mode: 'session', run: (client) => client.send('DELETE', '/auth/sessions') },
  { name: 'sign out', mode: 'session', run: (client) => client.logout() },
]

/** Signed in long enough ago that nothing is remembered and a refresh rotates. */
async function prepare(world: World, { mode }: Operation): Promise<Client> {
  const client = mode === null ? world.client() : await world.signedIn(mode)
  world.clock.advance(20_000)
  world.store.forget()
  return client
}

/** What the operation asks of the store when all is well. Recording use is the one thing that it can do without. */
async function callsOf(create: () => Promise<World>, operation: Operation): Promise<readonly string[]> {
  const world = await create()
  const client = await prepare(world, operation)
  const reply = await operation.run(client)
  expect([operation.name, reply.status < 300]).toEqual([operation.name, true])
  return [...new Set(world.store.calls)]
}

const failures: readonly { readonly how: string; readonly of: (name: string) => Meddler }[] = [
  {
    how: 'rejects',
    of: (name) => async (call) => {
      if (call.name === name) throw new Error('The disk is gone: /var/secret/path')
      return call.proceed()
    },
  },
  { how: 'answers nothing', of: (name) => async (call) => (call.name === name ? undefined : call.proceed()) },
  {
    how: 'does it, and loses the answer',
    of: (name) => async (call) => {
      const answer = await call.proceed()
      if (call.name === name) throw new Error('The connection is gone: /var/secret/path')
      return answer
    },
  },
]

function expectRefusal(reply: Reply, context: string): void {
  expect([context, reply.status, reply.body.code]).toEqual([context, 503, 'unavailable'])
  expect(reply.setCookies).toEqual([])
  expect(reply.body.access_token).toBeUndefined()
  expect(reply.text).not.toContain('secret')
}

async function expectRecovery(world: World, context: string): Promise<void> {
  world.store.meddle(null)
  const replies = [
    await world.client().login('ada', password),
    await world.client().login('ada', nextPassword),
  ]
  expect([context, replies.filter(({ status }) => status === 200).length]).toEqual([context, 1])
}

afterEach(() => {
  vi.useRealTimers()
})

describe.each(setUps)('on $name', ({ create }) => {
  describe.each(failures)('a store that $how', ({ of }) => {
    test.each(operations)('$name', async (operation) => {
      for (const name of await callsOf(create, operation)) {
        const world = await create()
        const client = await prepare(world, operation)
        world.store.meddle(of(name))
        expectRefusal(await operation.run(client.copy()), `${operation.name}: ${name}`)
        await expectRecovery(world, `${operation.name}: ${name}`)
      }
    })
  })
})

test.each(operations)('a store that hangs: $name is given up after ten seconds', async (operation) => {
  const [memory] = setUps
  if (memory === undefined) throw new Error('There is a first set-up.')
  const create = (): Promise<World> => memory.create()
  for (const name of await callsOf(create, operation)) {
    const world = await create()
    const client = await prepare(world, operation)
    world.store.meddle((call) => (call.name === name ? new Promise(() => undefined) : call.proceed()))
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const running = operation.run(client.copy())
    await vi.advanceTimersByTimeAsync(10_000)
    expectRefusal(await running, `${operation.name}: ${name}`)
    vi.useRealTimers()
    await expectRecovery(world, `${operation.name}: ${name}`)
  }
})

test('a store that fails to record use costs nobody their request', async () => {
  const [memory] = setUps
  const world = await memory?.create()
  if (world === undefined) throw new Error('There is a first set-up.')
  const client = await world.signedIn('session')
  for (const meddler of [
    async () => Promise.reject(new Error('Read only.')),
    () => new Promise(() => undefined),
  ] as const satisfies readonly Meddler[]) {
    world.clock.advance(60_000)
    world.store.meddle((call) => (call.name === 'sessions.touch' ? meddler() : call.proceed()))
    expect((await client.me()).status).toBe(200)
  }
  expect(world.log.map(({ message }) => message)).toEqual(['Could not record that a session was in use.'])
})

test('what was remembered before the store failed answers for a second, then 503, then recovers', async () => {
  const [memory] = setUps
  const world = await memory?.create()
  if (world === undefined) throw new Error('There is a first set-up.')
  const client = await world.signedIn('token')
  await client.me()
  world.store.meddle(async () => Promise.reject(new Error('Gone.')))
  world.clock.advance(999)
  expect((await client.me()).status).toBe(200)
  world.clock.advance(1)
  for (let seconds = 0; seconds < 5; seconds++) {
    expect((await client.me()).status).toBe(503)
    world.clock.advance(1000)
  }
  expect((await client.copy({ accessToken: 'junk' }).me()).status).toBe(401)
  world.store.meddle(null)
  expect((await client.me()).status).toBe(200)
})

test('a listener, a beforeSignIn or claims() that throws is our fault, not a way in', async () => {
  const [memory] = setUps
  const fail = (): never => {
    throw new Error('A mistake at /var/secret/path')
  }
  for (const options of [{ beforeSignIn: fail }, { claims: fail }]) {
    const world = await memory?.create(options)
    const reply = await world?.client().login('ada', password)
    expect([reply?.status, reply?.body.code, reply?.setCookies]).toEqual([500, 'internal_error', []])
    expect(reply?.text).not.toContain('secret')
    expect(world?.log.map(({ level }) => level)).toContain('error')
  }
})
