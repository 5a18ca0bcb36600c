// Line 82: guesses that are made all at once are counted one by one, wherever a password can be guessed.

import assert from 'node:assert/strict'
import { atOnce, tally } from '../../support/many.js'
import type { Attack, Target } from './attack.js'
import { login, statusesOf, wrong } from './guess.js'

/** Places where somebody who is signed in proves who they are. */
const proofs: readonly (readonly [path: string, json: object])[] = [
  ['/auth/reauthenticate', { password: wrong }],
  ['/auth/password', { current: wrong, next: 'some other words of length' }],
]

export const limitsAtOnce: readonly Attack[] = [
  {
    line: '82',
    what: 'forty guesses at once, in all spellings of one name',
    async run(target) {
      const { username } = target.accounts.victim
      const spellings = [username, username.toUpperCase(), ` ${username}`, `${username}\t`]
      const statuses = await statusesOf(target, 40, (index) => login(spellings[index % 4] ?? '', wrong))
      refuseMore(statuses, 40)
    },
  },
  ...proofs.map(
    ([path, json]): Attack => ({
      line: '82',
      what: `forty guesses at once by one who is signed in: ${path}`,
      async run(target) {
        const client = await target.signedIn('token', 'other')
        const headers = Object.entries(client.headers())
        refuseMore(await statusesOf(target, 40, () => ({ path, json, headers })), 40)
        assert.equal((await client.me()).status, 200)
      },
    }),
  ),
  {
    line: '82',
    what: 'a hundred guesses at once over a hundred connections are counted as a hundred',
    inside: true,
    sqlite: true,
    async run(target, { world }) {
      const before = world.passwords.verified.length
      const { username } = target.accounts.owner
      const statuses = await statusesOf(target, 100, () => login(username, wrong))
      assert.deepEqual(statuses, { 401: 5, 429: 95 })
      assert.equal(world.passwords.verified.length - before, 5)
    },
  },
  {
    line: '82',
    what: 'fifty at once at each of two processes count together',
    inside: true,
    sqlite: true,
    async run(target, { another }) {
      const second = await another()
      const { username } = target.accounts.owner
      const guess = async (at: Target): Promise<number> => (await at.send(login(username, wrong))).status
      const statuses = await atOnce(100, (index) => guess(index % 2 === 0 ? target : second.target))
      assert.deepEqual(tally(statuses), { 401: 5, 429: 95 })
    },
  },
]

/** Five, and one or two more where so much time goes by that they may; what a full queue refuses was not tried. */
function refuseMore(statuses: Readonly<Record<string, number>>, all: number): void {
  const { 401: tried = 0, 429: slowed = 0, 503: untried = 0 } = statuses
  assert.equal(tried + slowed + untried, all, JSON.stringify(statuses))
  assert(tried <= 7, `${tried} of ${all} guesses were tried`)
}
