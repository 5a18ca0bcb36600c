// The promise: what one process ended is refused by every other within maxStaleness, and until then nobody asks the store.

import { describe, expect, test } from 'vitest'
import { type Mode, modes } from '../../../packages/sessera/src/domain/principal.js'
import type { StoreSource } from '../../../packages/sessera/src/ports/store.js'
import { memory } from '../../../packages/sessera/src/stores/memory.js'
import { atOnce, nextPassword, password, tally, temporarySqlite } from '../../support/auth.js'
import type { Client, Reply } from '../../support/client.js'
import { createGate, type Meddler } from '../../support/meddled-store.js'
import { createTwoNodes, type TwoNodes } from '../../support/two-nodes.js'

const hour = 3_600_000

interface Ending {
  readonly name: string
  readonly modes: readonly Mode[]
  end(nodes: TwoNodes, client: Client): Promise<unknown>
}

const sessionOf = async (client: Client): Promise<string> => (await client.me()).body.sessionId ?? ''

const endings: readonly Ending[] = [
  {
    name: 'the session is ended',
    modes,
    end: async ({ b }, client) => b.auth.sessions.end(await sessionOf(client)),
  },
  { name: 'the user signs out', modes, end: (_nodes, client) => client.copy().logout() },
  {
    name: 'the password is changed elsewhere',
    modes,
    end: async (nodes) => {
      const other = await nodes.signedIn('session')
      return other.send('POST', '/auth/password', { json: { current: password, next: nextPassword } })
    },
  },
  { name: 'all sessions are ended', modes, end: ({ b, userId }) => b.auth.sessions.endAll(userId) },
  { name: 'the user is disabled', modes, end: ({ b, userId }) => b.auth.users.disable(userId) },
  { name: 'everyone is ended', modes, end: ({ b }) => b.auth.sessions.endEveryone() },
  { name: 'roles change', modes: ['token'], end: ({ b, userId }) => b.setRoles(userId, ['boss']) },
  {
    name: 'it is exchanged for another mode',
    modes,
    end: (_nodes, client) => client.copy().exchange(client.cookie('session') === null ? 'session' : 'token'),
  },
  {
    name: 'the proof is renewed',
    modes: ['session', 'hybrid'],
    end: (_nodes, client) => client.copy().reauthenticate(password),
  },
]

const cases = endings.flatMap(({ name, modes: held, end }) => held.map((mode) => ({ name, mode, end })))
const stores: readonly { readonly store: string; readonly open: () => StoreSource }[] = [
  { store: 'memory', open: memory },
  { store: 'one SQLite file', open: temporarySqlite },
]

const immediate = { sessions: { refreshGrace: 0 } }
/** The same credential at the other process, which has seen it now. */
async function known(nodes: TwoNodes, client: Client): Promise<Client> {
  const atA = nodes.atA(client.held)
  expect((await atA.me()).status).toBe(200)
  return atA
}

const failing =
  (part: string): Meddler =>
  (call) =>
    call.name.startsWith(part) ? Promise.reject(new Error('The store is down.')) : call.proceed()

describe.each(stores)('two processes on $store', ({ open }) => {
  test.each(cases)('in $mode mode, when $name, the other refuses a second later', async ({ mode, end }) => {
    const nodes = await createTwoNodes({ ...immediate, store: open() })
    const client = await nodes.signedIn(mode)
    const seen = await known(nodes, client)
    const unseen = nodes.atA(client.held)
    await end(nodes, client)
    nodes.a.store.forget()
    expect((await seen.me()).status).toBe(200)
    expect(nodes.a.store.calls).toEqual([])
    nodes.pass(1001)
    expect([(await seen.me()).status, (await unseen.me()).status]).toEqual([401, 401])
    nodes.pass(500)
    expect((await seen.me()).status).toBe(401)
  })

  test.each(cases)('in $mode mode, when $name, the follower tells of it by itself', async ({ mode, end }) => {
    const nodes = await createTwoNodes({ ...immediate, store: open(), follow: 'background' })
    const client = await nodes.signedIn(mode)
    const seen = await known(nodes, client)
    await end(nodes, client)
    await expect.poll(async () => (await seen.me()).status, { interval: 5 }).toBe(401)
  })
})

test.each(['session', 'hybrid'] as const)('in %s mode new roles arrive within a second', async (mode) => {
  const nodes = await createTwoNodes()
  const seen = await known(nodes, await nodes.signedIn(mode))
  await nodes.b.setRoles(nodes.userId, ['boss'])
  nodes.pass(1001)
  expect((await seen.me()).body.roles).toEqual(['boss'])
})

test.each(modes)(
  'a token or cookie first seen after its end was heard of is refused in %s mode',
  async (mode) => {
    const nodes = await createTwoNodes()
    const client = await nodes.signedIn(mode)
    const bystander = await nodes.signedIn('token')
    await nodes.b.auth.sessions.end(await sessionOf(client))
    nodes.pass(1001)
    await known(nodes, bystander)
    nodes.a.store.forget()
    expect((await nodes.atA(client.held).me()).status).toBe(401)
    expect(nodes.a.store.calls.filter((name) => name.startsWith('feed.'))).toEqual([])
  },
)

describe('under a live lease', () => {
  test.each(modes)('a thousand requests in %s mode cost the store nothing', async (mode) => {
    const nodes = await createTwoNodes()
    const seen = await known(nodes, await nodes.signedIn(mode))
    nodes.a.store.forget()
    for (let request = 0; request < 1000; request++) expect((await seen.me()).status).toBe(200)
    expect(nodes.a.store.calls).toEqual([])
  })

  test('an access token that was never seen here costs the store nothing', async () => {
    const nodes = await createTwoNodes()
    const client = await nodes.signedIn('token')
    nodes.a.store.forget()
    expect((await nodes.atA(client.held).me()).status).toBe(200)
    expect(nodes.a.store.calls.filter((name) => name !== 'sessions.touch')).toEqual([])
  })
})

describe('when the lease has lapsed', () => {
  test.each(modes)('in %s mode a store that fails lets nobody in', async (mode) => {
    const nodes = await createTwoNodes()
    const seen = await known(nodes, await nodes.signedIn(mode))
    nodes.a.store.meddle(failing(''))
    nodes.pass(1000)
    expect((await seen.me()).status).toBe(200)
    nodes.pass(1)
    expect((await seen.me()).status).toBe(503)
  })

  test.each(modes)('in %s mode a feed that fails leaves the sessions to be asked', async (mode) => {
    const nodes = await createTwoNodes()
    const client = await nodes.signedIn(mode)
    const seen = await known(nodes, client)
    nodes.a.store.meddle(failing('feed.'))
    nodes.pass(1001)
    expect((await seen.me()).status).toBe(200)
    await nodes.b.auth.sessions.end(await sessionOf(client))
    expect((await seen.me()).status).toBe(401)
  })

  test.each(modes)('two hundred requests in %s mode share one read of the feed', async (mode) => {
    const nodes = await createTwoNodes()
    const seen = await known(nodes, await nodes.signedIn(mode))
    nodes.pass(1001)
    nodes.a.store.forget()
    const replies = await atOnce(200, () => seen.copy().me())
    expect(tally(replies.map(({ status }) => status))).toEqual({ 200: 200 })
    expect(nodes.a.store.calls).toEqual(['feed.read'])
  })
})

describe('an answer of the store', () => {
  const slow =
    (nodes: TwoNodes, delays: number[]): Meddler =>
    async (call) => {
      const answer = await call.proceed()
      if (call.name === 'sessions.find') nodes.pass(delays.shift() ?? 0)
      return answer
    }

  test.each([
    ['a second old is used', [1000], 200],
    ['older than a second is asked for again', [1001], 200],
    ['twice older than a second is refused', [1001, 1001], 503],
  ])('that is %s', async (_what, delays, status) => {
    const nodes = await createTwoNodes()
    const client = nodes.atA((await nodes.signedIn('session')).held)
    nodes.a.store.meddle(slow(nodes, [...delays]))
    expect((await client.me()).status).toBe(status)
  })

  test.each(['session', 'hybrid'] as const)(
    'that grew old on its way ends nobody late in %s mode',
    async (mode) => {
      const nodes = await createTwoNodes()
      const client = await nodes.signedIn(mode)
      const gate = createGate('sessions.find')
      nodes.a.store.meddle(async (call) => {
        const answer = await call.proceed()
        if (call.name === 'sessions.find')
          await gate.meddler({ ...call, proceed: async () => ({ value: null, now: 0 }) })
        return answer
      })
      const reply = nodes.atA(client.held).me()
      await gate.reached
      await nodes.b.auth.sessions.end(await sessionOf(client))
      nodes.pass(1001)
      gate.open()
      expect((await reply).status).toBe(401)
    },
  )
})

test('trustLocalFor lengthens the bound by exactly its value', async () => {
  const nodes = await createTwoNodes({ trustLocalFor: '5s' })
  const client = await nodes.signedIn('session')
  const seen = await known(nodes, client)
  await nodes.b.auth.sessions.end(await sessionOf(client))
  nodes.pass(6000)
  expect((await seen.me()).status).toBe(200)
  nodes.pass(1)
  expect((await seen.me()).status).toBe(401)
})

describe.each([hour, -hour])('when the clock of one process steps by %i ms', (step) => {
  test.each(modes)('a live session in %s mode lives on', async (mode) => {
    const nodes = await createTwoNodes()
    const seen = await known(nodes, await nodes.signedIn(mode))
    nodes.a.clock.setWall(nodes.a.clock.now() + step)
    expect((await seen.me()).status).toBe(200)
    nodes.pass(2000)
    expect((await seen.me()).status).toBe(200)
  })

  test.each(modes)('an ended session in %s mode stays ended', async (mode) => {
    const nodes = await createTwoNodes()
    const client = await nodes.signedIn(mode)
    const seen = await known(nodes, client)
    await nodes.b.auth.sessions.end(await sessionOf(client))
    nodes.a.clock.setWall(nodes.a.clock.now() + step)
    nodes.pass(1001)
    expect((await seen.me()).status).toBe(401)
  })

  test('an expired access token stays expired', async () => {
    const nodes = await createTwoNodes()
    const seen = await known(nodes, await nodes.signedIn('token'))
    nodes.a.clock.setWall(nodes.a.clock.now() + step)
    nodes.pass(300_000 + 6000)
    expect((await seen.me()).status).toBe(401)
  })
})

describe('what was read before a change and arrives after it is not kept', () => {
  /** The answer of the first `sessions.find` is made, and held back until released. */
  function holdAnswer(nodes: TwoNodes): { readonly reached: Promise<void>; readonly open: () => void } {
    const gate = createGate('sessions.find')
    nodes.a.store.meddle(async (call) => {
      const answer = await call.proceed()
      await gate.meddler({ ...call, proceed: async () => ({ value: null, now: 0 }) })
      return answer
    })
    return gate
  }

  const changes: readonly (readonly [
    string,
    (nodes: TwoNodes, id: string, where: 'a' | 'b') => Promise<unknown>,
    object,
  ])[] = [
    ['the session ends', (nodes, id, where) => nodes[where].auth.sessions.end(id), { status: 401 }],
    [
      'the user is disabled',
      (nodes, _id, where) => nodes[where].auth.users.disable(nodes.userId),
      { status: 401 },
    ],
    [
      'roles change',
      (nodes, _id, where) => nodes[where].setRoles(nodes.userId, ['boss']),
      { roles: ['boss'] },
    ],
    ['everyone is ended', (nodes, _id, where) => nodes[where].auth.sessions.endEveryone(), { status: 401 }],
  ]
  const shown = ({ status, body: { roles } }: Reply): object => (status === 200 ? { roles } : { status })

  test.each(changes)('when %s elsewhere', async (_what, change, expected) => {
    const nodes = await createTwoNodes()
    const client = await nodes.signedIn('session')
    const bystander = await nodes.signedIn('token')
    const id = await sessionOf(client)
    nodes.pass(600)
    const gate = holdAnswer(nodes)
    const seen = nodes.atA(client.held)
    const early = seen.me()
    await gate.reached
    await change(nodes, id, 'b')
    nodes.pass(401)
    await nodes.atA(bystander.held).me()
    gate.open()
    expect((await early).status).toBe('roles' in expected ? 200 : 401)
    nodes.a.store.forget()
    expect(shown(await seen.me())).toEqual(expected)
    expect(nodes.a.store.calls).toContain('sessions.find')
  })

  test.each(changes)('when %s here', async (_what, change, expected) => {
    const nodes = await createTwoNodes()
    const client = await nodes.signedIn('session')
    const id = await sessionOf(client)
    const gate = holdAnswer(nodes)
    const seen = nodes.atA(client.held)
    const early = seen.me()
    await gate.reached
    await change(nodes, id, 'a')
    gate.open()
    expect((await early).status).toBe('roles' in expected ? 200 : 401)
    expect(shown(await seen.me())).toEqual(expected)
  })
})
