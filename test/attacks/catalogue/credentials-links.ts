// Line 64: links by which somebody sets a password, forged, used twice, raced for and outlived.

import assert from 'node:assert/strict'
import type { RawAnswer } from '../../http/raw-server.js'
import type { World } from '../../support/auth.js'
import { atOnce, tally } from '../../support/many.js'
import type { Attack, InsideAttack, Target } from './attack.js'
import { together } from './barrier.js'
import { login } from './guess.js'
import { faceOf, problemOf, type Refusal, refused, type Scene } from './refusal.js'

const next = 'some other words of length'
const thief = 'a password of a thief'

const forgeries: readonly (readonly [what: string, token: (scene: Scene) => string])[] = [
  ['of the right form for the owner', ({ token }) => invitationFor(subjectOf(token))],
  ['an access token', ({ token }) => token.slice(0, 512)],
  ['a refresh token', ({ app }) => app.held.refreshToken ?? ''],
  ['a session cookie', ({ cookie }) => cookie.value],
  ['text', () => '../../etc/passwd'],
]

const forged: readonly Refusal[] = [
  ...forgeries.map(
    ([what, token]): Refusal => ({
      line: '64',
      what: `a forged link: ${what}`,
      send: (scene) => ({ path: '/auth/invitation', json: { token: token(scene), password: thief } }),
      status: 401,
      code: 'invitation_refused',
      like: () => ({ path: '/auth/invitation', json: { token: invitationFor('nobody'), password: thief } }),
    }),
  ),
  {
    line: '64',
    what: 'a forged link: for the first administrator',
    send: () => ({
      path: '/auth/first-administrator',
      json: { token: invitationFor(''), username: 'the-thief', password: thief },
    }),
    // Where nobody administers over HTTP there is no such route.
    status: [401, 404],
  },
]

/** What ends a link that has not been used. */
const endings: readonly (readonly [what: string, end: (world: World, id: string) => Promise<unknown>])[] = [
  ['a newer one', ({ auth }, id) => auth.users.invite(id)],
  ['all sessions of the user were ended', ({ auth }, id) => auth.sessions.endAll(id)],
  ['everything of everyone was ended', ({ auth }) => auth.sessions.endEveryone()],
  ['the user was disabled', ({ auth }, id) => auth.users.disable(id)],
  ['the user was deleted', ({ auth }, id) => auth.users.delete(id)],
  ['half an hour went by', async ({ clock }) => clock.advance(30 * 60_000)],
]

export const credentialsLinks: readonly Attack[] = [
  ...refused(forged),
  {
    line: '64',
    what: 'a link used twice, and then nobody is signed in by it',
    inside: true,
    async run(target, { world }) {
      const { id, token } = await invited(world, target)
      const before = await target.signedIn('token')
      const first = await accept(target, token, next)
      assert.deepEqual([first.status, first.all('set-cookie'), first.body], [204, [], ''])
      assert.equal((await before.me()).status, 401, 'a session outlived the new password')
      assert.deepEqual(await world.auth.sessions.list(id), [], 'the link began a session')
      await refusedLink(target, token)
      assert.equal((await target.send(login(target.accounts.owner.username, next))).status, 200)
    },
  },
  {
    line: '64',
    what: 'twenty at once with one link: one sets the password',
    inside: true,
    sqlite: true,
    async run(target, { world }) {
      const { token } = await invited(world, target)
      world.store.meddle(together('users.replacePassword', 20))
      const answers = await atOnce(20, (index) => accept(target, token, `${next} ${index}`))
      assert.deepEqual(tally(answers.map(({ status }) => status)), { 204: 1, 401: 19 })
      const winner = answers.findIndex(({ status }) => status === 204)
      const { username } = target.accounts.owner
      assert.equal((await target.send(login(username, `${next} ${winner}`))).status, 200)
      assert.equal((await target.send(login(username, `${next} ${(winner + 1) % 20}`))).status, 401)
    },
  },
  {
    line: '64',
    what: 'twenty at once with one link at two processes: one sets the password',
    inside: true,
    sqlite: true,
    async run(target, { world, another }) {
      const { token } = await invited(world, target)
      const second = await another()
      const meddler = together('users.replacePassword', 20)
      world.store.meddle(meddler)
      second.world.store.meddle(meddler)
      const answers = await atOnce(20, (index) =>
        accept(index % 2 === 0 ? target : second.target, token, `${next} ${index}`),
      )
      assert.deepEqual(tally(answers.map(({ status }) => status)), { 204: 1, 401: 19 })
    },
  },
  ...endings.map(
    ([what, end]): InsideAttack => ({
      line: '64',
      what: `a link that has ended: ${what}`,
      inside: true,
      async run(target, { world }) {
        const { id, token } = await invited(world, target)
        await end(world, id)
        await refusedLink(target, token)
      },
    }),
  ),
  {
    line: '64',
    what: 'a genuine link altered in any of its bytes, or to be of another user',
    inside: true,
    async run(target, { world }) {
      const { token } = await invited(world, target)
      const bytes = Buffer.from(token, 'base64url')
      const { id: other = '' } = (await (await target.signedIn('token', 'other')).me()).body
      const altered = [
        ...Array.from({ length: 40 }, (_, index) => {
          const copy = Buffer.from(bytes)
          copy[index] = (copy[index] ?? 0) ^ 1
          return copy.toString('base64url')
        }),
        Buffer.concat([bytes.subarray(0, 39), Buffer.from(other)]).toString('base64url'),
        `${token}=`,
        token.slice(0, -1),
      ]
      const plain = faceOf(await accept(target, invitationFor('nobody'), thief))
      for (const text of altered) assert.deepEqual(faceOf(await accept(target, text, thief)), plain)
      assert.equal((await accept(target, token, next)).status, 204, 'the genuine link is dead')
    },
  },
]

/** A new password for the owner, as an administrator starts it. */
async function invited(
  world: World,
  target: Target,
): Promise<{ readonly id: string; readonly token: string }> {
  const { id = '' } = (await (await target.signedIn('token')).me()).body
  return { id, token: (await world.auth.users.invite(id)).token }
}

function accept(target: Target, token: string, password: string): Promise<RawAnswer> {
  return target.send({ path: '/auth/invitation', json: { token, password } })
}

/** The same bytes as for a link that never was. */
async function refusedLink(target: Target, token: string): Promise<void> {
  const answer = await accept(target, token, thief)
  assert.equal(problemOf(answer), 'invitation_refused')
  assert.deepEqual(faceOf(answer), faceOf(await accept(target, invitationFor('nobody'), thief)))
  const { username } = target.accounts.owner
  assert.equal((await target.send(login(username, thief))).status, 401, 'the password was set')
}

/** Version, expiry in the year 2100, a signature of zeros, the user. */
function invitationFor(userId: string): string {
  const head = Buffer.alloc(39)
  head[0] = 1
  head.writeUIntBE(Date.UTC(2100, 0, 1), 1, 6)
  return Buffer.concat([head, Buffer.from(userId)]).toString('base64url')
}

function subjectOf(token: string): string {
  const { sub }: { sub: string } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
  return sub
}
