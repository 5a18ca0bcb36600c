// Lines 67 and 69: refreshes that race each other, and refreshes that race the end of their session.

import assert from 'node:assert/strict'
import { modes } from '../../../packages/sessera/src/domain/principal.js'
import type { Client } from '../../support/client.js'
import { atOnce, tally } from '../../support/many.js'
import type { Attack, InsideAttack, OutsideAttack, Target } from './attack.js'
import { together } from './barrier.js'

const grace = 10_000

/** What ends `client` while it refreshes. */
type End = readonly [what: string, end: (client: Client, target: Target) => Promise<unknown>]

const ends: readonly End[] = [
  ['it signs out', (client) => client.copy().logout()],
  ['another device ends it', async (client, target) => endFrom(await target.signedIn('session'), client)],
  [
    'another device ends all others',
    async (_client, target) => (await target.signedIn('session')).send('DELETE', '/auth/sessions'),
  ],
]

const endsFromInside: readonly (readonly [
  what: string,
  end: (
    users: { disable(id: string): Promise<void>; delete(id: string): Promise<void> },
    id: string,
  ) => Promise<void>,
])[] = [
  ['the user is disabled', (users, id) => users.disable(id)],
  ['the user is deleted', (users, id) => users.delete(id)],
]

export const stateRaces: readonly Attack[] = [
  {
    line: '67',
    what: 'fifty refreshes at once get one and the same successor',
    async run(target) {
      const client = await target.signedIn('token')
      await areOne(await atOnce(50, () => client.copy().refresh()))
      assert.equal((await client.refresh()).status, 200)
    },
  },
  {
    line: '67',
    what: 'fifty refreshes at once over fifty connections are one rotation',
    inside: true,
    sqlite: true,
    async run(target, { world }) {
      const client = await target.signedIn('token')
      world.clock.advance(grace)
      world.store.meddle(together('sessions.replace', 50))
      await areOne(await atOnce(50, () => client.copy().refresh()))
      const { value } = await world.store.opened().sessions.find((await client.me()).body.sessionId ?? '')
      assert.equal(value?.session.generation, 2)
    },
  },
  {
    line: '67',
    what: 'twenty-five refreshes at once at each of two processes are one rotation',
    inside: true,
    sqlite: true,
    async run(target, { world, another }) {
      const client = await target.signedIn('token')
      const second = (await another()).target.client().copy(client.held)
      world.clock.advance(grace)
      await areOne(await atOnce(50, (index) => (index % 2 === 0 ? client : second).copy().refresh()))
      const { value } = await world.store.opened().sessions.find((await client.me()).body.sessionId ?? '')
      assert.equal(value?.session.generation, 2)
    },
  },
  {
    line: '67',
    what: 'twenty exchanges that all have read before one writes: one gets it',
    inside: true,
    sqlite: true,
    async run(target, { world }) {
      const client = await target.signedIn('session')
      world.store.meddle(together('sessions.replace', 20))
      const replies = await atOnce(20, () => client.copy().exchange('token'))
      assert.deepEqual(tally(replies.map(({ status }) => status)), { 200: 1, 409: 19 })
    },
  },
  ...modes.map(
    (mode): OutsideAttack => ({
      line: '67',
      what: `twenty exchanges at once for ${mode}: one gets it`,
      async run(target) {
        const client = await target.signedIn(mode === 'session' ? 'token' : 'session')
        const replies = await atOnce(20, () => client.copy().exchange(mode))
        const statuses = tally(replies.map(({ status }) => status))
        assert.equal(statuses[200], 1, JSON.stringify(statuses))
        for (const { status, setCookies, body } of replies) {
          if (status === 200) continue
          assert([401, 409].includes(status), `answered ${status}`)
          assert.deepEqual([setCookies, body.access_token], [[], undefined])
        }
      },
    }),
  ),
  ...ends.map(
    ([what, end]): OutsideAttack => ({
      line: '69',
      what: `refreshes while ${what}: no token remains`,
      async run(target) {
        for (let round = 0; round < 3; round++) {
          const client = await target.signedIn('token')
          await raceTo(client, () => end(client, target))
        }
      },
    }),
  ),
  {
    line: '69',
    what: 'refreshes while the password is changed: no token remains',
    async run(target) {
      const { password: current } = target.accounts.other
      const next = 'some other words of length'
      const [client, changer] = [
        await target.signedIn('token', 'other'),
        await target.signedIn('session', 'other'),
      ]
      const change = async (from: string, to: string): Promise<void> => {
        const { status, text } = await changer.send('POST', '/auth/password', {
          json: { current: from, next: to },
        })
        assert.equal(status, 204, text)
      }
      try {
        await raceTo(client, () => change(current, next))
      } finally {
        await change(next, current)
      }
    },
  },
  {
    line: '69',
    what: 'rotations that race a sign-out: no token remains',
    inside: true,
    sqlite: true,
    async run(target, { world }) {
      for (let round = 0; round < 5; round++) {
        const client = await target.signedIn('token')
        world.clock.advance(grace)
        await raceTo(client, () => client.copy().logout())
      }
    },
  },
  ...endsFromInside.map(
    ([what, end]): InsideAttack => ({
      line: '69',
      what: `rotations while ${what}: no token remains`,
      inside: true,
      sqlite: true,
      async run(target, { world }) {
        const client = await target.signedIn('token')
        const { id = '' } = (await client.me()).body
        world.clock.advance(grace)
        await raceTo(client, () => end(world.auth.users, id))
      },
    }),
  ),
]

/** All were answered, with the same refresh token. */
async function areOne(
  replies: readonly { readonly status: number; readonly body: { refresh_token?: string } }[],
): Promise<void> {
  assert.deepEqual(tally(replies.map(({ status }) => status)), { 200: replies.length })
  const successors = new Set(replies.map(({ body }) => body.refresh_token))
  assert.equal(successors.size, 1, `${successors.size} successors`)
  assert(!successors.has(undefined))
}

/** Four refreshes before, four after; then whatever any of them got must be dead. */
async function raceTo(client: Client, end: () => Promise<unknown>): Promise<void> {
  const racers = Array.from({ length: 8 }, () => client.copy())
  await Promise.all([
    ...racers.slice(0, 4).map((racer) => racer.refresh()),
    end(),
    ...racers.slice(4).map((racer) => racer.refresh()),
  ])
  for (const racer of racers) {
    assert.equal((await racer.me()).status, 401, 'an access token is alive')
    assert.equal((await racer.refresh()).status, 401, 'a refresh token is alive')
  }
}

async function endFrom(device: Client, client: Client): Promise<void> {
  const { sessionId } = (await client.copy().me()).body
  if (sessionId !== undefined) await device.send('DELETE', `/auth/sessions/${sessionId}`)
}
