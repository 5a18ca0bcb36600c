// Attacks 44 to 51: other people's web pages act for a signed-in browser. Over real sockets.

import { describe, expect, test } from 'vitest'
import type { RawRequest } from '../http/raw-request.js'
import { createWorld, password, trusted, type World } from '../support/auth.js'
import type { Client } from '../support/client.js'
import { serve, type WebServer } from '../support/server.js'

type Lines = readonly (readonly [name: string, value: string])[]

const foreign: readonly { readonly no: string; readonly what: string; readonly headers: Lines }[] = [
  {
    no: '44',
    what: 'a cross-site form',
    headers: [
      ['Origin', 'https://evil.example'],
      ['Sec-Fetch-Site', 'cross-site'],
    ],
  },
  { no: '44', what: 'a cross-site page in an old browser', headers: [['Origin', 'https://evil.example']] },
  { no: '44', what: 'a cross-site page that hides its origin', headers: [['Sec-Fetch-Site', 'cross-site']] },
  {
    no: '44',
    what: 'a page that claims our origin, but the browser says otherwise',
    headers: [
      ['Origin', 'https://app.example'],
      ['Sec-Fetch-Site', 'cross-site'],
    ],
  },
  {
    no: '45',
    what: 'a sibling of the same site',
    headers: [
      ['Origin', 'https://blog.app.example'],
      ['Sec-Fetch-Site', 'same-site'],
    ],
  },
  { no: '46', what: 'origin null', headers: [['Origin', 'null']] },
  {
    no: '47',
    what: 'our origin as user info of evil',
    headers: [['Origin', 'https://app.example@evil.example']],
  },
  { no: '47', what: 'evil as user info of our origin', headers: [['Origin', 'https://evil@app.example']] },
  { no: '48', what: 'our name as a prefix', headers: [['Origin', 'https://app.example.evil']] },
  { no: '48', what: 'our name as a suffix', headers: [['Origin', 'https://evilapp.example']] },
  { no: '48', what: 'a trusted name as a prefix', headers: [['Origin', `${trusted}.evil`]] },
  { no: '48', what: 'http in place of https', headers: [['Origin', 'http://app.example']] },
  { no: '48', what: 'another port', headers: [['Origin', 'https://app.example:8443']] },
  { no: '48', what: 'our origin in capitals', headers: [['Origin', 'https://APP.example']] },
  {
    no: '48',
    what: 'two origins',
    headers: [
      ['Origin', 'https://app.example'],
      ['Origin', 'https://evil.example'],
    ],
  },
  { no: '42', what: 'a Sec-Fetch-Site nobody knows', headers: [['Sec-Fetch-Site', 'same-planet']] },
]

interface Scene {
  readonly world: World
  readonly server: WebServer
  readonly browser: Client
  readonly cookies: Lines
}

async function setScene(): Promise<Scene> {
  const world = await createWorld({ registration: 'open' })
  const browser = await world.signedIn('session')
  return { world, server: await serve(world), browser, cookies: Object.entries(browser.headers()) }
}

const targets: readonly { readonly what: string; request(scene: Scene): RawRequest }[] = [
  { what: 'sign-in', request: () => ({ path: '/auth/login', json: { username: 'ada', password } }) },
  { what: 'sign-up', request: () => ({ path: '/auth/register', json: { username: 'eve', password } }) },
  { what: 'sign-out', request: () => ({ method: 'POST', path: '/auth/logout' }) },
  { what: 'refresh', request: () => ({ method: 'POST', path: '/auth/refresh' }) },
  { what: 'exchange', request: () => ({ path: '/auth/exchange', json: { mode: 'token' } }) },
  { what: 'reauthenticate', request: () => ({ path: '/auth/reauthenticate', json: { password } }) },
  {
    what: 'password',
    request: () => ({ path: '/auth/password', json: { current: password, next: 'words that eve chose' } }),
  },
  { what: 'end others', request: () => ({ method: 'DELETE', path: '/auth/sessions' }) },
  { what: 'a page of the app', request: () => ({ path: '/transfer', json: { to: 'eve' } }) },
]

describe.each(foreign)('$no: $what', ({ headers }) => {
  test('is refused with 403 on every unsafe route, and nothing happens', async () => {
    const scene = await setScene()
    const { world, server, browser, cookies } = scene
    await browser.me()
    world.store.forget()
    for (const { what, request } of targets) {
      const bare = request(scene)
      const answer = await server.send({ ...bare, headers: [...cookies, ...headers] })
      expect([what, answer.status]).toEqual([what, 403])
      expect(answer.all('set-cookie')).toEqual([])
    }
    expect(world.store.calls).toEqual([])
    expect((await browser.me()).status).toBe(200)
  })
})

describe('who may', () => {
  test.each([
    [
      'our own page',
      [
        ['Origin', 'https://app.example'],
        ['Sec-Fetch-Site', 'same-origin'],
      ],
    ],
    ['our own page in an old browser', [['Origin', 'https://app.example']]],
    [
      'a trusted page',
      [
        ['Origin', trusted],
        ['Sec-Fetch-Site', 'cross-site'],
      ],
    ],
    ['the person at the keyboard', [['Sec-Fetch-Site', 'none']]],
    ['no browser at all', []],
  ] as const)('%s', async (_who, headers) => {
    const { server, cookies } = await setScene()
    const answer = await server.send({ path: '/transfer', json: {}, headers: [...cookies, ...headers] })
    expect([answer.status, answer.body]).toEqual([200, 'Welcome, ada'])
  })

  test('and a bearer token from anywhere, for no page can make a browser send it', async () => {
    const { world, server } = await setScene()
    const app = await world.signedIn('token')
    const headers: Lines = [
      ['Authorization', `Bearer ${app.held.accessToken}`],
      ['Origin', 'https://evil.example'],
    ]
    expect((await server.send({ path: '/transfer', json: {}, headers })).status).toBe(200)
  })
})

test('49: JSON in disguise is not taken', async () => {
  const { server, cookies } = await setScene()
  for (const type of [
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/json, text/plain',
  ]) {
    const answer = await server.send({
      path: '/auth/password',
      text: JSON.stringify({ current: password, next: 'words that eve chose' }),
      headers: [...cookies, ['Content-Type', type]],
    })
    expect([type, answer.status]).toEqual([type, 415])
  }
})

test.each([
  ['GET', '/auth/sessions?_method=DELETE'],
  ['GET', '/auth/logout'],
  ['HEAD', '/auth/logout?_method=POST'],
  ['GET', '/auth/exchange?mode=token'],
])('50: %s %s changes nothing, whatever it claims', async (method, path) => {
  const { world, server, browser, cookies } = await setScene()
  await browser.me()
  world.store.forget()
  const override: Lines = [
    ['X-HTTP-Method-Override', 'DELETE'],
    ['X-Method-Override', 'POST'],
    ['Sec-Fetch-Site', 'cross-site'],
  ]
  await server.send({ method, path, headers: [...cookies, ...override] })
  expect(world.store.calls.filter((call) => !/\.(?:find|list)$/.test(call))).toEqual([])
  expect((await browser.me()).status).toBe(200)
})
