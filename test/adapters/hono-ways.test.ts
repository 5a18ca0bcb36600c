// forHono in its two surroundings: where Node writes the headers, and where nothing but a Response is at hand.

import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  createAdaptorServer,
  getRequestListener,
  upgradeWebSocket,
  type WebSocketServerLike,
} from '@hono/node-server'
import { type Context, Hono, type MiddlewareHandler } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { describe, expect, it, onTestFinished } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { forHono, type HonoOptions } from '../../packages/sessera/src/frameworks/hono.js'
import { bytesOf, type RawRequest, sendRaw } from '../http/raw-request.js'
import type { RawAnswer } from '../http/raw-server.js'
import { createWorld, origin, password, trusted, type World, type WorldOptions } from '../support/auth.js'
import { cookieInNeed, cookieOf } from './cookie-lines.js'
import { listening } from './listening.js'

type Bound = ReturnType<typeof forHono<object>>

interface Scene {
  readonly world: World
  readonly app: Hono
  readonly bound: Bound
  /** Without a server. */
  fetch(request: RawRequest): Promise<Response>
  /** Through @hono/node-server. */
  send(request: RawRequest): Promise<RawAnswer>
}

async function scene(
  build: (app: Hono, bound: Bound) => void,
  { options = {}, world: how = {} }: { options?: HonoOptions; world?: WorldOptions } = {},
): Promise<Scene> {
  const world = await createWorld(how)
  const bound = forHono(world.auth, options)
  const app = new Hono()
  build(app, bound)
  let port: number | null = null
  return {
    world,
    app,
    bound,
    async fetch({ method = 'GET', path, headers = [], json }) {
      const request = new Request(`${origin}${path}`, {
        method,
        headers: [...headers.map(([name, value]): [string, string] => [name, value])],
        ...(json === undefined ? {} : { body: JSON.stringify(json) }),
      })
      if (json !== undefined) request.headers.set('Content-Type', 'application/json')
      return await app.fetch(request)
    },
    async send(request) {
      if (port === null) {
        const server = await listening(createServer(getRequestListener(app.fetch)))
        onTestFinished(server.close)
        port = server.port
      }
      return await sendRaw(port, bytesOf(request, new URL(origin).host))
    },
  }
}

const signIn = { login: 'ada', password }
const name = (bound: Bound) => (c: Context) => c.json({ username: bound.principal(c).username })

const publicAfterwards: MiddlewareHandler = async (c, next) => {
  await next()
  c.res.headers.set('Cache-Control', 'public, max-age=60')
  c.res.headers.set('CDN-Cache-Control', 'max-age=60')
}

describe('cookies that are due', () => {
  const answers: readonly (readonly [what: string, handler: (c: Context) => Response | Promise<Response>])[] =
    [
      ['a response of the context', (c) => c.json({ ok: true })],
      ['a raw one', () => new Response('ok', { headers: { 'CDN-Cache-Control': 'max-age=60' } })],
      ['one that cannot be changed', () => Response.redirect('https://app.example/next')],
      ['one without a body', (c) => c.body(null, 204)],
    ]

  it.each(answers)('go out with %s, which no cache keeps', async (_, handler) => {
    const { world, fetch, send } = await scene((app, { routes, guard }) => {
      app.use(routes)
      app.get('/page', publicAfterwards, guard(), handler)
    })
    const headers = [['Cookie', await cookieInNeed(world)]] as const
    const alone = await fetch({ path: '/page', headers })
    const served = await send({ path: '/page', headers })
    const renewed = expect.stringMatching(/^__Host-sessera-access=[\w.-]+; /)
    expect(alone.headers.getSetCookie()).toContainEqual(renewed)
    expect(served.all('set-cookie')).toContainEqual(renewed)
    expect(alone.headers.get('cache-control')).toBe('private, no-store')
    expect(served.all('cache-control')).toEqual(['private, no-store'])
    expect([alone.headers.get('cdn-cache-control'), served.all('cdn-cache-control')]).toEqual([null, []])
    expect(served.status).toBe(alone.status)
  })

  it('leave those of the app alone, and replace none of another name', async () => {
    const { fetch, send } = await scene((app, { routes, ...bound }) => {
      app.use(routes)
      app.post('/login', async (c) => {
        c.header('Set-Cookie', 'theme=dark')
        await bound.signIn(c, signIn)
        return c.json({})
      })
    })
    const request = { method: 'POST', path: '/login' }
    for (const cookies of [
      (await fetch(request)).headers.getSetCookie(),
      (await send(request)).all('set-cookie'),
    ]) {
      expect(cookies.filter((cookie) => !cookie.startsWith('__Host-sessera-'))).toEqual(['theme=dark'])
      expect(cookies).toHaveLength(5)
    }
  })

  it('win over those of an earlier sign-in in the same request', async () => {
    const { world, fetch, send } = await scene((app, { routes, guard, ...bound }) => {
      app.use(routes)
      app.post('/again', guard(), async (c) => {
        await bound.signOut(c)
        return c.text('bye')
      })
    })
    const headers = [['Cookie', await cookieInNeed(world)]] as const
    const alone = await fetch({ method: 'POST', path: '/again', headers })
    expect(alone.headers.getSetCookie()).toHaveLength(3)
    expect(alone.headers.getSetCookie()).toContainEqual(
      expect.stringMatching(/^__Host-sessera-session=; Max-Age=0/),
    )
    const more = [['Cookie', await cookieInNeed(world)]] as const
    expect((await send({ method: 'POST', path: '/again', headers: more })).all('set-cookie')).toHaveLength(3)
  })

  it('need no routes on Node, and where nothing would send them signing in is an error before it begins', async () => {
    const { world, fetch, send } = await scene((app, bound) => {
      app.post('/login', async (c) => {
        await bound.signIn(c, signIn)
        return new Response('raw')
      })
      app.onError((error, c) => c.text(error.message, 500))
    })
    expect((await send({ method: 'POST', path: '/login' })).all('set-cookie')).toHaveLength(4)
    const begun = world.events.length
    const alone = await fetch({ method: 'POST', path: '/login' })
    expect(await alone.text()).toBe(
      'Nothing would send the cookies. Say app.use(routes) before the routes that sign in or out.',
    )
    expect(world.events).toHaveLength(begun)
  })
})

describe('the hot path', () => {
  it('goes on before anything is awaited, and builds no Fetch request', async () => {
    const seen: unknown[] = []
    const parts = (c: Context): string[] =>
      Object.getOwnPropertySymbols(c.req.raw).map(({ description = '' }) => description)
    const { world, send } = await scene((app, { routes, guard, principal }) => {
      app.use(routes)
      app.use(async (c, next) => {
        const going = guard()(c, async () => {
          seen.push('went on')
          await next()
        })
        seen.push('returned')
        await going
      })
      app.get('/me', (c) => {
        seen.push(parts(c).includes('requestCache'))
        void c.req.raw.signal.aborted
        void c.req.raw.body
        seen.push(parts(c).includes('requestCache'))
        return c.text(principal(c).username ?? '')
      })
    })
    const headers = [['Cookie', await cookieOf(world)]] as const
    await send({ path: '/me', headers })
    seen.length = 0
    expect((await send({ path: '/me', headers })).body).toBe('ada')
    expect(seen).toEqual(['went on', false, true, 'returned'])
  })
})

describe('whose request it is', () => {
  it('a request that the app makes itself is not the one that it serves', async () => {
    const { world, send } = await scene((app, bound) => {
      app.get('/outer/me', bound.guard(), (c) => app.request('/me', {}, c.env as object))
      app.get('/', bound.guard(), (c) => app.request('/inner/', {}, c.env as object))
      app.get('/me', bound.guard(), name(bound))
      app.get('/inner/', bound.guard(), name(bound))
      app.onError(bound.refusals)
    })
    const headers = [['Cookie', await cookieOf(world)]] as const
    expect((await send({ path: '/me', headers })).status).toBe(200)
    expect((await send({ path: '/outer/me', headers })).status).toBe(401)
    expect((await send({ path: '/', headers })).status).toBe(401)
  })

  it('a guard of another Auth has let nobody pass', async () => {
    const other = forHono((await createWorld()).auth)
    const { world, fetch } = await scene((app, bound) => {
      app.get('/me', bound.guard(), name(other))
      app.onError(bound.refusals)
    })
    const answer = await fetch({ path: '/me', headers: [['Cookie', await cookieOf(world)]] })
    expect(answer.status).toBe(401)
  })

  it('nothing that another library leaves on the context counts', async () => {
    const { fetch } = await scene((app, bound) => {
      app.use(async (c, next) => {
        for (const key of ['user', 'principal', 'sessera principal', 'jwtPayload']) {
          c.set(key as never, { username: 'root' } as never)
          Object.assign(c, { [key]: { who: { principal: { username: 'root' } } } })
        }
        await next()
      })
      app.get('/me', name(bound))
      app.onError(bound.refusals)
    })
    expect((await fetch({ path: '/me' })).status).toBe(401)
  })

  it.each<[from: string, options: HonoOptions, ip: string | null]>([
    ['nobody knows where', {}, null],
    ['where the platform says', { remoteAddress: () => '192.0.2.7' }, '192.0.2.7'],
    ['where a trusted proxy says', { remoteAddress: () => '10.0.0.1' }, '203.0.113.9'],
  ])('comes from %s', async (_, options, ip) => {
    const { world, fetch } = await scene((app, { routes }) => app.use(routes), {
      options,
      world: { trustedProxies: ['10.0.0.0/8'] },
    })
    const headers = [['X-Forwarded-For', '203.0.113.9']] as const
    const json = { username: 'ada', password }
    expect((await fetch({ method: 'POST', path: '/auth/login', headers, json })).status).toBe(200)
    const [session] = await world.auth.sessions.list(userIdOf(world))
    expect(session?.ip).toBe(ip)
  })

  it('on Node comes from the socket, whatever the app says', async () => {
    const { world, send } = await scene((app, { routes }) => app.use(routes), {
      options: { remoteAddress: () => '192.0.2.7' },
    })
    const json = { username: 'ada', password }
    expect((await send({ path: '/auth/login', json })).status).toBe(200)
    const [session] = await world.auth.sessions.list(userIdOf(world))
    expect(session?.ip).toBe('127.0.0.1')
  })
})

function userIdOf(world: World): string {
  const entered = world.events.find((event) => event.name === 'signedIn')
  return entered?.name === 'signedIn' ? entered.userId : ''
}

it('a request that the app makes itself, to the same address, has none of the credentials of the one around it', async () => {
  const inner = new Hono()
  const { world, send } = await scene((app, bound) => {
    inner.get('/page', async (c) => c.json({ username: (await bound.findPrincipal(c))?.username ?? null }))
    app.get('/page', (c) => inner.fetch(new Request(c.req.url), c.env))
  })
  const answer = await send({ path: '/page', headers: [['Cookie', await cookieOf(world)]] })
  expect(JSON.parse(answer.body)).toEqual({ username: null })
})

describe('an upgrade to a WebSocket', () => {
  it.each<[from: string, status: number]>([
    ['https://evil.example', 403],
    ['null', 403],
    [origin, 200],
    [trusted, 200],
  ])('with a cookie from a page of %s is answered with %i', async (from, status) => {
    const { world, fetch } = await scene((app, bound) => app.get('/chat', bound.guard(), name(bound)))
    const headers = [
      ['Cookie', await cookieOf(world)],
      ['Upgrade', 'websocket'],
      ['Origin', from],
    ] as const
    expect((await fetch({ path: '/chat', headers })).status).toBe(status)
  })
})

describe('a WebSocket on Node', () => {
  it.each<[from: string, outcome: string]>([
    ['https://evil.example', '403'],
    [origin, 'ada'],
  ])('is opened with a cookie from a page of %s: %s', async (from, outcome) => {
    const { world, app, bound } = await scene(() => {})
    app.get(
      '/chat',
      bound.guard(),
      upgradeWebSocket((c) => {
        const { username } = bound.principal(c)
        return { onOpen: (_event, socket) => socket.send(username ?? '') }
      }),
    )
    const server = createAdaptorServer({
      fetch: app.fetch,
      createServer,
      websocket: { server: new WebSocketServer({ noServer: true }) as WebSocketServerLike },
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => void server.close())
    const { port } = server.address() as AddressInfo
    const headers = { Cookie: await cookieOf(world) }
    const socket = new WebSocket(`ws://127.0.0.1:${port}/chat`, { headers, origin: from })
    onTestFinished(() => socket.terminate())
    const answered = new Promise<string>((resolve, reject) => {
      socket.on('message', (data) => resolve(String(data)))
      socket.on('unexpected-response', (_request, { statusCode }) => resolve(String(statusCode)))
      socket.on('error', reject)
    })
    expect(await answered).toBe(outcome)
  })
})

describe('bodies', () => {
  it('that Hono has read already are taken as they are', async () => {
    const { fetch, send } = await scene((app, { routes }) => {
      app.use(async (c, next) => {
        await c.req.json()
        await next()
      })
      app.use(routes)
    })
    const request = { method: 'POST', path: '/auth/login', json: { username: 'ada', password } }
    expect((await fetch(request)).status).toBe(200)
    expect((await send(request)).status).toBe(200)
  })

  it('that somebody else has taken are refused with a sentence for the developer', async () => {
    const { fetch, send } = await scene((app, { routes }) => {
      app.use(async (c, next) => {
        await c.req.raw.text()
        await next()
      })
      app.use(routes)
    })
    const request = { method: 'POST', path: '/auth/login', json: { username: 'ada', password } }
    for (const text of [await (await fetch(request)).text(), (await send(request)).body]) {
      expect(JSON.parse(text)).toMatchObject({
        status: 400,
        detail: expect.stringContaining('was read before Sessera saw it'),
      })
    }
  })
})

describe('errors', () => {
  it('that are not ours are answered as Hono answers them by itself', async () => {
    const { world, fetch } = await scene((app, { refusals }) => {
      app.get('/teapot', () => {
        throw new HTTPException(418, { message: 'short and stout' })
      })
      app.get('/boom', () => {
        throw new Error('a secret of the app')
      })
      app.onError(refusals)
    })
    const teapot = await fetch({ path: '/teapot' })
    expect([teapot.status, await teapot.text()]).toEqual([418, 'short and stout'])
    const boom = await fetch({ path: '/boom' })
    expect([boom.status, await boom.text()]).toEqual([500, 'Internal Server Error'])
    expect(world.log.at(-1)).toMatchObject({
      level: 'error',
      fields: { path: '/boom', error: new Error('a secret of the app') },
    })
  })

  it('say that the routes are used twice', async () => {
    const { fetch } = await scene((app, { routes }) => {
      app.use(routes)
      app.use(routes)
      app.onError((error, c) => c.text(error.message, 500))
    })
    expect(await (await fetch({ path: '/' })).text()).toBe(
      'A request came through the routes of Sessera twice. Say app.use(routes) once.',
    )
  })

  it('refuse what createAuth did not make', () => {
    expect(() => forHono({} as never)).toThrow('pass what createAuth() returned')
  })
})

describe('pages of trusted origins', () => {
  it('may read what cannot be changed, and Vary adds up', async () => {
    const { fetch } = await scene((app, { routes }) => {
      app.use(routes)
      app.get('/moved', () => Response.redirect('https://app.example/next'))
      app.get('/raw', () => new Response('raw', { headers: { Vary: 'Accept-Language' } }))
    })
    const headers = [['Origin', trusted]] as const
    const moved = await fetch({ path: '/moved', headers })
    expect([moved.status, moved.headers.get('access-control-allow-origin')]).toEqual([302, trusted])
    expect((await fetch({ path: '/raw', headers })).headers.get('vary')).toBe('Accept-Language, Origin')
  })
})
