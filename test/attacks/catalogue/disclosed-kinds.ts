// Disclosed elsewhere: one kind of credential taken for another, cut short, for others, for ever.

import assert from 'node:assert/strict'
import type { RawRequest } from '../../http/raw-request.js'
import type { Attack } from './attack.js'
import { asBearer, refusedUnderOurKey } from './disclosed-forging.js'
import { refusedTogether, type Spelling } from './disclosed-together.js'
import { cookiesOf } from './reach.js'
import { cookieNamed, me, refuse, type Scene, sceneOf } from './refusal.js'

type Place = 'session cookie' | 'access cookie' | 'bearer' | 'refresh token' | 'refresh cookie' | 'exchange'

const places: Readonly<Record<Place, (text: string, scene: Scene) => RawRequest>> = {
  'session cookie': (text, { cookie }) => me(['Cookie', `${cookie.name}=${text}`]),
  'access cookie': (text, scene) => me(['Cookie', `${cookieNamed('access', scene)}=${text}`]),
  bearer: asBearer,
  'refresh token': (text) => ({ path: '/auth/refresh', json: { refresh_token: text } }),
  'refresh cookie': (text, scene) => ({
    method: 'POST',
    path: '/auth/refresh',
    headers: [['Cookie', `${cookieNamed('refresh', scene)}=${text}`]],
  }),
  exchange: (text) => ({ path: '/auth/exchange', json: { mode: 'session', refresh_token: text } }),
}

const otherTypes = ['JWT', 'logout+jwt', 'secevent+jwt', 'dpop+jwt', 'refresh+jwt', 'state+jwt', 'at+jws', '']

/** Where each of these stands is cut off, or grows. */
const lengths: readonly (readonly [what: string, alter: (text: string) => string])[] = [
  ['its first character', (text) => text.slice(0, 1)],
  ['its first half', (text) => text.slice(0, text.length / 2)],
  ['without its last 8 characters', (text) => text.slice(0, -8)],
  ['without its last character', (text) => text.slice(0, -1)],
  ['without its first character', (text) => text.slice(1)],
  ['one character longer', (text) => `${text}A`],
  ['padded', (text) => `${text}=`],
  ['twice', (text) => text + text],
]

const cut: readonly Spelling[] = lengths.flatMap(([what, alter]): readonly Spelling[] => [
  {
    what: `a session cookie: ${what}`,
    status: 401,
    code: 'unauthenticated',
    send: ({ cookie: { name, value } }) => me(['Cookie', `${name}=${alter(value)}`]),
    like: ({ cookie: { name } }) => me(['Cookie', `${name}=x`]),
  },
  {
    what: `a refresh token: ${what}`,
    // What is longer than any refresh token is malformed.
    status: [400, 401],
    send: (scene) => places['refresh token'](alter(scene.app.held.refreshToken ?? ''), scene),
  },
  {
    what: `an access token: ${what}`,
    status: 401,
    code: 'invalid_token',
    send: ({ token }) => asBearer(alter(token)),
    like: () => asBearer('x'),
  },
])

export const disclosedKinds: readonly Attack[] = [
  refusedTogether({ line: 'CVE-2026-27840', what: 'credentials that are cut short, or longer' }, cut),
  {
    line: 'CVE-2023-48309',
    what: 'whatever else we hand out, in the place of each credential',
    async run(target) {
      const scene = await sceneOf(target)
      const hybrid = await target.signedIn('hybrid')
      const inCookie = target.client()
      const { username, password } = target.accounts.owner
      await inCookie.login(username, password, { mode: 'token', refresh: 'cookie' })
      const { id = '', sessionId } = (await scene.app.me()).body
      const device = Object.entries(scene.browser.held.cookies).find(([name]) =>
        name.includes('sessera-device'),
      )
      const refreshing: readonly Place[] = ['refresh token', 'refresh cookie', 'exchange']
      const things: readonly (readonly [
        what: string,
        text: string | null | undefined,
        home: readonly Place[],
      ])[] = [
        ['a session cookie', scene.cookie.value, ['session cookie']],
        ['an access token', scene.token, ['bearer']],
        ['a refresh token', scene.app.held.refreshToken, refreshing],
        ['a session cookie of hybrid mode', hybrid.cookie('session'), ['session cookie']],
        ['an access cookie', hybrid.cookie('access'), ['access cookie']],
        ['a refresh cookie', inCookie.cookie('refresh'), refreshing],
        ['the mark of a device', device?.[1], []],
        ['the id of a session', sessionId, []],
        ['the id of a user', id, []],
      ]
      for (const [what, text, home] of things) {
        assert(typeof text === 'string' && text !== '', `${what}: there is none`)
        for (const [place, request] of Object.entries(places)) {
          if (home.some((own) => own === place)) continue
          const answer = await target.send(request(text, scene))
          // Where a refresh token belongs, what is longer than any is malformed.
          assert([400, 401].includes(answer.status), `${what} as ${place} was answered ${answer.status}`)
          assert.deepEqual(answer.all('set-cookie'), [], `${what} as ${place} set a cookie`)
        }
      }
      assert.equal((await target.send({ path: '/auth/me', headers: cookiesOf(hybrid) })).status, 200)
    },
  },
  ...(['GHSA-v64w-49xw-qq89', 'GHSA-7fpj-9hr8-28vh'] as const).map((line) =>
    refusedUnderOurKey({
      line,
      what: `signed by our own key for another purpose: ${line === 'GHSA-v64w-49xw-qq89' ? 'a state' : 'a log-out'}`,
      alter: ({ header, payload }) => [
        ...otherTypes.map((typ) => ({ header: { ...header, typ } })),
        { header: { ...header, typ: null } },
        { header: { ...header, typ: undefined } },
        { payload: only(payload, ['iss', 'sub', 'aud', 'exp', 'iat', 'jti']) },
        {
          header: { ...header, typ: 'logout+jwt' },
          payload: { ...payload, events: { 'http://schemas.openid.net/event/backchannel-logout': {} } },
        },
      ],
    }),
  ),
  refusedUnderOurKey({
    line: 'CVE-2019-3868',
    what: 'signed by our own key: an ID token',
    alter: ({ header, payload }) => {
      const claims = only(payload, ['iss', 'sub', 'aud', 'exp', 'iat', 'auth_time', 'amr', 'sid'])
      const idToken = { ...claims, nonce: 'AAAA', at_hash: 'AAAA', azp: 'sessera' }
      return [
        { header: { ...header, typ: 'JWT' }, payload: idToken },
        { header: { ...header, typ: undefined }, payload: idToken },
        { payload: idToken },
        { payload: { ...claims, ...only(payload, ['preferred_username', 'roles']) } },
      ]
    },
  }),
  refusedUnderOurKey({
    line: 'CVE-2025-62610',
    what: 'signed by our own key for another audience',
    alter: ({ payload }) => {
      const { aud: own } = payload
      const ours = String(own)
      const others = [
        'https://other.example',
        `${ours}/`,
        ours.slice(0, -1),
        ours.toUpperCase(),
        '*',
        '',
        null,
      ]
      const lists = [[ours], [ours, 'https://other.example'], ['https://other.example'], [], { 0: ours }]
      return [...others, ...lists, undefined].map((aud) => ({ payload: { ...payload, aud } }))
    },
  }),
  refusedUnderOurKey({
    line: 'CVE-2025-46344',
    what: 'signed by our own key without an end, or with one that is none',
    alter: ({ payload }) => {
      const { exp } = payload
      const ends = [undefined, null, 0, -1, '', String(exp), true, [exp], {}, 1e15, 1e308, Number(exp) + 0.5]
      return ends.map((end) => ({ payload: { ...payload, exp: end } }))
    },
  }),
  {
    line: 'CVE-2025-46344',
    what: 'credentials after their time, whatever the client remembers of them',
    inside: true,
    async run(target, { world }) {
      const scene = await sceneOf(target)
      const hybrid = await target.signedIn('hybrid')
      const access = `${cookieNamed('access', scene)}=${hybrid.cookie('access')}`
      world.clock.advance(300_000 + 6_000)
      await refuse(
        { ...scene, token: (await renewed(scene)) ?? '' },
        { send: () => asBearer(scene.token), status: 401, code: 'invalid_token' },
      )
      assert.equal((await target.send(me(['Cookie', access]))).status, 401, 'the access cookie is alive')
      world.clock.advance(3_600_000)
      const session = me(['Cookie', `${scene.cookie.name}=${scene.cookie.value}`])
      assert.equal((await target.send(session)).status, 401, 'the session cookie is alive')
      assert.equal((await scene.app.copy().refresh()).status, 401, 'the refresh token is alive')
    },
  },
]

function only(
  payload: Readonly<Record<string, unknown>>,
  names: readonly string[],
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(payload).filter(([name]) => names.includes(name)))
}

async function renewed({ app }: Scene): Promise<string | null> {
  await app.refresh()
  return app.held.accessToken
}
