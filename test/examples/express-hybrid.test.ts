// examples/express-hybrid: pages by cookies, an API by token, a cart with the session, a transfer that wants to be sure.

import { afterEach, beforeEach, describe, expect, it, test } from 'vitest'
import { createApp } from '../../examples/express-hybrid/app.js'
import { type RawServer, startServer } from '../http/raw-server.js'
import { createWorld, origin, password, type World } from '../support/auth.js'
import { tryExample } from '../support/example-process.js'
import { call, heldBy } from '../support/json-client.js'

const page = { Accept: 'text/html,application/xhtml+xml,*/*;q=0.8', Origin: origin }
const foreign = { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' }

let world: World
let server: RawServer

beforeEach(async () => {
  world = await createWorld()
  server = await startServer(createApp(world.auth))
})

afterEach(() => server.close())

interface Visited {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

/** What a browser does with a form, without following where it leads; `form` left out: it opens the page. */
async function visit(
  path: string,
  headers: Record<string, string> = {},
  form?: Record<string, string>,
): Promise<Visited> {
  const answer = await fetch(`http://127.0.0.1:${server.port}${path}`, {
    method: form === undefined ? 'GET' : 'POST',
    redirect: 'manual',
    headers: { ...page, ...headers },
    body: form === undefined ? null : new URLSearchParams(form),
  })
  return { status: answer.status, headers: answer.headers, text: await answer.text() }
}

/** The Cookie header of a browser that signed in by the form. */
async function signedIn(): Promise<{ readonly Cookie: string }> {
  const { headers } = await visit('/sign-in', {}, { username: 'ada', password })
  const pairs = headers.getSetCookie().map((cookie) => cookie.split(';', 1)[0] ?? '')
  return heldBy({ cookies: pairs })
}

const itemsOf = (text: string): readonly string[] =>
  [...text.matchAll(/<li>(.*?)<\/li>/g)].map(([, item = '']) => item)
const cart = async (headers: Record<string, string>): Promise<readonly string[]> =>
  itemsOf((await visit('/', headers)).text)
const api = (path: string, headers: Record<string, string>, json?: object) =>
  call(`http://127.0.0.1:${server.port}${path}`, json === undefined ? { headers } : { headers, json })

describe('the form', () => {
  it('is what a stranger sees', async () => {
    const { status, text, headers } = await visit('/')
    expect([status, headers.get('cache-control')]).toEqual([200, 'private, no-store'])
    expect(text).toContain('<form method="post" action="/sign-in">')
    expect(headers.get('content-security-policy')).toContain("default-src 'none'")
  })

  it('signs in: both cookies, neither for scripts, and the way to the page', async () => {
    const { status, headers } = await visit('/sign-in', {}, { username: 'ada', password })
    expect([status, headers.get('location')]).toEqual([303, '/'])
    const set = headers.getSetCookie().filter((cookie) => !cookie.includes('=;'))
    const names = set.map((cookie) => cookie.slice(0, cookie.indexOf('=')))
    expect(names).toEqual(['__Host-sessera-session', '__Host-sessera-access', '__Host-sessera-device'])
    for (const cookie of set) expect(cookie).toContain('; HttpOnly; SameSite=Lax; Secure')
    expect((await visit('/', await signedIn())).text).toContain('<h1>Welcome, ada</h1>')
  })

  it('says that the password is wrong, and sets nothing', async () => {
    const { status, text, headers } = await visit('/sign-in', {}, { username: 'ada', password: 'wrong' })
    expect([status, headers.getSetCookie()]).toEqual([401, []])
    expect(text).toContain('Wrong username or password.')
    expect(text).toContain('action="/sign-in"')
  })

  it.each([
    ['nothing', {}],
    ['no password', { username: 'ada' }],
    ['lists', { 'username[]': 'ada', 'password[]': password }],
  ])('refuses %s with a page', async (_, form) => {
    const { status, text } = await visit('/sign-in', {}, form)
    expect([status, text]).toEqual([400, expect.stringContaining('role="alert"')])
  })

  it.each(['/sign-in', '/sign-out', '/cart', '/transfer'])('of another site cannot send %s', async (path) => {
    const cookies = await signedIn()
    const form = { username: 'ada', password, item: 'x', to: 'eve', amount: '5' }
    const { status, headers } = await visit(path, { ...cookies, ...foreign }, form)
    expect([status, headers.getSetCookie()]).toEqual([403, []])
    expect((await visit('/', cookies)).text).toContain('Welcome, ada')
    expect(await cart(cookies)).toEqual([])
  })
})

describe('the cart', () => {
  it('is kept with the session, and shown as text', async () => {
    const cookies = await signedIn()
    await visit('/cart', cookies, { item: 'tea & <script>alert(1)</script>' })
    await visit('/cart', cookies, { item: '"milk\'' })
    expect(await cart(cookies)).toEqual([
      'tea &amp; &lt;script&gt;alert(1)&lt;/script&gt;',
      '&quot;milk&#39;',
    ])
  })

  it('loses nothing when several tabs add at once', async () => {
    const cookies = await signedIn()
    const items = ['1', '2', '3', '4', '5', '6', '7', '8']
    await Promise.all(items.map((item) => visit('/cart', cookies, { item })))
    expect([...(await cart(cookies))].sort()).toEqual(items)
  })

  it('is each session its own, and ends with it', async () => {
    const [laptop, phone] = [await signedIn(), await signedIn()]
    await visit('/cart', laptop, { item: 'tea' })
    expect([await cart(laptop), await cart(phone)]).toEqual([['tea'], []])
    expect((await visit('/sign-out', laptop, {})).status).toBe(303)
    expect((await visit('/', laptop)).text).toContain('<h1>Sign in</h1>')
    expect((await visit('/cart', laptop, { item: 'more' })).status).toBe(401)
    expect((await visit('/', phone)).text).toContain('Welcome, ada')
  })
})

describe('the API', () => {
  it('takes a token, and what pages hold', async () => {
    const phone = await world.signedIn('token')
    const browser = await signedIn()
    await visit('/cart', browser, { item: 'tea' })
    expect(await api('/api/cart', phone.headers())).toMatchObject({ status: 200, json: { cart: [] } })
    expect(await api('/api/cart', browser)).toMatchObject({ status: 200, json: { cart: ['tea'] } })
  })

  it('does not take a mere session cookie, which opens the dashboard', async () => {
    const client = await world.signedIn('session')
    expect((await api('/api/cart', client.headers())).status).toBe(403)
    expect(await api('/dashboard', client.headers())).toMatchObject({ json: { message: 'Welcome, ada' } })
  })

  it('goes on after the access cookie has expired, with a new one that no cache keeps', async () => {
    const cookies = await signedIn()
    world.clock.advance(301_000)
    const { status, headers } = await api('/dashboard', cookies)
    expect([status, headers.get('cache-control')]).toEqual([200, 'private, no-store'])
    expect(headers.getSetCookie()).toContainEqual(expect.stringMatching(/^__Host-sessera-access=ey/))
  })

  it('signs in by JSON as the other examples do', async () => {
    const { status, json } = await api('/login', {}, { username: 'ada', password })
    expect({ status, json }).toEqual({ status: 200, json: { message: 'Login successful' } })
    expect(await api('/login', {}, { username: 'ada', password: 'wrong' })).toMatchObject({
      status: 401,
      json: { message: 'Invalid credentials' },
    })
  })
})

describe('the transfer', () => {
  const transfer = { to: 'bob', amount: '5' }

  it('is made by who has just signed in', async () => {
    const { status, text } = await visit('/transfer', await signedIn(), transfer)
    expect([status, text]).toEqual([200, expect.stringContaining('ada sent 5 to bob.')])
    const phone = (await world.signedIn('token')).headers()
    expect(await api('/transfer', phone, transfer)).toMatchObject({ json: { message: 'ada sent 5 to bob.' } })
  })

  it('wants the password again after five minutes, and is made with it', async () => {
    const cookies = await signedIn()
    world.clock.advance(301_000)
    const asked = await visit('/transfer', cookies, { to: '"><b>', amount: '5' })
    expect([asked.status, asked.headers.get('www-authenticate')]).toEqual([
      401,
      expect.stringContaining('max_age=300'),
    ])
    expect(asked.text).toContain('<input type="hidden" name="to" value="&quot;&gt;&lt;b&gt;">')
    expect(asked.text).toContain('<script src="/public/confirm.js">')
    const script = await visit('/public/confirm.js')
    expect([script.status, script.text]).toEqual([200, expect.stringContaining("'/auth/reauthenticate'")])

    const proven = await api('/auth/reauthenticate', cookies, { password })
    expect(proven.status).toBe(200)
    expect((await visit('/transfer', heldBy(proven), transfer)).text).toContain('ada sent 5 to bob.')
  })

  it('tells a program the same as JSON', async () => {
    const phone = (await world.signedIn('token')).headers()
    world.clock.advance(299_000)
    expect((await api('/transfer', phone, transfer)).status).toBe(200)
    const laptop = await signedIn()
    world.clock.advance(301_000)
    expect(await api('/transfer', laptop, transfer)).toMatchObject({
      status: 401,
      json: { message: 'Confirm your password to go on.' },
    })
  })

  it('asks the store each time', async () => {
    const cookies = await signedIn()
    expect((await visit('/transfer', cookies, transfer)).status).toBe(200)
    world.store.meddle(() => Promise.reject(new Error('Gone.')))
    expect((await visit('/transfer', cookies, transfer)).status).toBe(503)
  })

  it.each([
    ['no amount', { to: 'bob' }],
    ['a negative one', { to: 'bob', amount: '-5' }],
    ['nobody', { amount: '5' }],
  ])('of %s is refused', async (_, form) => {
    expect((await visit('/transfer', await signedIn(), form)).status).toBe(400)
  })
})

test('it starts as its README says', async () => {
  const app = await tryExample('express-hybrid')
  const json = { username: 'ada', password: app.password }
  const came = await call(`${app.origin}/login`, { json })
  expect(came.status).toBe(200)
  const headers = heldBy(came)
  expect(await call(`${app.origin}/api/cart`, { headers })).toMatchObject({ status: 200, json: { cart: [] } })
})
