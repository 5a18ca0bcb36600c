// Attacks 33 to 43 of the catalogue: what travels, and the cookies in it. Over real sockets, bytes as an attacker sends them.

import { connect } from 'node:net'
import { describe, expect, test } from 'vitest'
import type { RawRequest } from '../http/raw-request.js'
import { createWorld, password, type World } from '../support/auth.js'
import { serve, type WebServer } from '../support/server.js'

const name = '__Host-sessera-session'

interface Scene {
  readonly world: World
  readonly server: WebServer
  /** A live session cookie and a live access token. */
  readonly cookie: string
  readonly token: string
}

async function setScene(): Promise<Scene> {
  const world = await createWorld()
  const [browser, app] = [await world.signedIn('session'), await world.signedIn('token')]
  return {
    world,
    server: await serve(world),
    cookie: browser.cookie('session') ?? '',
    token: app.held.accessToken ?? '',
  }
}

interface Attack {
  readonly no: string
  readonly what: string
  send(scene: Scene): RawRequest
  readonly status: number
}

const me = (...headers: readonly (readonly [string, string])[]): RawRequest => ({ path: '/auth/me', headers })
const withCookie = (make: (cookie: string) => string) => (scene: Scene) => me(['Cookie', make(scene.cookie)])

const attacks: readonly Attack[] = [
  {
    no: '33',
    what: 'two Authorization headers, the same',
    status: 400,
    send: ({ token }) => me(['Authorization', `Bearer ${token}`], ['Authorization', `Bearer ${token}`]),
  },
  {
    no: '33',
    what: 'two Authorization headers, the second good',
    status: 400,
    send: ({ token }) => me(['Authorization', 'Bearer x'], ['authorization', `Bearer ${token}`]),
  },
  {
    no: '33',
    what: 'Basic first, Bearer second',
    status: 400,
    send: ({ token }) => me(['Authorization', 'Basic eDp5'], ['Authorization', `Bearer ${token}`]),
  },
  {
    no: '34',
    what: 'the access token in a form',
    status: 401,
    send: ({ token }) => ({
      path: '/auth/sessions',
      method: 'DELETE',
      text: `access_token=${token}`,
      headers: [['Content-Type', 'application/x-www-form-urlencoded']],
    }),
  },
  {
    no: '35',
    what: '?access_token= on the API',
    status: 400,
    send: ({ token }) => ({ path: `/auth/me?access_token=${token}` }),
  },
  {
    no: '35',
    what: '?access_token= on a guarded page',
    status: 401,
    send: ({ token }) => ({ path: `/page?access_token=${token}` }),
  },
  {
    no: '36',
    what: 'the session cookie twice, the same',
    status: 400,
    send: withCookie((cookie) => `${name}=${cookie}; ${name}=${cookie}`),
  },
  {
    no: '36',
    what: 'the session cookie twice, in two headers',
    status: 400,
    send: ({ cookie }) => me(['Cookie', `${name}=x`], ['Cookie', `${name}=${cookie}`]),
  },
  {
    no: '36',
    what: 'the session cookie twice, one of them empty',
    status: 400,
    send: withCookie((cookie) => `${name}=; ${name}=${cookie}`),
  },
  {
    no: '37',
    what: '0xA0 before the name',
    status: 401,
    send: withCookie((cookie) => `\xa0${name}=${cookie}`),
  },
  {
    no: '37',
    what: '0x85 before the name',
    status: 401,
    send: withCookie((cookie) => `\x85${name}=${cookie}`),
  },
  {
    no: '37',
    what: 'the name in other letters',
    status: 401,
    send: withCookie((cookie) => `${name.toUpperCase()}=${cookie}`),
  },
  {
    no: '37',
    what: 'a blank before the equals sign',
    status: 401,
    send: withCookie((cookie) => `${name} =${cookie}`),
  },
  {
    no: '38',
    what: 'a nameless cookie that spells ours',
    status: 401,
    send: withCookie((cookie) => `=${name}=${cookie}`),
  },
  {
    no: '38',
    what: '$Version before it',
    status: 401,
    send: withCookie((cookie) => `$Version=1, ${name}=${cookie}`),
  },
  {
    no: '38',
    what: 'a quoted sandwich',
    status: 401,
    send: withCookie((cookie) => `a="b; ${name}="${cookie}"; c="`),
  },
  {
    no: '38',
    what: 'quotes around the value',
    status: 401,
    send: withCookie((cookie) => `${name}="${cookie}"`),
  },
  {
    no: '38',
    what: 'the unprefixed name',
    status: 401,
    send: withCookie((cookie) => `sessera-session=${cookie}`),
  },
  { no: '40', what: 'a query for an id', status: 401, send: () => me(['Cookie', `${name}={"$gt":""}`]) },
  { no: '40', what: 'a path for an id', status: 401, send: () => me(['Cookie', `${name}=../../etc/passwd`]) },
  {
    no: '40',
    what: 'one letter off',
    status: 401,
    send: withCookie((cookie) => `${name}=${cookie.slice(0, -1)}${cookie.endsWith('A') ? 'B' : 'A'}`),
  },
  {
    no: '40',
    what: 'one letter short',
    status: 401,
    send: withCookie((cookie) => `${name}=${cookie.slice(0, -1)}`),
  },
  {
    no: '40',
    what: 'an id of 14 KiB',
    status: 401,
    send: () => me(['Cookie', `${name}=${'A'.repeat(14_000)}`]),
  },
  {
    no: '40',
    // Not more than the server reads in one go: it closes with the rest unread, and the reset could overtake the answer.
    what: 'an id of 24 KiB',
    status: 431,
    send: () => me(['Cookie', `${name}=${'A'.repeat(24_576)}`]),
  },
  {
    no: '42',
    what: 'Content-Length and Transfer-Encoding',
    status: 400,
    send: () => ({ path: '/auth/login', text: '0\r\n\r\n', headers: [['Transfer-Encoding', 'chunked']] }),
  },
  {
    no: '42',
    what: 'two lengths',
    status: 400,
    send: () => ({ path: '/auth/login', text: '{}', headers: [['Content-Length', '3']] }),
  },
  {
    no: '42',
    what: 'a folded header',
    status: 400,
    send: ({ token }) => me(['X-Fold', `a\r\n b\r\nAuthorization: Bearer ${token}\r\n c`]),
  },
]

test.each(attacks)('$no: $what → $status, and nothing is written', async ({ send, status }) => {
  const scene = await setScene()
  scene.world.store.forget()
  const answer = await scene.server.send(send(scene))
  expect(answer.status).toBe(status)
  expect(answer.all('set-cookie')).toEqual([])
  expect(answer.body).not.toContain('ada')
  expect(scene.world.store.calls.filter((call) => !/\.(?:find|list)$/.test(call))).toEqual([])
  const after = await scene.server.send(me(['Cookie', `${name}=${scene.cookie}`]))
  expect(after.status).toBe(200)
})

test('40: an id that is not ours is refused before the store is asked', async () => {
  const { world, server } = await setScene()
  world.store.forget()
  for (const id of ['A'.repeat(72), 'AQ'.repeat(36), '_'.repeat(72)]) {
    expect((await server.send(me(['Cookie', `${name}=${id}`]))).status).toBe(401)
  }
  expect(world.store.calls).toEqual([])
})

describe('39: fixation', () => {
  test('an id that a page planted before sign-in is never adopted', async () => {
    const { world, server } = await setScene()
    const planted = await world.signedIn('session', 'ada')
    const before = planted.cookie('session') ?? ''
    const answer = await server.send({
      path: '/auth/login',
      json: { username: 'ada', password },
      headers: [['Cookie', `${name}=${before}`]],
    })
    const [set = ''] = answer.all('set-cookie').filter((cookie) => cookie.startsWith(name))
    expect(answer.status).toBe(200)
    expect(set).not.toContain(before)
    expect(set.slice(name.length + 1, name.length + 73)).toMatch(/^[\w-]{72}$/)
    expect((await server.send(me(['Cookie', `${name}=${before}`]))).status).toBe(401)
  })

  test('a sign-in with cookies that contradict each other is refused before anything is written', async () => {
    const { world, server, cookie } = await setScene()
    world.store.forget()
    const answer = await server.send({
      path: '/auth/login',
      json: { username: 'ada', password },
      headers: [['Cookie', `${name}=${cookie}; ${name}=x`]],
    })
    expect(answer.status).toBe(400)
    expect(world.store.calls).toEqual([])
  })
})

test('41: line breaks split neither headers nor log lines', async () => {
  const { world, server } = await setScene()
  const login = 'ada\r\nSet-Cookie: owned=1\r\n\u2028{"level":"error"}'
  const answer = await server.send({
    path: '/auth/login',
    json: { username: login, password },
    headers: [['User-Agent', 'one\ttwo']],
  })
  expect(answer.status).toBe(401)
  expect(answer.headers.map(([header]) => header)).not.toContain('owned')
  expect(answer.all('set-cookie')).toEqual([])
  expect(JSON.stringify(world.log)).not.toContain('owned')
})

test('43: whoever announces a body and sends nothing holds up nobody else', async () => {
  const { server, cookie } = await setScene()
  const slow = Array.from({ length: 20 }, () => {
    const socket = connect(server.port, '127.0.0.1')
    socket.write(
      'POST /auth/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{',
    )
    return socket
  })
  expect((await server.send(me(['Cookie', `${name}=${cookie}`]))).status).toBe(200)
  for (const socket of slow) socket.destroy()
  expect((await server.send(me(['Cookie', `${name}=${cookie}`]))).status).toBe(200)
})
