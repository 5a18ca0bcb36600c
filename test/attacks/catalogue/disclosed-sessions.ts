// Disclosed elsewhere: sessions planted before sign-in, alive after sign-out, given to another, ended by another.

import assert from 'node:assert/strict'
import { createHandles } from '../../../packages/sessera/src/credentials/handle.js'
import { createServerKeys } from '../../../packages/sessera/src/credentials/server-keys.js'
import { modes } from '../../../packages/sessera/src/domain/principal.js'
import type { Client } from '../../support/client.js'
import type { Attack, OutsideAttack, Target } from './attack.js'
import { post, tokenOf } from './cross-site-forms.js'
import { cookiesOf } from './reach.js'
import { cookieNamed, me, type Scene, sceneOf } from './refusal.js'

const stolenSecret = 'a server secret that somebody has stolen'

export const disclosedSessions: readonly Attack[] = [
  ...modes.map(
    (mode): OutsideAttack => ({
      line: 'CVE-2022-25896, CVE-2023-29019',
      what: `what the attacker planted before a sign-in in ${mode} mode is not what is signed in`,
      async run(target) {
        const scene = await sceneOf(target)
        const planted = await target.signedIn('hybrid', 'other')
        const { username, password } = target.accounts.owner
        const victim = planted.copy()
        assert.equal((await victim.login(username, password, { mode })).status, 200)
        assert.equal((await victim.me()).body.username, username)
        const texts = textsOf(victim)
        for (const text of textsOf(planted)) assert(!texts.includes(text), 'a planted credential lives on')
        for (const thief of [planted.copy(), planted.copy({ cookies: handleOf(planted, scene) })]) {
          const reply = await thief.me()
          assert.notEqual(reply.body.username, username, 'the attacker is signed in as the owner')
        }
      },
    }),
  ),
  {
    line: 'CVE-2022-25896, CVE-2023-29019',
    what: 'signing out gives no new session, and signing in again another one',
    async run(target) {
      const { username, password } = target.accounts.owner
      const client = await target.signedIn('session')
      const first = client.cookie('session')
      const reply = await client.logout()
      assert(
        reply.setCookies.every((line) => /=; Max-Age=0;/.test(line)),
        `set ${reply.setCookies.join(', ')}`,
      )
      await client.login(username, password)
      assert.notEqual(client.cookie('session'), first)
    },
  },
  {
    line: 'GHSA-2ccf-ffrj-m4qw',
    what: "a form's token from before a sign-in, in the browser of whoever signs in then",
    pages: true,
    async run(target) {
      const browser = await target.signedIn('session', 'other')
      const before = await tokenOf(target, browser)
      const { username, password } = target.accounts.owner
      assert.equal((await browser.login(username, password)).status, 200)
      const answer = await target.send(post('/sign-out', { token: before }, browser))
      assert.equal(answer.status, 403)
      assert.equal((await browser.me()).status, 200, 'the owner was signed out')
    },
  },
  {
    line: 'CVE-2021-29624',
    what: "a form's token that a sibling host planted as a cookie and sends as a field too",
    pages: true,
    async run(target) {
      const browser = await target.signedIn('session')
      const attacker = await tokenOf(target, await target.signedIn('session', 'other'))
      for (const token of ['planted', attacker]) {
        const { headers = [], ...request } = post('/sign-out', { token }, browser)
        const planted = ['token', '_csrf', 'csrf', '__Host-csrf', 'XSRF-TOKEN'].map(
          (name) => `${name}=${token}`,
        )
        const answer = await target.send({
          ...request,
          headers: headers.map(([name, value]) => [
            name,
            name === 'cookie' ? `${planted.join('; ')}; ${value}` : value,
          ]),
        })
        assert.equal(answer.status, 403, answer.body)
      }
      assert.equal((await browser.me()).status, 200, 'the owner was signed out')
    },
  },
  ...modes.flatMap((mode) =>
    (
      [
        ['CVE-2024-31999', 'a cookie that was kept from before the sign-out'],
        ['GHSA-g65h-35f3-x2w3', 'a token that was kept from before the sign-out'],
      ] as const
    ).map(
      ([line, what]): OutsideAttack => ({
        line,
        what: `${what}, in ${mode} mode`,
        async run(target) {
          const client = await target.signedIn(mode)
          const kept = client.copy()
          // Seen a moment ago: remembered wherever credentials are.
          assert.equal((await client.copy().me()).status, 200)
          assert.equal((await client.logout()).status, 204)
          await opensNothing(target, kept)
        },
      }),
    ),
  ),
  {
    line: 'CVE-2025-12390',
    what: 'in one browser, without its cookies between: no id serves two users, or twice',
    async run(target) {
      const { owner, other } = target.accounts
      const browser = target.client()
      const ids: string[] = []
      const texts: string[] = []
      for (const { username, password } of [owner, other, owner, other]) {
        await browser.copy({ cookies: {} }).logout()
        const reply = await browser.login(username, password)
        assert.equal(reply.status, 200, reply.text)
        ids.push(reply.body.session?.id ?? '')
        texts.push(browser.cookie('session') ?? '')
        assert.equal((await browser.me()).body.username, username)
        browser.held = { ...browser.held, cookies: deviceOnly(browser) }
      }
      assert.equal(new Set(ids).size, 4, ids.join())
      assert.equal(new Set(texts).size, 4)
    },
  },
  {
    line: 'CVE-2025-12390',
    what: 'a name that is given to somebody new: what its former owner held opens nothing',
    inside: true,
    sqlite: true,
    async run(target, { world }) {
      const { username, password } = target.accounts.owner
      const former: Client[] = []
      for (const mode of modes) former.push(await target.signedIn(mode))
      const { id = '' } = (await (await target.signedIn('token')).me()).body
      const { token } = await world.auth.users.invite(id)
      await world.auth.users.delete(id)
      const { id: next } = await world.auth.users.create({ username, password, roles: ['teller'] })
      assert.notEqual(next, id)
      await target.signedIn('session')
      for (const client of former) await opensNothing(target, client)
      const link = { path: '/auth/invitation', json: { token, password: 'words of the former owner' } }
      assert.equal((await target.send(link)).status, 401, 'an invitation of before sets the password')
    },
  },
  {
    line: 'CVE-2025-71402',
    what: 'cookies that name the sessions of another, at sign-out and at sign-in: they live on',
    async run(target) {
      const scene = await sceneOf(target)
      const attacker = await target.signedIn('session', 'other')
      const { sessionId = '' } = (await scene.browser.me()).body
      const forged = forgedHandles(attacker.cookie('session') ?? '', sessionId ?? '')
      const names = ['session', 'access', 'refresh'] as const
      for (const value of forged) {
        const cookies = names.map((kind) =>
          kind === 'session' ? `${scene.cookie.name}=${value}` : `${cookieNamed(kind, scene)}=${value}`,
        )
        const more = [
          `${scene.cookie.name}_multi-${sessionId}=${value}`,
          `session_multi-${sessionId}=${value}`,
        ]
        const headers = [['Cookie', [...cookies, ...more].join('; ')]] as const
        await target.send({ path: '/auth/logout', json: { refresh_token: value }, headers })
        await target.send({
          method: 'POST',
          path: '/auth/logout',
          headers: cookiesOf(attacker).concat(headers),
        })
        await target.send({ path: '/auth/login', json: target.accounts.other, headers })
        assert.equal((await scene.browser.me()).status, 200, `ended by ${value}`)
      }
    },
  },
  {
    line: 'CVE-2025-71402',
    what: 'cookies of another as whoever has the server secret makes them, but not the store: they open and end nothing',
    inside: true,
    world: { secrets: [stolenSecret] },
    async run(target) {
      const scene = await sceneOf(target)
      const { id: userId = '', sessionId } = (await scene.browser.me()).body
      const seed = Buffer.alloc(16).toString('base64url')
      const owner = { id: sessionId ?? '', userId, seed, purpose: 'session', generation: 1 } as const
      const value = createHandles(createServerKeys([stolenSecret])).issue(owner)
      const headers = [['Cookie', `${scene.cookie.name}=${value}`]] as const
      assert.equal((await target.send(me(...headers))).status, 401, 'it opens the session')
      await target.send({ method: 'POST', path: '/auth/logout', headers })
      await target.send({ path: '/auth/login', json: target.accounts.other, headers })
      assert.equal((await scene.browser.me()).status, 200, 'it ended the session')
    },
  },
]

/** The attacker's own handle with the id of another session in it, and the id in the clear. */
function forgedHandles(own: string, sessionId: string): readonly string[] {
  const bytes = Buffer.from(own, 'base64url')
  bytes.write(sessionId, 2, 16, 'base64url')
  return [bytes.toString('base64url'), sessionId, `${sessionId}.${own}`, `${own}.${sessionId}`]
}

/** Each credential alone, wherever it could stand, and all of them together. */
async function opensNothing(target: Target, kept: Client): Promise<void> {
  const paths = [
    '/auth/me',
    '/auth/sessions',
    '/auth/verify',
    ...(target.guardedPage ? [target.guardedPage] : []),
  ]
  const alone = Object.entries(kept.held.cookies).map(([name, value]) => me(['Cookie', `${name}=${value}`]))
  const bearers = textsOf(kept).map((text) => me(['Authorization', `Bearer ${text}`]))
  for (const { headers = [] } of [{ headers: cookiesOf(kept) }, ...alone, ...bearers]) {
    for (const path of paths) {
      const { status } = await target.send({ path, headers })
      assert.equal(status, 401, `${path} was answered ${status}`)
    }
  }
  assert.equal((await kept.copy().refresh()).status, 401, 'it refreshes')
  assert.equal((await kept.copy().exchange('token')).status, 401, 'it exchanges')
}

function textsOf({ held: { cookies, accessToken, refreshToken } }: Client): readonly string[] {
  const inCookies = Object.entries(cookies).filter(([name]) => !name.includes('sessera-device'))
  return [...inCookies.map(([, value]) => value), accessToken, refreshToken].filter((text) => text !== null)
}

function handleOf(client: Client, { cookie }: Scene): Readonly<Record<string, string>> {
  return { [cookie.name]: client.cookie('session') ?? '' }
}

function deviceOnly({ held: { cookies } }: Client): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(cookies).filter(([name]) => name.includes('sessera-device')))
}
