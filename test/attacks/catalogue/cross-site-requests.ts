// Lines 49 to 51: what a form of another site can send, it sends in vain: no JSON in disguise, no method in disguise, and
// neither a sign-in nor a sign-out that nobody asked for.

import assert from 'node:assert/strict'
import type { Lines, RawRequest } from '../../http/raw-request.js'
import type { Attack } from './attack.js'
import { cookiesOf } from './reach.js'
import { type Refusal, refused, type Scene, writesNothing } from './refusal.js'

const evil: Lines = [
  ['Origin', 'https://evil.example'],
  ['Sec-Fetch-Site', 'cross-site'],
]
const form = ['Content-Type', 'application/x-www-form-urlencoded'] as const

const types: readonly Lines[] = [
  [],
  ...[
    'text/plain',
    'text/plain; charset=application/json',
    'text/json',
    'text/html',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/json, text/plain',
    'text/plain, application/json',
    'application/json; charset=utf-16',
    'application/json; charset=utf-8; x=y',
    'application/json;',
    'application/jsonx',
    'application/x-json',
    'application/csp-report',
    'application/ld+json',
    'application/*',
    '*/*',
    '',
  ].map((type): Lines => [['Content-Type', type]]),
  [
    ['Content-Type', 'application/json'],
    ['Content-Type', 'text/plain'],
  ],
]

const disguised: readonly Refusal[] = types.flatMap((headers): readonly Refusal[] => {
  const name = headers.length === 0 ? 'no type' : headers.map(([, type]) => `"${type}"`).join(' and ')
  const send =
    (path: string, json: (scene: Scene) => object) =>
    (scene: Scene): RawRequest => ({
      path,
      text: JSON.stringify(json(scene)),
      headers: [...cookiesOf(scene.browser), ...headers],
    })
  return [
    {
      line: '49',
      what: `a password changed by JSON that calls itself ${name}`,
      status: 415,
      code: 'unsupported_media_type',
      send: send('/auth/password', ({ target }) => ({
        current: target.accounts.owner.password,
        next: 'words that somebody else chose',
      })),
    },
    {
      line: '49',
      what: `a sign-in by JSON that calls itself ${name}`,
      status: 415,
      code: 'unsupported_media_type',
      send: send('/auth/login', ({ target }) => target.accounts.other),
    },
  ]
})

const overrides: Lines = [
  ['X-HTTP-Method-Override', 'DELETE'],
  ['X-HTTP-Method', 'DELETE'],
  ['X-Method-Override', 'POST'],
  ['Sec-Fetch-Site', 'cross-site'],
]

const methods: readonly Refusal[] = (
  [
    ['GET', '/auth/sessions?_method=DELETE', 200],
    ['HEAD', '/auth/sessions?_method=DELETE', 200],
    ['GET', '/auth/logout', 405],
    ['GET', '/auth/logout?_method=POST', 405],
    ['HEAD', '/auth/logout?_method=POST', 405],
    ['OPTIONS', '/auth/logout?_method=POST', 405],
    ['GET', '/auth/exchange?mode=token', 405],
    ['GET', '/auth/login?username=a&password=b', 405],
    ['GET', '/auth/refresh', 405],
    ['PUT', '/auth/logout', 405],
    ['PATCH', '/auth/sessions', 405],
    ['TRACE', '/auth/logout', 405],
    ['PROPFIND', '/auth/sessions', 405],
    ['QUERY', '/auth/logout', [400, 405]],
  ] satisfies [string, string, number | number[]][]
).flatMap(([method, path, status]): readonly Refusal[] => [
  {
    line: '50',
    what: `${method} ${path}`,
    status,
    send: ({ browser }) => ({ method, path, headers: [...cookiesOf(browser), ...overrides] }),
  },
  {
    line: '50',
    what: `${method} ${path}, with _method in the body`,
    status,
    send: ({ browser }) => ({
      method,
      path,
      text: '_method=DELETE&_METHOD=POST',
      headers: [...cookiesOf(browser), ...overrides, form],
    }),
  },
])

const pastSafe: readonly Refusal[] = [
  {
    line: '50',
    what: 'a POST that calls itself GET, from another site',
    status: 403,
    code: 'origin_refused',
    send: ({ browser }) => ({
      method: 'POST',
      path: '/auth/logout?_method=GET',
      headers: [...cookiesOf(browser), ...evil, ['X-HTTP-Method-Override', 'GET']],
    }),
  },
  {
    line: '50',
    what: 'what proxies say of the method, told by somebody else',
    status: [401, 403],
    send: ({ browser }) => ({
      method: 'GET',
      path: '/auth/verify',
      headers: [...cookiesOf(browser), ...evil, ['X-Forwarded-Method', 'GET'], ['X-Original-Method', 'GET']],
    }),
  },
]

const signing: readonly Refusal[] = [
  ...[true, false].flatMap((held): readonly Refusal[] => {
    const who = held ? 'a browser that is signed in' : 'a browser that is not'
    const cookies = ({ browser }: Scene): Lines => (held ? cookiesOf(browser) : [])
    return [
      bySite(`the attacker signed in, in ${who}`, (scene) => ({
        path: '/auth/login',
        json: scene.target.accounts.other,
        headers: [...cookies(scene), ...evil],
      })),
      bySite(`the attacker signed in by a form, in ${who}`, (scene) => ({
        path: '/auth/login',
        text: new URLSearchParams({ ...scene.target.accounts.other }).toString(),
        headers: [...cookies(scene), ...evil, form],
      })),
      bySite(`an account made, in ${who}`, (scene) => ({
        path: '/auth/register',
        json: { username: 'made-by-another-site', password: 'words that somebody else chose' },
        headers: [...cookies(scene), ...evil],
      })),
      bySite(`sign-out, in ${who}`, (scene) => ({
        method: 'POST',
        path: '/auth/logout',
        headers: [...cookies(scene), ...evil],
      })),
    ]
  }),
  bySite('sign-out by a refresh token that the attacker holds', ({ app }) => ({
    path: '/auth/logout',
    json: { refresh_token: app.held.refreshToken },
    headers: evil,
  })),
  bySite('sign-out with the token of another', ({ browser, token }) => ({
    method: 'POST',
    path: '/auth/logout',
    headers: [...cookiesOf(browser), ...evil, ['Authorization', `Bearer ${token}`]],
  })),
  ...(['/sign-in', '/register', '/sign-out'] as const).map(
    (path): Refusal => ({
      line: '51',
      what: `by another site: the form of ${path}`,
      pages: true,
      status: 403,
      send: ({ browser, target }) => ({
        path,
        text: new URLSearchParams({
          ...(path === '/sign-out' ? { token: 'x' } : { ...target.accounts.other, mode: 'session' }),
        }).toString(),
        headers: [...cookiesOf(browser), ...evil, form],
      }),
    }),
  ),
]

const rows = [...disguised, ...methods, ...pastSafe, ...signing]

export const crossSiteRequests: readonly Attack[] = [
  ...refused(rows),
  writesNothing('50', rows),
  {
    line: '51',
    what: 'no safe method sets or clears a cookie, from another site or not',
    async run(target) {
      const browser = await target.signedIn('session')
      for (const path of [
        '/auth/login',
        '/auth/logout',
        '/auth/register',
        '/auth/exchange',
        '/sign-out',
        '/sign-in',
      ]) {
        for (const method of ['GET', 'HEAD', 'OPTIONS']) {
          const answer = await target.send({ method, path, headers: cookiesOf(browser) })
          assert.deepEqual(answer.all('set-cookie'), [], `${method} ${path}`)
        }
      }
      assert.equal((await browser.me()).status, 200)
    },
  },
]

function bySite(what: string, send: Refusal['send']): Refusal {
  return { line: '51', what: `by another site: ${what}`, status: 403, code: 'origin_refused', send }
}
