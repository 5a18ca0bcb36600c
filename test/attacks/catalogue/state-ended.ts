// Lines 70, 73 and 74: what has ended stays ended, whatever is presented, set or started again.

import assert from 'node:assert/strict'
import { type Mode, modes } from '../../../packages/sessera/src/domain/principal.js'
import type { Client } from '../../support/client.js'
import type { Attack, InsideAttack, OutsideAttack, Target } from './attack.js'

const grace = 10_000

/** How a session ends. */
type Ending = readonly [what: string, end: (client: Client, target: Target) => Promise<number>]

const endings: readonly Ending[] = [
  ['signed out', async (client) => (await client.logout()).status],
  ['signed out with one of two credentials', async (client) => (await halfOf(client).logout()).status],
  [
    'ended by itself, by its id',
    async (client) => {
      const { sessionId } = (await client.me()).body
      return (await client.send('DELETE', `/auth/sessions/${sessionId}`)).status
    },
  ],
  [
    'ended from another device',
    async (client, target) => {
      const { sessionId } = (await client.me()).body
      const device = await target.signedIn('session')
      return (await device.send('DELETE', `/auth/sessions/${sessionId}`)).status
    },
  ],
  [
    'ended with all others',
    async (_client, target) => {
      const device = await target.signedIn('token')
      return (await device.send('DELETE', '/auth/sessions')).status === 200 ? 204 : 500
    },
  ],
]

export const stateEnded: readonly Attack[] = [
  ...modes.flatMap((mode) =>
    endings.map(
      ([what, end]): OutsideAttack => ({
        line: '70',
        what: `${what}, in ${mode} mode: all that was held is dead`,
        async run(target) {
          const client = await target.signedIn(mode)
          const old = client.copy()
          assert.equal((await old.copy().me()).status, 200)
          assert.equal(await end(client, target), 204)
          await isDead(target, old)
          assert.equal((await old.copy().logout()).status, 204, 'signing out twice is not the same')
        },
      }),
    ),
  ),
  ...modes.map(
    (mode): OutsideAttack => ({
      line: '70',
      what: `the password was changed elsewhere, in ${mode} mode: all that was held is dead`,
      async run(target) {
        const { password: current } = target.accounts.other
        const next = 'some other words of length'
        const client = await target.signedIn(mode, 'other')
        const device = await target.signedIn('session', 'other')
        const change = async (json: object): Promise<void> =>
          assert.equal((await device.send('POST', '/auth/password', { json })).status, 204)
        await change({ current, next })
        try {
          await isDead(target, client)
          assert.equal((await device.me()).status, 200)
        } finally {
          await change({ current: next, next: current })
        }
      },
    }),
  ),
  ...modes.map(
    (mode): OutsideAttack => ({
      line: '70',
      what: `proven again, in ${mode} mode: what was held before gets nothing new`,
      async run(target) {
        const client = await target.signedIn(mode)
        const old = client.copy()
        assert.equal((await client.reauthenticate(target.accounts.owner.password)).status, 200)
        for (const reply of [
          await old.copy().exchange('token'),
          await old.copy().refresh(),
          await handleOnly(old).send('DELETE', '/auth/sessions'),
        ]) {
          assert([401, 409].includes(reply.status), `answered ${reply.status}`)
          assert.equal(reply.body.access_token, undefined)
        }
        assert.equal((await client.me()).status, 200)
      },
    }),
  ),
  ...modes.map(
    (mode): InsideAttack => ({
      line: '70',
      what: `proven again, in ${mode} mode: what was held before is dead after ten seconds`,
      inside: true,
      async run(target, { world }) {
        const client = await target.signedIn(mode)
        const old = client.copy()
        world.clock.advance(1000)
        assert.equal((await client.reauthenticate(target.accounts.owner.password)).status, 200)
        world.clock.advance(grace)
        await isDead(target, handleOnly(old))
        assert.equal((await client.me()).status, 200)
      },
    }),
  ),
  ...[3_600_000, -3_600_000].map(
    (jump): InsideAttack => ({
      line: '73',
      what: `the clock of the machine is set by ${jump} ms: nothing that has ended comes back`,
      inside: true,
      sqlite: true,
      async run(target, { world: { clock } }) {
        const [out, stolen, honest] = [
          await target.signedIn('session'),
          await target.signedIn('token'),
          await target.signedIn('token'),
        ]
        await out.copy().logout()
        clock.advance(grace)
        const used = stolen.copy()
        await stolen.refresh()
        const outdated = honest.copy()
        await honest.refresh()
        clock.advance(grace)
        assert.equal((await used.refresh()).status, 401)
        clock.setWall(clock.now() + jump)
        for (const client of [out, stolen, used]) assert.equal((await client.copy().me()).status, 401)
        // The grace does not come back either: an outdated token never gets its successor.
        assert.equal((await outdated.refresh()).status, 401)
      },
    }),
  ),
  {
    line: '74',
    what: 'a restart keeps what was ended ended, and what lives alive',
    inside: true,
    sqlite: true,
    async run(target, { world, another }) {
      const clients: Client[] = []
      for (const mode of modes) clients.push(await target.signedIn(mode))
      const alive = await target.signedIn('token')
      for (const client of clients) await client.copy().logout()
      await world.auth.close()
      const second = await another()
      const there = ({ held }: Client): Client => second.target.client().copy(held)
      for (const client of clients) assert.equal((await there(client).me()).status, 401)
      assert.equal((await there(alive).me()).status, 200)
      assert.equal((await there(alive).refresh()).status, 200)
    },
  },
  ...modes.map(
    (mode): InsideAttack => ({
      line: '74',
      what: `what one process ended in ${mode} mode, another has ended within its second`,
      inside: true,
      sqlite: true,
      async run(target, { world, another }) {
        const client = await target.signedIn(mode)
        const second = await another()
        const there = second.target.client().copy(client.held)
        assert.equal((await there.copy().me()).status, 200)
        await client.copy().logout()
        world.clock.advance(1001)
        await isDead(second.target, there)
      },
    }),
  ),
]

/** Every credential, each in every place where one could stand. */
async function isDead(target: Target, old: Client): Promise<void> {
  const { cookies, accessToken, refreshToken } = old.held
  const texts = [...Object.values(cookies), accessToken, refreshToken].filter((text) => text !== null)
  assert.equal((await old.copy().me()).status, 401, 'what was held together is alive')
  for (const text of texts) {
    const bare = target.client()
    assert.equal((await bare.copy({ accessToken: text }).me()).status, 401, 'as a bearer it is alive')
    // What is too long for a refresh token is malformed.
    const refusal = text.length > 128 ? 400 : 401
    assert.equal((await bare.copy({ refreshToken: text }).refresh()).status, refusal, 'it refreshes')
    assert.equal(
      (await bare.copy({ refreshToken: text }).exchange('session')).status,
      refusal,
      'it exchanges',
    )
  }
  assert.equal((await old.copy().exchange('session')).status, 401)
  assert.equal((await old.copy().send('GET', '/auth/sessions')).status, 401)
  if (target.guardedPage !== null)
    assert.equal((await old.copy().send('GET', target.guardedPage)).status, 401)
}

/** What lasts, without the access token. */
function handleOnly(client: Client): Client {
  const cookies = Object.entries(client.held.cookies).filter(([name]) => !name.includes('sessera-access'))
  const { refreshToken } = client.held
  return client.copy({ cookies: Object.fromEntries(cookies), accessToken: null, refreshToken })
}

/** One of its credentials alone: the access token where there is one. */
function halfOf(client: Client): Client {
  const mode: Mode = client.held.accessToken !== null ? 'token' : 'session'
  if (mode === 'token') return client.copy({ refreshToken: null })
  const access = Object.entries(client.held.cookies).filter(([name]) => name.includes('sessera-access'))
  return access.length === 0 ? client.copy() : client.copy({ cookies: Object.fromEntries(access) })
}
