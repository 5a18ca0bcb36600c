// Lines 26 and 27: what is genuine, but of another kind or for others.

import type { Attack, InsideAttack } from './attack.js'
import { cookieNamed, me, type Refusal, refused, type Scene, writesNothing } from './refusal.js'
import { type Altered, altered, type Forged, forged } from './tokens-forging.js'
import { assertRefused, setStage } from './tokens-stage.js'

const others: readonly Forged[] = [
  {
    line: '26',
    what: 'session handle, refresh token, or the access token that belongs into the other place',
    tokens: (given) =>
      given.others.flatMap((text) => [
        text,
        `${given.head}.${text}.${given.signature}`,
        `${text}.${text}.${text}`,
      ]),
  },
]

const types: readonly unknown[] = [
  ...[
    'JWT',
    'jwt',
    'logout+jwt',
    'dpop+jwt',
    'secevent+jwt',
    'kb+jwt',
    'token-introspection+jwt',
    'statuslist+jwt',
  ],
  ...[
    'client-authentication+jwt',
    'oauth-authz-req+jwt',
    'application/at+jwt',
    'AT+JWT',
    'at+JWT',
    'At+Jwt',
    'rt+jwt',
  ],
  ...[
    ' at+jwt',
    'at+jwt ',
    'at+jwt;x',
    'at jwt',
    'at%2Bjwt',
    '',
    'at+jwt\0',
    'id_token',
    'JOSE',
    'JOSE+JSON',
  ],
  ...[undefined, null, 1, true, ['at+jwt'], { 'at+jwt': true }],
]

const kinds: readonly Altered[] = [
  {
    line: '26',
    what: 'an ID token, a log-out token, a proof of possession, or another JWT by its type',
    parts: ({ header, payload }) => [
      ...types.map((typ) => ({ header: { ...header, typ } })),
      {
        header: { ...header, typ: 'JWT' },
        payload: { ...payload, nonce: 'x', at_hash: 'x', azp: 'sessera' },
      },
      {
        header: { ...header, typ: 'logout+jwt' },
        payload: { ...payload, events: { 'http://schemas.openid.net/event/backchannel-logout': {} } },
      },
      {
        header: { ...header, typ: 'dpop+jwt' },
        payload: { ...payload, htm: 'GET', htu: `${payload.iss}/auth/me`, ath: 'x' },
      },
    ],
  },
  {
    line: '26',
    what: 'a token of another mode, or of none',
    parts: ({ payload }) =>
      [
        // First, since whichever of the two it is, a genuine one may sign out.
        'session',
        payload.mode === 'token' ? 'hybrid' : 'token',
        'TOKEN',
        '',
        null,
        undefined,
        ['token'],
        0,
      ].map((mode) => ({ payload: { ...payload, mode } })),
  },
  {
    line: '27',
    what: 'another tenant as issuer, as audience, or as both',
    parts: ({ payload }) => {
      const url = new URL(payload.iss)
      return [
        `https://tenant-2.${url.host}`,
        `${payload.iss}/tenant-2`,
        `${payload.iss}?tenant=2`,
        'tenant-2',
      ].flatMap((other) =>
        [{ iss: other }, { aud: other }, { iss: other, aud: other }].map((change) => ({
          payload: { ...payload, ...change },
        })),
      )
    },
  },
]

const misplaced: readonly Refusal[] = [
  {
    line: '26',
    what: 'an access token for a session cookie',
    status: 401,
    code: 'unauthenticated',
    send: ({ cookie, token }) => me(['Cookie', `${cookie.name}=${token}`]),
    like: ({ cookie }) => me(['Cookie', `${cookie.name}=x`]),
  },
  {
    line: '26',
    what: 'an access token for a refresh cookie',
    status: 401,
    code: 'refresh_refused',
    send: (scene) => refreshing(scene, scene.token),
    like: (scene) => refreshing(scene, 'x'),
  },
  {
    line: '26',
    what: 'an access token for a refresh token',
    status: [400, 401],
    send: ({ token }) => ({ path: '/auth/refresh', json: { refresh_token: token } }),
  },
  {
    line: '26',
    what: 'an access token that is to be exchanged',
    status: [400, 401],
    send: ({ token }) => ({ path: '/auth/exchange', json: { refresh_token: token, mode: 'session' } }),
  },
  {
    line: '26',
    what: 'an access token under another scheme',
    status: 401,
    code: 'unauthenticated',
    send: ({ token }) => me(['Authorization', `DPoP ${token}`]),
    like: () => me(['Authorization', 'DPoP x']),
  },
]

const elsewhere = 'https://tenant-2.example'

const tenant: InsideAttack = {
  line: '27',
  what: 'a genuine token of another tenant, who has the same keys and users',
  inside: true,
  async run(target, { another }) {
    const tokens: string[] = []
    for (const options of [{ origin: elsewhere }, { tokens: { audience: elsewhere } }]) {
      const { app, cookie } = await setStage(
        (await another({ ...options, seed: Object.keys(options).join() })).target,
      )
      tokens.push(app.token, cookie.token)
    }
    await assertRefused(await setStage(target), () => tokens)
  },
}

export const tokensKinds: readonly Attack[] = [
  ...forged(others),
  ...altered(kinds),
  ...refused(misplaced),
  writesNothing('26', misplaced),
  tenant,
]

function refreshing(scene: Scene, text: string): ReturnType<Refusal['send']> & object {
  const name = cookieNamed('refresh', scene)
  return { method: 'POST', path: '/auth/refresh', headers: [['Cookie', `${name}=${text}`]] }
}
