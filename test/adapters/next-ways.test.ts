// What forNext makes of a request, given what Next tells of it. Next itself stands in the slow test of examples/next-app;
// here `next/headers` is one request at a time, so that every header and option can be tried.

import { afterEach, describe, expect, it, vi } from 'vitest'
import { forNext, type NextOptions } from '../../packages/sessera/src/frameworks/next.js'
import {
  createWorld,
  nextPassword,
  origin,
  password,
  trusted,
  type World,
  type WorldOptions,
} from '../support/auth.js'
import { cookieInNeed, cookieOf } from './cookie-lines.js'

const current = vi.hoisted(() => ({
  headers: new Headers(),
  set: [] as { readonly name: string; readonly value: string; readonly [attribute: string]: unknown }[],
}))

vi.mock('next/headers.js', () => ({
  headers: async () => current.headers,
  cookies: async () => ({
    set: (name: string, value: string, attributes: object) =>
      current.set.push({ name, value, ...attributes }),
  }),
}))

afterEach(() => serving({}))

/** From here on this is the request that Next answers. */
function serving(headers: Readonly<Record<string, string>>): void {
  current.headers = new Headers(headers)
  current.set = []
}

interface Scene {
  readonly world: World
  readonly bound: ReturnType<typeof forNext<object>>
}

async function scene(options: NextOptions = {}, how: WorldOptions = {}): Promise<Scene> {
  const world = await createWorld(how)
  return { world, bound: forNext(world.auth, options) }
}

const request = (method = 'GET', path = '/api/me', headers: Readonly<Record<string, string>> = {}): Request =>
  new Request(`${origin}${path}`, { method, headers })
const ada = { login: 'ada', password }
const names = (): readonly string[] => current.set.map(({ name }) => name.replace('__Host-sessera-', ''))

describe('a page', () => {
  it.each<[what: string, headers: Readonly<Record<string, string>>, opens: boolean]>([
    ['a link of another site', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }, true],
    ['an address that was typed', { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' }, true],
    ['a browser that says nothing of it', {}, true],
    ['the router of its own page', { 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors' }, true],
    [
      'a page of a trusted origin',
      { origin: trusted, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors' },
      true,
    ],
    ['a script of a sibling', { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'no-cors' }, false],
    ['a script of an old browser', { origin: 'https://evil.example' }, false],
    [
      'a form of another site',
      {
        'sec-fetch-site': 'cross-site',
        'sec-fetch-mode': 'navigate',
        'content-type': 'application/x-www-form-urlencoded',
      },
      false,
    ],
    [
      'an action of a sibling',
      { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'navigate', 'next-action': '0' },
      false,
    ],
  ])('asked for by %s knows who it is, or refuses', async (_, headers, opens) => {
    const { world, bound } = await scene()
    serving({ cookie: await cookieOf(world), ...headers })
    if (opens) expect(await bound.principal()).toMatchObject({ username: 'ada' })
    else await expect(bound.principal()).rejects.toMatchObject({ code: 'origin_refused' })
    if (opens) expect(await bound.findPrincipal()).toMatchObject({ username: 'ada' })
    else await expect(bound.findPrincipal()).rejects.toMatchObject({ code: 'origin_refused' })
    expect(current.set).toEqual([])
  })

  it('of nobody is told so', async () => {
    const { bound } = await scene()
    expect(await bound.findPrincipal()).toBeNull()
    await expect(bound.principal()).rejects.toMatchObject({ code: 'unauthenticated' })
  })

  it('asks what a guard can ask', async () => {
    const { world, bound } = await scene()
    serving({ cookie: await cookieOf(world) })
    await expect(bound.principal({ roles: ['admin'] })).rejects.toMatchObject({ code: 'forbidden' })
    await expect(bound.findPrincipal({ accept: ['token'] })).rejects.toMatchObject({ code: 'mode_refused' })
  })

  it('that has a renewal due sets nothing', async () => {
    const { world, bound } = await scene()
    serving({ cookie: await cookieInNeed(world) })
    expect(await bound.principal()).toMatchObject({ username: 'ada' })
    expect(current.set).toEqual([])
  })
})

describe('an action', () => {
  it('signs in with all that belongs to the cookies, and the page after it is that of who signed in', async () => {
    const { world, bound } = await scene()
    await world.addUser('root', ['admin'])
    serving({ cookie: await cookieOf(world), 'next-action': '0', origin, 'sec-fetch-site': 'same-origin' })
    expect(await bound.signIn({ ...ada, login: 'root', mode: 'hybrid', remember: true })).toBeNull()
    expect(names()).toEqual(['session', 'access', 'refresh', 'device'])
    const common = { path: '/', httpOnly: true, sameSite: 'lax', secure: true, value: expect.any(String) }
    expect(current.set).toEqual([
      { name: '__Host-sessera-session', ...common, maxAge: expect.any(Number) },
      { name: '__Host-sessera-access', ...common, maxAge: expect.any(Number) },
      { name: '__Host-sessera-refresh', ...common, value: '', maxAge: 0 },
      { name: '__Host-sessera-device', ...common, maxAge: 34_560_000 },
    ])
    expect(await bound.principal()).toMatchObject({ username: 'root' })
    await bound.signOut()
    expect(await bound.findPrincipal()).toBeNull()
  })

  it('sets a cookie of several hosts as such, and one that ends with the browser without an age', async () => {
    const { bound } = await scene({}, { accessCookieDomain: 'app.example' })
    serving({ 'next-action': '0' })
    await bound.signIn({ ...ada, mode: 'hybrid' })
    expect(current.set[1]).toEqual({
      name: '__Secure-sessera-access',
      value: expect.any(String),
      path: '/',
      domain: 'app.example',
      sameSite: 'lax',
      httpOnly: true,
      secure: true,
    })
  })

  it('hands out tokens', async () => {
    const { bound } = await scene({}, { registration: 'open' })
    const pair = { access_token: expect.any(String), refresh_token: expect.any(String) }
    expect(await bound.signIn({ ...ada, mode: 'token' })).toMatchObject(pair)
    expect(await bound.signUp({ username: 'eve', password, mode: 'token' })).toMatchObject(pair)
  })

  it('starts a session for whom the app has proven', async () => {
    const { world, bound } = await scene()
    await bound.startSession({ userId: await world.addUser('root') })
    expect(await bound.principal()).toMatchObject({ username: 'root' })
  })

  it.each<[what: string, act: (bound: Scene['bound']) => Promise<unknown>]>([
    ['sign in', ({ signIn }) => signIn(ada)],
    ['sign up', ({ signUp }) => signUp({ username: 'eve', password })],
    ['sign out', ({ signOut }) => signOut()],
  ])('to %s that a foreign page has sent is refused, and sets nothing', async (_, act) => {
    const { world, bound } = await scene({}, { registration: 'open' })
    serving({ cookie: await cookieOf(world), 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'navigate' })
    const before = world.events.length
    await expect(act(bound)).rejects.toMatchObject({ code: 'origin_refused' })
    expect([world.events.length, current.set]).toEqual([before, []])
  })

  it('that is refused sets nothing', async () => {
    const { bound } = await scene()
    await expect(bound.signIn({ ...ada, password: nextPassword })).rejects.toMatchObject({
      code: 'invalid_credentials',
    })
    expect(current.set).toEqual([])
  })
})

describe('a route handler', () => {
  it('is given the request, who it is, and what Next adds', async () => {
    const { world, bound } = await scene()
    serving({ cookie: await cookieOf(world) })
    const GET = bound.guard(async (asked, me, context: { readonly params: string }) =>
      Response.json([asked.url, me.username, context.params]),
    )
    expect(await (await GET(request(), { params: 'x' })).json()).toEqual([`${origin}/api/me`, 'ada', 'x'])
  })

  it.each<[method: string, status: number]>([
    ['GET', 200],
    ['HEAD', 200],
    ['POST', 403],
    ['DELETE', 403],
  ])('of %s asked for by a sibling answers %i', async (method, status) => {
    const { world, bound } = await scene()
    serving({ cookie: await cookieOf(world), 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'navigate' })
    const handler = bound.guard(() => new Response(null))
    expect((await handler(request(method), {})).status).toBe(status)
  })

  it('renews what is due before it runs, and no cache keeps the answer', async () => {
    const { world, bound } = await scene()
    const seen: unknown[] = []
    const GET = bound.guard(() => {
      seen.push(...names())
      const headers = {
        'Cache-Control': 'public',
        'CDN-Cache-Control': 'max-age=60',
        'Set-Cookie': 'theme=dark',
      }
      return new Response('ok', { headers })
    })
    serving({ cookie: await cookieInNeed(world) })
    const answer = await GET(request(), {})
    expect(seen).toEqual(['session', 'access', 'refresh'])
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'cache-control': 'private, no-store',
      'set-cookie': 'theme=dark',
    })
    expect(answer.headers.has('cdn-cache-control')).toBe(false)
    serving({ cookie: await cookieOf(world) })
    expect((await GET(request(), {})).headers.get('cache-control')).toBe('public')
  })

  it('may sign in on the way back from elsewhere, and no cache keeps the answer', async () => {
    const { world, bound } = await scene()
    const userId = await world.addUser('root')
    const GET = bound.refusals(async () => {
      await bound.startSession({ userId })
      return new Response('welcome', { headers: { 'Cache-Control': 'public, max-age=60' } })
    })
    serving({ 'sec-fetch-site': 'same-origin' })
    expect((await GET(request(), {})).headers.get('cache-control')).toBe('private, no-store')
    expect(names()).toContain('session')
  })

  it('may sign out whoever was due a renewal', async () => {
    const { world, bound } = await scene()
    serving({ cookie: await cookieInNeed(world), origin, 'sec-fetch-site': 'same-origin' })
    const POST = bound.guard(async () => {
      await bound.signOut()
      return new Response('bye')
    })
    expect((await POST(request('POST'), {})).status).toBe(200)
    expect(current.set.slice(-3).map(({ maxAge }) => maxAge)).toEqual([0, 0, 0])
    expect(await bound.findPrincipal()).toBeNull()
  })

  it('answers what is refused in it, and passes on what is not ours', async () => {
    const { world, bound } = await scene()
    const POST = bound.refusals(async () =>
      Response.json(await bound.signIn({ ...ada, password: nextPassword })),
    )
    const answer = await POST(request('POST'), {})
    expect([answer.status, answer.headers.get('content-type')]).toEqual([401, 'application/problem+json'])
    serving({ cookie: await cookieOf(world) })
    const redirected = new Error('NEXT_REDIRECT')
    for (const wrap of [bound.guard, bound.refusals]) {
      const GET = wrap(() => Promise.reject(redirected))
      await expect(GET(request(), {})).rejects.toBe(redirected)
    }
  })

  it('tells refusals in the words of the app, but not what the server failed at', async () => {
    const { world, bound } = await scene({
      onRefused: ({ code }, init, { method }) => Response.json({ refused: code, method }, init),
    })
    const GET = bound.guard(() => new Response('ok'), { check: 'store' })
    const answer = await GET(request(), {})
    expect([answer.status, await answer.json()]).toEqual([401, { refused: 'unauthenticated', method: 'GET' }])
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="sessera"')
    expect(answer.headers.get('x-request-id')).toMatch(/./)
    serving({ cookie: await cookieOf(world) })
    world.store.meddle(() => Promise.reject(new Error('the disk is on fire')))
    expect(await (await GET(request(), {})).json()).toMatchObject({ code: 'unavailable', status: 503 })
  })

  it('may be read by pages of trusted origins, whatever it answers', async () => {
    const { world, bound } = await scene()
    const handler = bound.guard(() => Response.redirect('https://app.example/next'))
    for (const cookie of [await cookieOf(world), '']) {
      serving({ cookie, origin: trusted })
      const answer = await handler(request(), {})
      expect(answer.headers.get('access-control-allow-origin')).toBe(trusted)
    }
    const headers = { origin: trusted, 'access-control-request-method': 'PUT' }
    const permission = await bound.handlers.OPTIONS(request('OPTIONS', '/api/me', headers))
    expect([permission.status, permission.headers.get('access-control-allow-methods')]).toEqual([
      204,
      'GET, HEAD, POST, PUT, PATCH, DELETE',
    ])
    const stranger = { ...headers, origin: 'https://evil.example' }
    const refusal = await bound.handlers.OPTIONS(request('OPTIONS', '/api/me', stranger))
    expect([refusal.status, refusal.headers.get('access-control-allow-origin')]).toEqual([404, null])
  })

  it('asks for what there is to ask, or says so when it is made', async () => {
    const { bound } = await scene()
    expect(() => bound.guard(() => new Response(), { provenWithin: 'soon' })).toThrow('soon')
  })
})

describe('the address of a client', () => {
  const forwarded = { 'x-forwarded-for': '198.51.100.1, 203.0.113.9' }

  it.each<[what: string, options: NextOptions, proxies: readonly string[], ip: string | null]>([
    ['is unknown, whatever is forwarded', {}, ['loopback'], null],
    ['is the proxy, which is not trusted', { remoteAddress: () => '127.0.0.1' }, [], '127.0.0.1'],
    ['is what a trusted proxy saw', { remoteAddress: () => '127.0.0.1' }, ['loopback'], '203.0.113.9'],
    ['is what the platform says', { remoteAddress: (headers) => headers.get('x-real-ip') }, [], '192.0.2.7'],
  ])('%s', async (_, options, trustedProxies, ip) => {
    const { world, bound } = await scene(options, { trustedProxies })
    const headers = { ...forwarded, 'x-real-ip': '192.0.2.7' }
    serving(headers)
    await bound.signIn(ada)
    const userId = (await bound.principal()).id
    const login = request('POST', '/auth/login', { ...headers, 'content-type': 'application/json' })
    const body = JSON.stringify({ username: 'ada', password })
    expect((await bound.handlers.POST(new Request(login, { body }))).status).toBe(200)
    const sessions = await world.auth.sessions.list(userId)
    expect(sessions.map((session) => session.ip)).toEqual([ip, ip])
  })
})

describe('an Auth', () => {
  it('is made when the first request comes, once', async () => {
    const { auth } = await createWorld()
    const make = vi.fn(() => auth)
    const { guard, findPrincipal } = forNext(make)
    const GET = guard(() => new Response())
    expect(make).not.toHaveBeenCalled()
    await findPrincipal()
    await GET(request(), {})
    expect(make).toHaveBeenCalledTimes(1)
  })

  it('that is none is refused', () => {
    expect(() => forNext({} as never)).toThrow('pass what createAuth() returned')
  })

  it('calls a request by one id, in lines about it and in what it answers', async () => {
    const { bound } = await scene()
    const id = await bound.requestId()
    expect(id).toBe(await bound.requestId())
    const answer = await bound.guard(() => new Response())(request(), {})
    expect(answer.headers.get('x-request-id')).toBe(id)
    serving({})
    expect(await bound.requestId()).not.toBe(id)
  })
})
