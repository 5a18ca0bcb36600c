// Lines 44 to 48: no page of another origin makes a signed-in browser do anything, whatever it says of where it comes from.

import assert from 'node:assert/strict'
import type { Lines, RawRequest } from '../../http/raw-request.js'
import type { World } from '../../support/auth.js'
import type { Attack, OutsideAttack, Target } from './attack.js'
import { cookiesOf } from './reach.js'
import { problemOf, type Scene, sceneOf, setScene } from './refusal.js'
import { deeds, type Stranger, strangers } from './strangers.js'

const webSocket: Lines = [
  ['Connection', 'Upgrade'],
  ['Upgrade', 'websocket'],
  ['Sec-WebSocket-Version', '13'],
  ['Sec-WebSocket-Key', 'c2Vzc2VyYSBzZXNzZXJhIQ=='],
]

/** What is refused without a look at the rest of the request. */
async function assertRefused(target: Target, request: RawRequest, headers: Lines): Promise<void> {
  const { method = 'POST', path } = request
  const answer = await target.send({ ...request, headers: [...(request.headers ?? []), ...headers] })
  assert.equal(answer.status, 403, `${method} ${path} was answered ${answer.status} ${answer.body}`)
  assert.equal(problemOf(answer), 'origin_refused', `${method} ${path}`)
  assert.deepEqual(answer.all('set-cookie'), [], `${method} ${path} set a cookie`)
}

async function assertGuarded({ target, browser }: Scene, headers: Lines): Promise<void> {
  if (target.guardedPage === null) return
  const sent = [...cookiesOf(browser), ...headers]
  const { status, body } = await target.send({ path: target.guardedPage, json: { to: 'eve' }, headers: sent })
  assert([403, 404, 405].includes(status), `the guarded page was answered ${status} ${body}`)
}

async function assertUnharmed({ browser, app, cookie }: Scene, sessions: readonly string[]): Promise<void> {
  assert.equal(browser.held.cookies[cookie.name], cookie.value)
  assert.equal((await browser.me()).status, 200, 'the session is dead')
  assert.equal((await app.me()).status, 200, 'the token is dead')
  assert.deepEqual(await sessionsOf(browser), sessions, 'began or ended a session')
}

async function sessionsOf(browser: Scene['browser']): Promise<readonly string[]> {
  return ((await browser.send('GET', '/auth/sessions')).body.sessions ?? []).map(({ id }) => id).sort()
}

function refusedFor({ line, what, headers }: Stranger): OutsideAttack {
  return {
    line,
    what: `everything that changes something, from a foreign page (${what})`,
    async run(target) {
      const scene = await sceneOf(target)
      const sessions = await sessionsOf(scene.browser)
      const foreign = headers(target)
      for (const deed of deeds(scene)) await assertRefused(target, deed, foreign)
      await assertGuarded(scene, foreign)
      await assertUnharmed(scene, sessions)
    },
  }
}

/** Every method and path of the API that may change something, as it describes itself. */
async function unsafeRoutes(target: Target): Promise<readonly RawRequest[]> {
  const { status, body } = await target.send({ path: '/auth/openapi.json' })
  assert.equal(status, 200)
  const { paths }: { readonly paths: Readonly<Record<string, object>> } = JSON.parse(body)
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods)
      .filter((method) => ['post', 'put', 'patch', 'delete'].includes(method))
      .map((method) => ({ method: method.toUpperCase(), path: path.replace(/\{\w+\}/, 'x'), json: {} })),
  )
}

export const crossSite: readonly Attack[] = [
  ...strangers.map(refusedFor),
  {
    line: '44',
    what: 'every route of the API that may change something, from a foreign page',
    async run(target) {
      const scene = await setScene(target)
      const routes = await unsafeRoutes(target)
      assert(routes.length > 5, 'the API describes no routes')
      for (const headers of [
        [['Origin', 'https://evil.example']],
        [['Sec-Fetch-Site', 'same-site']],
      ] satisfies Lines[]) {
        for (const route of routes) {
          await assertRefused(target, { ...route, headers: cookiesOf(scene.browser) }, headers)
        }
      }
      const { status } = await target
        .client()
        .login('planted-by-another-site', 'words that somebody else chose')
      assert.equal(status, 401, 'one of them has created an account')
    },
  },
  {
    line: '44',
    what: 'the upgrade of a WebSocket, from a foreign page, which CORS does not bind',
    async run(target) {
      const { browser } = await sceneOf(target)
      const upgrade = { method: 'GET', path: '/auth/me', headers: [...cookiesOf(browser), ...webSocket] }
      for (const { headers } of strangers) await assertRefused(target, upgrade, headers(target))
      assert.equal((await target.send(upgrade)).status, 200)
    },
  },
  ...(
    [
      [
        'our own page',
        ({ origin }) => [
          ['Origin', origin],
          ['Sec-Fetch-Site', 'same-origin'],
        ],
      ],
      ['our own page in an old browser', ({ origin }) => [['Origin', origin]]],
      ['the person at the keyboard', () => [['Sec-Fetch-Site', 'none']]],
      ['no browser at all', () => []],
    ] satisfies [string, (target: Target) => Lines][]
  ).map(
    ([who, headers]): OutsideAttack => ({
      line: '44',
      what: `but ${who} may`,
      async run(target) {
        const browser = await target.signedIn('session')
        const sent = [...cookiesOf(browser), ...headers(target)]
        const { status, body } = await target.send({ method: 'POST', path: '/auth/logout', headers: sent })
        assert.equal(status, 204, body)
        assert.equal((await browser.me()).status, 401)
      },
    }),
  ),
  {
    line: '44',
    what: 'none of these makes the store be asked: they are put on record, and that is all',
    inside: true,
    async run(target, { world }) {
      const scene = await setScene(target)
      await scene.browser.me()
      world.store.forget()
      for (const { headers } of strangers) {
        for (const deed of deeds(scene)) {
          await target.send({ ...deed, headers: [...(deed.headers ?? []), ...headers(target)] })
        }
        await assertGuarded(scene, headers(target))
      }
      assert.deepEqual(asked(world), [])
    },
  },
  {
    line: '44',
    what: "a page of the app's own refuses other sites too, and a bearer token passes from anywhere",
    inside: true,
    async run(target) {
      const { browser, token } = await setScene(target)
      const post = async (headers: Lines): Promise<number> =>
        (await target.send({ path: '/page', json: {}, headers })).status
      const evil = ['Origin', 'https://evil.example'] as const
      assert.equal(await post([...cookiesOf(browser), evil]), 403)
      assert.equal(await post([...cookiesOf(browser), ['Origin', target.origin]]), 200)
      assert.equal(await post([...cookiesOf(browser), ['Sec-Fetch-Site', 'none']]), 200)
      assert.equal(await post(cookiesOf(browser)), 200)
      assert.equal(await post([['Authorization', `Bearer ${token}`], evil]), 200)
    },
  },
  {
    line: '48',
    what: 'a trusted origin may, and what looks like it may not',
    inside: true,
    world: { trustedOrigins: ['https://admin.example'] },
    async run(target, { world }) {
      const scene = await setScene(target)
      const allowed: Lines = [
        ['Origin', 'https://admin.example'],
        ['Sec-Fetch-Site', 'cross-site'],
      ]
      const page = { path: '/page', json: {}, headers: [...cookiesOf(scene.browser), ...allowed] }
      assert.equal((await target.send(page)).status, 200)
      world.store.forget()
      for (const near of nearlyTrusted) {
        for (const deed of deeds(scene)) await assertRefused(target, deed, [['Origin', near]])
      }
      assert.deepEqual(asked(world), [])
    },
  },
]

export const nearlyTrusted: readonly string[] = [
  'https://admin.example.evil',
  'https://evil-admin.example',
  'https://sub.admin.example',
  'http://admin.example',
  'https://admin.example:8443',
  'https://admin.example:443',
  'https://ADMIN.example',
  'https://admin.example/',
  'https://admin.example@evil.example',
  'https://evil@admin.example',
  'https://adminxexample',
]

function asked({ store }: World): readonly string[] {
  return store.calls.filter((call) => call !== 'audit.append')
}
