// Each call that an operation makes meets each fault in turn: nobody gets in, nothing more is written, and all recovers.

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Mode } from '../../packages/sessera/src/domain/principal.js'
import { nextPassword, password, setUps, type World, type WorldOptions } from '../support/auth.js'
import type { Client, Reply } from '../support/client.js'
import { expectUnavailable, type Fault, faults, holdTime, struck, waitFor, writesAmong } from './faults.js'

interface Operation {
  readonly name: string
  readonly mode: Mode | null
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

type Create = (options?: WorldOptions) => Promise<World>

/** Signed in long enough ago that the lease has lapsed, nothing but a token speaks for itself, and a refresh rotates. */
async function prepare(create: Create, { mode }: Operation): Promise<{ world: World; client: Client }> {
  const world = await create({ follow: 'on-demand' })
  await world.auth.ready()
  const client = mode === null ? world.client() : await world.signedIn(mode)
  world.clock.advance(20_000)
  world.store.forget()
  return { world, client }
}

/** What the operation asks of the store when all is well. Recording use, and what was done, is all that it can do without. */
async function callsOf(create: Create, operation: Operation): Promise<readonly string[]> {
  const { world, client } = await prepare(create, operation)
  const reply = await operation.run(client)
  expect([operation.name, reply.status < 300]).toEqual([operation.name, true])
  return [...new Set(world.store.calls)].filter(
    (name) => name !== 'sessions.touch' && name !== 'audit.append',
  )
}

/** Longer than anything may wait: for the feed twice, then for a call that is given up after ten seconds. */
const patienceMs = 14_000

async function meet(create: Create, operation: Operation, fault: Fault, name: string): Promise<void> {
  const context = `${operation.name}: ${name}`
  const { world, client } = await prepare(create, operation)
  world.store.meddle(struck(fault, (called) => called === name))
  const running = operation.run(client.copy())
  const reply = fault.takesTime ? await waitFor([world], patienceMs, running) : await running
  if (name === 'feed.read') {
    // The sessions answer in its place.
    expect([context, reply.status < 300]).toEqual([context, true])
  } else {
    expectUnavailable(reply, context)
    const { calls } = world.store
    expect([context, writesAmong(calls.slice(calls.indexOf(name) + 1))]).toEqual([context, []])
  }
  world.store.meddle(null)
  const replies = [
    await world.client().login('ada', password),
    await world.client().login('ada', nextPassword),
  ]
  expect([context, replies.filter(({ status }) => status === 200).length]).toEqual([context, 1])
}

const [memory, sqlite, foreign] = setUps
if (memory === undefined || sqlite === undefined || foreign === undefined) throw new Error('There are three.')

const quick = faults.filter(({ takesTime }) => !takesTime)

describe.each([memory, foreign])('on $name', ({ create }) => {
  describe.each(quick)('a store that $how', (fault) => {
    test.each(operations)('$name', async (operation) => {
      for (const name of await callsOf(create, operation)) await meet(create, operation, fault, name)
    })
  })
})

// A real file: what was done before the answer was lost is there.
describe('on sqlite', () => {
  const fault = quick.find(({ how }) => how.startsWith('does it'))
  if (fault === undefined) throw new Error('There is such a fault.')
  const writing = operations.filter(({ name }) => !/^(?:me|list)/.test(name))
  test.each(writing)('a store that does it, and loses the answer: $name', async (operation) => {
    const writes = writesAmong(await callsOf(sqlite.create, operation))
    expect(writes).not.toEqual([])
    for (const name of writes) await meet(sqlite.create, operation, fault, name)
  })
})

describe('on memory', () => {
  beforeEach(holdTime)
  afterEach(() => void vi.useRealTimers())

  describe.each(faults.filter(({ takesTime }) => takesTime))('a store that $how', (fault) => {
    test.each(operations)('$name', async (operation) => {
      for (const name of await callsOf(memory.create, operation))
        await meet(memory.create, operation, fault, name)
    })
  })
})

test('a listener, a beforeSignIn or claims() that throws is our fault, not a way in', async () => {
  const fail = (): never => {
    throw new Error('A mistake at /var/secret/path')
  }
  for (const options of [{ beforeSignIn: fail }, { claims: fail }]) {
    const world = await memory.create(options)
    const reply = await world.client().login('ada', password)
    expect([reply.status, reply.body.code, reply.setCookies]).toEqual([500, 'internal_error', []])
    expect(reply.text).not.toContain('secret')
    expect(world.log.map(({ level }) => level)).toContain('error')
  }
})
