// Disclosed elsewhere: what was good once, and was spent twice; what was good for a time, and lasted.

import assert from 'node:assert/strict'
import { atOnce, tally } from '../../support/many.js'
import type { Attack, Inside, InsideAttack, Target } from './attack.js'
import { at } from './disclosed-ends.js'

const grace = 10_000

export const disclosedSpent: readonly Attack[] = [
  {
    line: 'CVE-2026-53517',
    what: 'thirty refreshes with one token at once: no two successors',
    async run(target) {
      const client = await target.signedIn('token')
      const replies = await atOnce(30, () => client.copy().refresh())
      const won = replies.filter(({ status }) => status === 200)
      assert(won.length > 0, JSON.stringify(tally(replies.map(({ status }) => status))))
      assert.equal(new Set(won.map(({ body }) => body.refresh_token)).size, 1, 'spent twice')
    },
  },
  {
    line: 'CVE-2026-1035',
    what: 'without any grace, at two processes at once: a token is spent once at most',
    inside: true,
    sqlite: true,
    world: { sessions: { refreshGrace: 0 } },
    async run(target, { world, another }) {
      const second = (await another()).target
      for (let round = 0; round < 3; round++) {
        const client = await target.signedIn('token')
        world.clock.advance(grace)
        const places = [at(target, client), at(second, client)]
        const replies = await atOnce(20, (index) => (places[index % 2] ?? client).copy().refresh())
        const statuses = tally(replies.map(({ status }) => status))
        assert((statuses[200] ?? 0) <= 1, `spent ${statuses[200]} times`)
        assert.equal(statuses[500], undefined)
        const one = await target.signedIn('token')
        assert.equal((await one.copy().refresh()).status, 200)
        assert.equal((await one.copy().refresh()).status, 401, 'good once more')
      }
    },
  },
  ...(
    [
      ['CVE-2026-22751', 'at once'],
      ['CVE-2025-46815', 'one after the other'],
    ] as const
  ).map(
    ([line, how]): InsideAttack => ({
      line,
      what: `a link that is good once, used by ten ${how}`,
      inside: true,
      sqlite: true,
      async run(target, { world }) {
        const { id = '' } = (await (await target.signedIn('token')).me()).body
        const { token } = await world.auth.users.invite(id)
        const use = (index: number): Promise<{ readonly status: number }> =>
          target.send({
            path: '/auth/invitation',
            json: { token, password: `the words that number ${index} chose` },
          })
        const statuses: number[] = []
        if (how === 'at once') statuses.push(...(await atOnce(10, use)).map(({ status }) => status))
        else for (let index = 0; index < 10; index++) statuses.push((await use(index)).status)
        assert.deepEqual(tally(statuses), { 204: 1, 401: 9 })
      },
    }),
  ),
  {
    line: 'CVE-2024-35220',
    what: 'a session that is restored from the store, used all the time: it ends when it was to end',
    inside: true,
    sqlite: true,
    async run(target, inside) {
      for (const remember of [false, true]) await endsInTime(target, inside, remember)
    },
  },
]

const minute = 60_000
const day = 24 * 60 * minute

async function endsInTime(target: Target, { world, another }: Inside, remember: boolean): Promise<void> {
  const client = target.client()
  const { username, password } = target.accounts.owner
  const { body } = await client.login(username, password, { mode: 'session', remember })
  const end = body.session?.expiresAt ?? 0
  assert.equal(end - world.clock.now(), remember ? 30 * day : day)
  const step = remember ? 6 * day : 50 * minute
  while (world.clock.now() + step < end) {
    world.clock.advance(step)
    assert.equal((await client.me()).status, 200)
    const [session] = await world.auth.sessions.list((await client.me()).body.id ?? '')
    assert.equal(session?.expiresAt, end, 'its end moved')
  }
  world.clock.advance(end - world.clock.now())
  const restored = (await another()).target
  assert.equal((await client.copy().me()).status, 401, 'it outlives its end')
  assert.equal((await at(restored, client).me()).status, 401, 'it outlives its end in another process')
}
