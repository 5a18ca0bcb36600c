// A change made here holds here when the call returns, whatever becomes of the feed; and a call that failed may be repeated.

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Mode } from '../../packages/sessera/src/domain/principal.js'
import { nextPassword, password, type World, type WorldOptions } from '../support/auth.js'
import type { Client } from '../support/client.js'
import { createTwoNodes, type TwoNodes } from '../support/two-nodes.js'
import { ask, expectUnavailable, type Fault, faults, holdTime, knows, struck, waitFor } from './faults.js'

beforeEach(holdTime)
afterEach(() => void vi.useRealTimers())

interface Scene {
  readonly nodes: TwoNodes
  readonly client: Client
  readonly sessionId: string
}

interface OwnChange {
  readonly what: string
  readonly modes: readonly Mode[]
  make(scene: Scene): Promise<unknown>
}

const immediate = { sessions: { refreshGrace: 0 } }
const cookies: readonly Mode[] = ['session', 'hybrid']
const every: readonly Mode[] = ['session', 'token', 'hybrid']

const changes: readonly OwnChange[] = [
  { what: 'signing out', modes: every, make: ({ client }) => client.copy().logout() },
  {
    what: 'ending a session',
    modes: every,
    make: ({ nodes, sessionId }) => nodes.a.auth.sessions.end(sessionId),
  },
  {
    what: 'ending all of a user',
    modes: every,
    make: ({ nodes }) => nodes.a.auth.sessions.endAll(nodes.userId),
  },
  { what: 'disabling', modes: every, make: ({ nodes }) => nodes.a.auth.users.disable(nodes.userId) },
  { what: 'ending everyone', modes: every, make: ({ nodes }) => nodes.a.auth.sessions.endEveryone() },
  { what: 'new roles', modes: ['token'], make: ({ nodes }) => nodes.a.setRoles(nodes.userId, ['boss']) },
  {
    what: 'a new password',
    modes: every,
    make: async ({ nodes }) => {
      const other = nodes.atA((await nodes.b.signedIn('session')).held)
      return other.send('POST', '/auth/password', { json: { current: password, next: nextPassword } })
    },
  },
  {
    what: 'an exchange',
    modes: every,
    make: ({ client }) => client.copy().exchange(client.cookie('session') === null ? 'session' : 'token'),
  },
  { what: 'a renewed proof', modes: cookies, make: ({ client }) => client.copy().reauthenticate(password) },
]

async function seenAtA(mode: Mode, options: WorldOptions = immediate): Promise<Scene> {
  const nodes = await createTwoNodes(options)
  const client = nodes.atA((await nodes.signedIn(mode)).held)
  const sessionId = (await client.me()).body.sessionId ?? ''
  return { nodes, client, sessionId }
}

function clockOf(nodes: TwoNodes): Pick<World, 'clock'> {
  return { clock: { ...nodes.a.clock, advance: nodes.pass } }
}

const isFeed = (name: string): boolean => name.startsWith('feed.')

/** Longer than the feed, a session and a call that is given up may take. */
const patienceMs = 16_000

async function makeUnder({ nodes, ...scene }: Scene, fault: Fault, { make }: OwnChange): Promise<void> {
  nodes.a.store.meddle(struck(fault, isFeed))
  const making = make({ nodes, ...scene })
  await (fault.takesTime ? waitFor([clockOf(nodes)], patienceMs, making) : making)
}

const feedFaults = [
  { how: 'works', takesTime: false, strike: (call) => call.proceed() },
  ...faults,
] as const satisfies readonly Fault[]

describe.each(feedFaults)('with a feed that $how', (fault) => {
  describe.each(changes)('$what', (change) => {
    test.each(change.modes)('holds at once in %s mode', async (mode) => {
      const scene = await seenAtA(mode)
      const { nodes, client } = scene
      await makeUnder(scene, fault, change)
      expect(knows(nodes.a, client)).toBe(false)
      const asking = ask(nodes.a, client, 'feed')
      const { status } = await (fault.takesTime ? waitFor([clockOf(nodes)], patienceMs, asking) : asking)
      expect(status).toBe(401)
      nodes.a.store.meddle(null)
      expect((await ask(nodes.a, client, 'feed')).status).toBe(401)
    })
  })
})

describe.each(faults.filter(({ how }) => how !== 'answers nothing'))('with a feed that $how', (fault) => {
  const cases = [
    { what: 'an exchange', run: (client: Client) => client.exchange('token') },
    { what: 'a renewed proof', run: (client: Client) => client.reauthenticate(password) },
  ]
  test.each(cases)('$what keeps its client signed in', async ({ run }) => {
    const { nodes, client } = await seenAtA('session')
    nodes.a.store.meddle(struck(fault, isFeed))
    const running = run(client)
    await (fault.takesTime ? waitFor([clockOf(nodes)], patienceMs, running) : running)
    nodes.a.store.meddle(null)
    expect((await client.me()).status).toBe(200)
  })
})

/** The call that is the change itself. */
const commits: readonly (readonly [
  what: string,
  call: string,
  run: (client: Client) => ReturnType<Client['me']>,
])[] = [
  ['signing out', 'sessions.end', (client) => client.logout()],
  ['ending all others', 'subjects.raiseEpoch', (client) => client.send('DELETE', '/auth/sessions')],
  [
    'a new password',
    'users.replacePassword',
    (client) => client.send('POST', '/auth/password', { json: { current: password, next: nextPassword } }),
  ],
]

describe('when the store did it and its answer was lost', () => {
  const lost = faults.find(({ how }) => how.startsWith('does it'))
  if (lost === undefined) throw new Error('There is such a fault.')

  test.each(commits)('%s: 503, and what it ended is over within a second', async (what, name, run) => {
    const { nodes, client } = await seenAtA('session')
    const other = nodes.atA((await nodes.b.signedIn('session')).held)
    await other.me()
    nodes.a.store.meddle(struck(lost, (called) => called === name))
    expectUnavailable(await run(client.copy()), what)
    nodes.a.store.meddle(null)
    nodes.pass(1001)
    const ended = what === 'signing out' ? client : other
    const spared = what === 'signing out' ? other : client
    expect([(await ended.me()).status, (await spared.me()).status]).toEqual([401, 200])
  })

  test('a refresh: 503, and its repetition gives the successor', async () => {
    const { nodes, client } = await seenAtA('token', {})
    nodes.pass(20_000)
    const again = client.copy()
    nodes.a.store.meddle(struck(lost, (called) => called === 'sessions.replace'))
    expectUnavailable(await client.refresh(), 'refresh')
    nodes.a.store.meddle(null)
    expect((await again.refresh()).status).toBe(200)
    expect((await again.me()).status).toBe(200)
  })
})
