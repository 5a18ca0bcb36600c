// Lines 55 and 56: how often passwords may be guessed, at one account and at many, by one address and by many.

import assert from 'node:assert/strict'
import type { Lines } from '../../http/raw-request.js'
import type { RawAnswer } from '../../http/raw-server.js'
import type { Attack, Inside, Target } from './attack.js'
import { cookieLine, login, nobody, statusesOf, wrong } from './guess.js'

export const limitsGuessing: readonly Attack[] = [
  {
    line: '55',
    what: 'guesses at one account under forged addresses count together',
    async run(target) {
      const { username } = target.accounts.victim
      const statuses = await statusesOf(target, 12, (index) => login(username, wrong, forgedAddress(index)))
      const { 401: tried = 0, 429: slowed = 0 } = statuses
      assert.equal(tried + slowed, 12, JSON.stringify(statuses))
      // Five, and one or two more where so much time goes by that they may.
      assert(tried <= 7, `${tried} of 12 guesses were tried`)
    },
  },
  {
    line: '55',
    what: 'spraying ends at 300 from one address, whatever X-Forwarded-For says',
    inside: true,
    async run(target) {
      assert.deepEqual(await spray(target, 305, forwarded), { 401: 300, 429: 5 })
    },
  },
  {
    line: '55',
    what: 'spraying ends at 300 behind a trusted proxy, whatever the client wrote before it',
    inside: true,
    world: { trustedProxies: ['loopback'] },
    async run(target) {
      const appended = (index: number): Lines => [['X-Forwarded-For', `198.51.100.${index % 250}, 192.0.2.7`]]
      assert.deepEqual(await spray(target, 305, appended), { 401: 300, 429: 5 })
      assert.equal((await asOwner(target, [['X-Forwarded-For', '192.0.2.8']])).status, 200)
    },
  },
  {
    line: '55',
    what: 'spraying ends at ten from each of many addresses; those who were here before get in',
    inside: true,
    world: { trustedProxies: ['loopback'] },
    async run(target) {
      const browser = cookieLine(await asOwner(target))
      const from = (index: number): Lines => [['X-Forwarded-For', `198.51.100.${index % 50}`]]
      assert.deepEqual(await spray(target, 600, from), { 401: 600 })
      assert.deepEqual(await spray(target, 50, from), { 429: 50 })
      assert.equal((await asOwner(target, [...from(1), browser])).status, 200)
      assert.equal((await asOwner(target, [['X-Forwarded-For', '192.0.2.8']])).status, 200)
    },
  },
  {
    line: '56',
    what: 'strangers guess on; a browser that was here before gets in, one of somebody else does not',
    registration: true,
    async run(target) {
      const account = { username: `guessed-${nobody()}`, password: target.accounts.victim.password }
      const created = await target.send({ path: '/auth/register', json: account })
      assert.equal(created.status, 201, created.body)
      const stranger = cookieLine(await target.send(login(...pair(target.accounts.other))))
      const { 429: slowed = 0 } = await statusesOf(target, 12, () => login(account.username, wrong))
      assert(slowed > 0, 'nobody was slowed down')
      assert.equal((await target.send(login(...pair(account), [cookieLine(created)]))).status, 200)
      assert.equal((await target.send(login(...pair(account), [stranger]))).status, 429)
      assert.equal((await target.send(login(...pair(account)))).status, 429)
    },
  },
  {
    line: '56',
    what: 'with all guesses used up they get in where they have signed in before, again and again',
    inside: true,
    async run(target, inside) {
      const browser = cookieLine(await asOwner(target))
      await hammer(target, inside)
      assert.deepEqual(await statusesOf(target, 3, () => login(...pair(target.accounts.owner), [browser])), {
        200: 3,
      })
      assert.equal((await asOwner(target)).status, 429)
    },
  },
  {
    line: '56',
    what: 'the browser of whoever guesses is no help, with an account of its own neither',
    inside: true,
    async run(target, inside) {
      const browser = cookieLine(await target.send(login(...pair(target.accounts.other))))
      await hammer(target, inside)
      assert.equal((await asOwner(target, [browser])).status, 429)
    },
  },
  {
    line: '56',
    what: 'elsewhere they get in as soon as an administrator unlocks them',
    inside: true,
    async run(target, inside) {
      const { user }: { user: { id: string } } = JSON.parse((await asOwner(target)).body)
      await hammer(target, inside)
      await inside.world.auth.users.unlock(user.id)
      assert.equal((await asOwner(target)).status, 200)
    },
  },
]

function asOwner(target: Target, headers: Lines = []): Promise<RawAnswer> {
  return target.send(login(...pair(target.accounts.owner), headers))
}

function pair({ username, password }: Target['accounts']['owner']): readonly [string, string] {
  return [username, password]
}

function spray(target: Target, count: number, headers: (index: number) => Lines): Promise<object> {
  return statusesOf(target, count, (index) => login(`name ${index}`, wrong, headers(index)))
}

function forwarded(index: number): Lines {
  return [['X-Forwarded-For', `198.51.100.${index % 250}`]]
}

/** Every header in which some program somewhere believes an address. */
function forgedAddress(index: number): Lines {
  const ip = `198.51.100.${index}`
  const names = ['X-Real-IP', 'X-Client-IP', 'True-Client-IP', 'CF-Connecting-IP', 'X-Originating-IP']
  return [
    ['X-Forwarded-For', index % 2 === 0 ? ip : `${ip}, 127.0.0.1`],
    ['Forwarded', `for=${ip};proto=https`],
    ...names.map((name) => [name, ip] as const),
  ]
}

/** Uses up all guesses that strangers have at the owner's account. */
async function hammer(target: Target, { world }: Inside): Promise<void> {
  for (let count = 0; count < 105; count++) {
    await target.send(login(target.accounts.owner.username, wrong))
    world.clock.advance(900_000)
  }
  assert.equal((await asOwner(target)).status, 429)
}
