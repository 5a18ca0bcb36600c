// Token mode in one tab, against a real server: tokens come and go, and the app notices nothing but who is signed in.

import { describe, expect, it, vi } from 'vitest'
import type { Client, Current } from '../../packages/sessera/src/client/types.js'
import { createFakeClock } from '../../packages/sessera/src/testing/fake-clock.js'
import { password } from '../support/auth.js'
import { answer, holdRequest, refuse, startApp } from './api.js'
import { createBrowser } from './browser.js'

const ada = { username: 'ada', password }
const refresh = 'POST /auth/refresh'

async function signedIn() {
  const app = await startApp()
  const browser = createBrowser(app)
  const tab = browser.openTab()
  const { client } = tab
  const seen: Current[] = []
  client.session.subscribe(() => seen.push(client.session.current))
  await client.session.ready()
  await client.signIn(ada)
  const read = async (path = '/hello'): Promise<string> => {
    const response = await client.fetch(path)
    return response.ok ? await response.text() : String(response.status)
  }
  return { app, browser, tab, client, seen, read, clock: app.world.clock }
}

const many = <T>(work: () => Promise<T>): Promise<T[]> => Promise.all(Array.from({ length: 20 }, work))

describe('signing in', () => {
  it('knows nobody before, and who it is after', async () => {
    const { client, seen, read } = await signedIn()
    expect(seen).toEqual([
      null,
      { user: { id: expect.any(String), username: 'ada', roles: ['teller'] }, sessionId: expect.any(String) },
    ])
    expect(client.session.current).toBe(seen[1])
    expect(await read()).toBe('Hello, ada: teller')
  })

  it('is known again after a reload, by the cookie alone', async () => {
    const { browser } = await signedIn()
    const { client } = browser.openTab()
    expect(client.session.current).toBeUndefined()
    expect(await client.session.ready()).toMatchObject({ user: { username: 'ada' } })
  })

  it('with a wrong password says so, and leaves whoever was there', async () => {
    const { client, read } = await signedIn()
    await expect(client.signIn({ ...ada, password: 'a wrong password indeed' })).rejects.toMatchObject({
      name: 'ClientError',
      status: 401,
      code: 'invalid_credentials',
      message: 'The username or the password is wrong.',
    })
    expect(await read()).toBe('Hello, ada: teller')
  })

  it('makes an account', async () => {
    const app = await startApp()
    const { client } = createBrowser(app).openTab()
    await client.signUp({ username: 'Émile 🦉', password })
    expect(client.session.current?.user).toMatchObject({ username: 'Émile 🦉', roles: [] })
    await expect(client.signUp({ username: 'Émile 🦉', password })).rejects.toMatchObject({
      status: 409,
      code: 'username_taken',
    })
  })

  it('replaces whoever was there', async () => {
    const { app, client, seen, read } = await signedIn()
    await app.world.addUser('eve')
    await client.signIn({ ...ada, username: 'eve' })
    expect(seen.map((current) => current?.user.username)).toEqual([undefined, 'ada', 'eve'])
    expect(await read()).toBe('Hello, eve: ')
  })

  it('overtaken by a sign-out, does not stand', async () => {
    const { client, seen } = await signedIn()
    const again = client.signIn(ada)
    await client.signOut()
    await again
    expect(client.session.current).toBeNull()
    expect(seen.at(-1)).toBeNull()
  })
})

describe('a token that has expired', () => {
  it('is refreshed once, however many requests need it', async () => {
    const { app, read, clock } = await signedIn()
    clock.advance('5m')
    expect(new Set(await many(read))).toEqual(new Set(['Hello, ada: teller']))
    expect(app.count(refresh)).toBe(2)
    expect(app.count('GET /hello')).toBe(20)
  })

  it('is followed by another, of which nobody is told', async () => {
    const { client, seen, read, clock } = await signedIn()
    const [before, told] = [client.session.current, seen.length]
    clock.advance('5m')
    await read()
    expect(seen.length).toBe(told)
    expect(client.session.current).toBe(before)
  })

  it('is refreshed before it is refused, by a few seconds', async () => {
    const { app, read, clock } = await signedIn()
    clock.advance('260s')
    await read()
    expect(app.count(refresh)).toBe(1)
    clock.advance('36s')
    expect(await read()).toBe('Hello, ada: teller')
    expect(app.asked.filter((line) => line.endsWith(' 401'))).toEqual([`${refresh} 401`])
    expect(app.count(refresh)).toBe(2)
  })

  it.each([
    ['asleep, with a monotonic clock that stopped', { wall: 600_000, steady: 0 }],
    ['at a wall clock that was set back', { wall: -3_600_000, steady: 600_000 }],
  ])('is noticed %s', async (_, { wall, steady }) => {
    const app = await startApp()
    const clock = createFakeClock()
    const { client } = createBrowser(app, { clock }).openTab()
    await client.signIn(ada)
    await client.fetch('/hello')
    expect(app.count(refresh)).toBe(0)
    clock.setWall(clock.now() + wall)
    clock.setMonotonic(clock.monotonic() + steady)
    await client.fetch('/hello')
    expect(app.count(refresh)).toBe(1)
  })

  it('is refreshed well ahead of a body that cannot be sent twice', async () => {
    const { app, client, clock } = await signedIn()
    clock.advance('245s')
    const body = new Blob(['streamed']).stream()
    const init = { method: 'POST', body, duplex: 'half' } as const
    expect(await (await client.fetch('/echo', init)).text()).toBe('streamed')
    expect(app.count(refresh)).toBe(2)
  })
})

describe('a token that is refused', () => {
  it('is refreshed, and every request that had it is sent once more', async () => {
    const { app, read } = await signedIn()
    const [{ id } = { id: '' }] = await app.world.auth.users.list().then(({ users }) => users)
    await app.world.setRoles(id, ['teller', 'auditor'])
    expect(new Set(await many(read))).toEqual(new Set(['Hello, ada: teller,auditor']))
    expect(app.count(refresh)).toBe(2)
  })

  it('brings the new roles to whoever shows them', async () => {
    const { app, client, seen, read } = await signedIn()
    await app.world.setRoles(client.session.current?.user.id ?? '', ['auditor'])
    await read()
    expect(seen.map((current) => current?.user.roles)).toEqual([undefined, ['teller'], ['auditor']])
  })

  it.each([
    { what: 'text', body: 'some text' },
    { what: 'a form', body: new URLSearchParams({ a: 'b' }) },
    { what: 'bytes', body: new Uint8Array([104, 105]) },
    { what: 'a blob', body: new Blob(['some text']) },
  ])('is not seen by who sends $what', async ({ body }) => {
    const { app, client } = await signedIn()
    await app.world.setRoles(client.session.current?.user.id ?? '', ['auditor'])
    const response = await client.fetch('/echo', { method: 'POST', body })
    expect([response.status, await response.text()]).toEqual([200, await new Response(body).text()])
  })

  it('is not seen by who sends a Request', async () => {
    const { app, client } = await signedIn()
    await app.world.setRoles(client.session.current?.user.id ?? '', ['auditor'])
    const request = new Request(`${app.origin}/echo`, { method: 'POST', body: 'some text' })
    expect(await (await client.fetch(request)).text()).toBe('some text')
  })

  it.each([
    ['a stream', () => new Blob(['some text']).stream()],
    [
      'an iterable',
      async function* () {
        yield Buffer.from('some text')
      },
    ],
  ])('is seen by who sends %s, and not by the next', async (_, body) => {
    const { app, client, read } = await signedIn()
    await app.world.setRoles(client.session.current?.user.id ?? '', ['auditor'])
    const init = { method: 'POST', body: body() as ReadableStream, duplex: 'half' } as const
    expect((await client.fetch('/echo', init)).status).toBe(401)
    expect(await read()).toBe('Hello, ada: auditor')
  })

  it('is not sent a second time because the next one cannot be had', async () => {
    const { app, client } = await signedIn()
    await app.world.setRoles(client.session.current?.user.id ?? '', ['auditor'])
    app.meddle = (req, res) => req.url === '/auth/refresh' && refuse(res, 503, 'unavailable')
    await expect(client.fetch('/hello')).rejects.toMatchObject({ status: 503 })
    expect(app.count('GET /hello')).toBe(1)
  })

  it('again and again, is refreshed once for each request', async () => {
    const { app, client } = await signedIn()
    const headers = { 'WWW-Authenticate': 'Bearer realm="x", error="invalid_token"' }
    app.meddle = (req, res) => req.url === '/hello' && answer(res, 401, headers)
    expect((await client.fetch('/hello')).status).toBe(401)
    expect([app.count('GET /hello'), app.count(refresh)]).toEqual([2, 2])
    expect(client.session.current).not.toBeNull()
  })

  it.each([
    ['a wrong password', {}],
    ['a proof that is too old', { 'WWW-Authenticate': 'Bearer error="insufficient_user_authentication"' }],
    ['a scope', { 'WWW-Authenticate': 'Bearer error="insufficient_scope"' }],
  ])('is not meant by a 401 for %s', async (_, headers) => {
    const { app, client } = await signedIn()
    app.meddle = (req, res) => req.url === '/hello' && answer(res, 401, headers)
    expect((await client.fetch('/hello')).status).toBe(401)
    expect([app.count('GET /hello'), app.count(refresh)]).toEqual([1, 1])
  })
})

describe('a refresh', () => {
  it('that is refused signs out, once', async () => {
    const { app, client, seen, read, clock } = await signedIn()
    await app.world.auth.sessions.end(client.session.current?.sessionId ?? '')
    clock.advance('5m')
    expect(new Set(await many(read))).toEqual(new Set(['401']))
    expect(seen.slice(2)).toEqual([null])
    expect(app.count(refresh)).toBe(2)
    await read()
    expect(app.count(refresh)).toBe(2)
  })

  it('of a session that ended while its token was good signs out too', async () => {
    const { app, client, read } = await signedIn()
    await app.world.auth.sessions.end(client.session.current?.sessionId ?? '')
    expect(await read()).toBe('401')
    expect(client.session.current).toBeNull()
  })

  it.each([
    [429, 'too_many_requests'],
    [503, 'unavailable'],
    [500, 'internal_error'],
  ])('answered with %i signs nobody out, and is not repeated before its time', async (status, code) => {
    const { app, client, read, clock } = await signedIn()
    clock.advance('5m')
    app.meddle = (req, res) => {
      if (req.url !== '/auth/refresh') return false
      res.setHeader('Retry-After', '30')
      return refuse(res, status, code)
    }
    const refusal = { status, code, retryAfterSeconds: 30 }
    await expect(client.fetch('/hello')).rejects.toMatchObject(refusal)
    await expect(client.fetch('/hello')).rejects.toMatchObject(refusal)
    expect(app.count(refresh)).toBe(2)
    expect(client.session.current?.user.username).toBe('ada')
    app.meddle = null
    clock.advance('30s')
    expect(await read()).toBe('Hello, ada: teller')
  })

  it('that fails while the token still lives goes unnoticed', async () => {
    const { app, read, clock } = await signedIn()
    clock.advance('296s')
    app.meddle = (req, res) => req.url === '/auth/refresh' && refuse(res, 503, 'unavailable')
    expect(await read()).toBe('Hello, ada: teller')
  })

  it.each([
    ['a page of somebody in between', 200, '<h1>Welcome to our hotel</h1>'],
    ['JSON that is none of ours', 200, '{"hello":"world"}'],
    ['a 401 of somebody in between', 401, 'Proxy says no'],
    ['a 400 of somebody in between', 400, '{"code":"nope"}'],
  ])('answered with %s signs nobody out', async (_, status, body) => {
    const { app, client, read, clock } = await signedIn()
    clock.advance('5m')
    app.meddle = (req, res) => {
      if (req.url !== '/auth/refresh') return false
      res.writeHead(status).end(body)
      return true
    }
    await expect(client.fetch('/hello')).rejects.toMatchObject({ status, code: 'unexpected_answer' })
    expect(client.session.current?.user.username).toBe('ada')
    app.meddle = null
    clock.advance('1s')
    expect(await read()).toBe('Hello, ada: teller')
  })

  it('whose credential was replaced elsewhere is tried once more', async () => {
    const { app, read, clock } = await signedIn()
    clock.advance('5m')
    let times = 0
    app.meddle = (req, res) =>
      req.url === '/auth/refresh' && times++ === 0 && refuse(res, 409, 'session_moved')
    expect(await read()).toBe('Hello, ada: teller')
  })

  it('without a network throws what fetch throws, and works when the network is back', async () => {
    const { browser, client, read, clock } = await signedIn()
    clock.advance('5m')
    browser.isOnline = false
    await expect(client.fetch('/hello')).rejects.toBeInstanceOf(TypeError)
    expect(client.session.current?.user.username).toBe('ada')
    browser.isOnline = true
    expect(await read()).toBe('Hello, ada: teller')
  })
})

describe('who does not want an answer any more', () => {
  async function waiting(ask: (client: Client, signal: AbortSignal, origin: string) => Promise<Response>) {
    const { app, client, clock } = await signedIn()
    const stop = new AbortController()
    clock.advance('5m')
    const { arrived, goOn } = holdRequest(app, '/auth/refresh')
    const [given, other] = [ask(client, stop.signal, app.origin), client.fetch('/hello')]
    await arrived
    return { app, given, other, stop, goOn }
  }

  it.each<[what: string, ask: Parameters<typeof waiting>[0]]>([
    ['said so beside the address', (client, signal) => client.fetch('/hello', { signal })],
    [
      'made a Request that says so',
      (client, signal, origin) => client.fetch(new Request(`${origin}/hello`, { signal })),
    ],
  ])('and %s does not wait for the next token, which the others get', async (_, ask) => {
    const { app, given, other, stop, goOn } = await waiting(ask)
    const before = app.count('GET /hello')
    stop.abort(new Error('Enough.'))
    await expect(given).rejects.toThrow('Enough.')
    goOn()
    expect((await other).status).toBe(200)
    expect(app.count('GET /hello')).toBe(before + 1)
  })

  it('since before it was asked, is told so', async () => {
    const { app, client } = await signedIn()
    await expect(client.fetch('/hello', { signal: AbortSignal.abort() })).rejects.toThrow('aborted')
    expect(app.count('GET /hello')).toBe(0)
  })

  it('while the refused token is replaced, is told so', async () => {
    const { app, client } = await signedIn()
    await app.world.setRoles(client.session.current?.user.id ?? '', ['auditor'])
    const stop = new AbortController()
    const { arrived, goOn } = holdRequest(app, '/auth/refresh')
    const given = client.fetch('/hello', { signal: stop.signal })
    await arrived
    stop.abort()
    await expect(given).rejects.toThrow('aborted')
    goOn()
  })
})

describe('a page that is loaded without a network', () => {
  it('does not know who it is, until the network is back', async () => {
    const { browser } = await signedIn()
    browser.isOnline = false
    const { client, comeBack } = browser.openTab()
    const changed = vi.fn()
    client.session.subscribe(changed)
    await expect(client.session.ready()).rejects.toBeInstanceOf(TypeError)
    expect([client.session.current, changed.mock.calls.length]).toEqual([undefined, 0])
    browser.isOnline = true
    comeBack('no network')
    await vi.waitFor(() => expect(client.session.current?.user.username).toBe('ada'), { timeout: 10_000 })
  })
})

describe('a sign-in after refreshes were held off', () => {
  it('begins anew', async () => {
    const { app, client, read, clock } = await signedIn()
    clock.advance('5m')
    app.meddle = (req, res) => {
      if (req.url !== '/auth/refresh') return false
      res.setHeader('Retry-After', '86400')
      return refuse(res, 429, 'too_many_requests')
    }
    await expect(client.fetch('/hello')).rejects.toMatchObject({ status: 429 })
    app.meddle = null
    await client.signIn(ada)
    clock.advance('5m')
    expect(await read()).toBe('Hello, ada: teller')
  })
})

describe('signing out', () => {
  it('ends the session, token and cookie', async () => {
    const { app, browser, client, seen, read } = await signedIn()
    await client.signOut()
    expect(seen.at(-1)).toBeNull()
    expect(await read()).toBe('401')
    expect(app.bearers.at(-1)).toBeUndefined()
    expect(await browser.openTab().client.session.ready()).toBeNull()
    const [user] = (await app.world.auth.users.list()).users
    expect(await app.world.auth.sessions.list(user?.id ?? '')).toEqual([])
  })

  it('wins against a refresh that is under way', async () => {
    const { app, client, clock } = await signedIn()
    clock.advance('5m')
    const { arrived, goOn } = holdRequest(app, '/auth/refresh')
    const greeting = client.fetch('/hello')
    await arrived
    await client.signOut()
    goOn()
    expect((await greeting).status).toBe(401)
    expect(client.session.current).toBeNull()
  })

  it('that the server did not hear of is none', async () => {
    const { browser, client, read } = await signedIn()
    browser.isOnline = false
    await expect(client.signOut()).rejects.toBeInstanceOf(TypeError)
    browser.isOnline = true
    expect(client.session.current?.user.username).toBe('ada')
    expect(await read()).toBe('Hello, ada: teller')
  })
})

describe('a recent proof', () => {
  it('is given by the password, and counts at once', async () => {
    const { client, read, clock } = await signedIn()
    clock.advance('2m')
    expect(await read('/proven')).toBe('401')
    await expect(client.reauthenticate('a wrong password indeed')).rejects.toMatchObject({
      code: 'invalid_credentials',
    })
    await client.reauthenticate(password)
    expect(await read('/proven')).toBe('Hello, ada: teller')
    clock.advance('5m')
    expect(await read()).toBe('Hello, ada: teller')
  })

  it('is given with the next token where this one is refused', async () => {
    const { app, client, clock, read } = await signedIn()
    clock.advance('2m')
    await app.world.setRoles(client.session.current?.user.id ?? '', ['auditor'])
    await client.reauthenticate(password)
    expect(await read('/proven')).toBe('Hello, ada: auditor')
  })
})
