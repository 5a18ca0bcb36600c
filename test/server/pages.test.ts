// The first page without scripts, against a real server.

import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeFolder } from '../support/folder.js'
import { type ServerProcess, startServer } from '../support/server-process.js'
import { password, Visitor, wordsOf } from './visitor.js'

const folder = makeFolder()
let server: ServerProcess

beforeAll(async () => {
  server = await startServer(folder.path)
})

afterAll(async () => {
  await server?.stop()
  folder.remove()
})

describe('a stranger', () => {
  it('is told what this is and that nobody is signed in, and gets both forms', async () => {
    const page = await new Visitor(server.origin).get()
    expect(page.status).toBe(200)
    expect(wordsOf(page)).toMatch(/Not signed in .* This server signs people in/)
    expect(page.text).toContain('<form method="post" action="/register">')
    expect(page.text).toContain('<form method="post" action="/sign-in">')
    expect(
      [...page.text.matchAll(/type="radio" name="mode" value="(\w+)"/g)].map(([, mode]) => mode),
    ).toEqual([...['session', 'token', 'hybrid'], ...['session', 'token', 'hybrid']])
  })

  it('finds nothing elsewhere', async () => {
    const page = await new Visitor(server.origin).get('/admin')
    expect(page.status).toBe(404)
    expect(wordsOf(page)).toContain('There is nothing here.')
  })

  it.each([
    { method: 'DELETE', path: '/', allow: 'GET' },
    { method: 'PUT', path: '/sign-in', allow: 'GET, POST' },
  ])('may not $method $path', async ({ method, path, allow }) => {
    const response = await fetch(`${server.origin}${path}`, { method })
    expect({ status: response.status, allow: response.headers.get('allow') }).toEqual({ status: 405, allow })
  })

  it.each(['/register', '/sign-in', '/sign-out'])(
    'who reloads %s after a refusal gets the first page',
    async (path) => {
      const reply = await new Visitor(server.origin).get(path)
      expect({ status: reply.status, location: reply.headers.get('location') }).toEqual({
        status: 303,
        location: '/',
      })
    },
  )

  it('may ask for the headers alone', async () => {
    const response = await fetch(server.origin, { method: 'HEAD' })
    expect(response.status).toBe(200)
    expect(Number(response.headers.get('content-length'))).toBeGreaterThan(1000)
    expect(await response.text()).toBe('')
  })
})

describe.each(['session', 'hybrid'] as const)('with %s as the mode', (mode) => {
  const username = `ada-${mode}`
  const ada = (): Visitor => new Visitor(server.origin)

  it('registering signs in, and the page shows the session as the server sees it', async () => {
    const visitor = ada()
    const reply = await visitor.post(
      '/register',
      { username, password, mode },
      { 'user-agent': 'Lynx/2.9 (a test)' },
    )
    expect({ status: reply.status, location: reply.headers.get('location') }).toEqual({
      status: 303,
      location: '/',
    })
    const page = await visitor.get()
    const words = wordsOf(page)
    expect(words).toContain(`You are signed in as ${username}.`)
    expect(words).toMatch(new RegExp(`Held as ${mode} Proven by password, just now`))
    expect(words).toMatch(/Address (127\.0\.0\.1|::1) Client Lynx\/2\.9 \(a test\)/)
    expect(words).toMatch(/Ends if not used in 1 hour .* UTC Ends in any case in 24 hours/)
    expect(page.text).toMatch(/<time class="fine" datetime="\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z">/i)
    expect(words).toContain('Your other sessions There are none.')
  })

  it('the cookies are those of the mode', async () => {
    const visitor = ada()
    await visitor.signIn(username, mode)
    expect([
      visitor.cookie('session') !== null,
      visitor.cookie('access') !== null,
      visitor.cookie('refresh'),
    ]).toEqual([true, mode === 'hybrid', null])
  })

  it('signing out ends the session at once', async () => {
    const visitor = ada()
    await visitor.signIn(username, mode)
    const reply = await visitor.signOut()
    expect({ status: reply.status, location: reply.headers.get('location') }).toEqual({
      status: 303,
      location: '/',
    })
    expect(wordsOf(await visitor.get())).toContain('Not signed in')
    expect(visitor.cookie('session')).toBeNull()
  })
})

describe('with tokens as the mode', () => {
  const tokenIn = (text: string, id: string): string =>
    new RegExp(`<pre id="${id}">([^<]+)</pre>`).exec(text)?.[1] ?? ''

  it('the answer itself shows what a native client receives, and no cookie is set', async () => {
    const visitor = new Visitor(server.origin)
    const page = await visitor.register('tess', 'token')
    expect(page.status).toBe(200)
    expect(page.headers.get('cache-control')).toContain('no-store')
    expect(wordsOf(page)).toMatch(/Two tokens for tess\. .*Access token valid for 300 seconds/)
    expect([visitor.cookie('session'), visitor.cookie('access'), visitor.cookie('refresh')]).toEqual([
      null,
      null,
      null,
    ])
    expect(wordsOf(await visitor.get())).toContain('Not signed in')
  })

  it('the tokens and the commands are real', async () => {
    const page = await new Visitor(server.origin).signIn('tess', 'token')
    const accessToken = tokenIn(page.text, 'access-token')
    const me = await fetch(`${server.origin}/auth/me`, {
      headers: { authorization: `Bearer ${accessToken}` },
    })
    expect(await me.json()).toMatchObject({ username: 'tess', mode: 'token' })
    expect(wordsOf(page)).toContain(`curl -H "Authorization: Bearer ${accessToken}" ${server.origin}/auth/me`)
    const body =
      /\/auth\/refresh -H 'Content-Type: application\/json' -d '([^']+)'/.exec(wordsOf(page))?.[1] ?? ''
    const refreshed = await fetch(`${server.origin}/auth/refresh`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    })
    expect(refreshed.status).toBe(200)
    expect(body).toContain(tokenIn(page.text, 'refresh-token'))
  })

  it('a browser that was signed in is not any more', async () => {
    const visitor = new Visitor(server.origin)
    await visitor.signIn('tess')
    expect(visitor.cookie('session')).not.toBeNull()
    await visitor.signIn('tess', 'token')
    expect(visitor.cookie('session')).toBeNull()
  })
})

describe('somebody who is signed in', () => {
  it('sees their other sessions, and nobody else’s', async () => {
    const [first, second, other] = [1, 2, 3].map(() => new Visitor(server.origin)) as [
      Visitor,
      Visitor,
      Visitor,
    ]
    await other.register('somebody else', 'hybrid')
    await first.register('grace')
    await second.signIn('grace', 'hybrid')
    const words = wordsOf(await first.get())
    expect(words).toMatch(/Your other sessions hybrid last seen just now, ends in 1 hour unless used/)
    expect(words.match(/last seen just now, ends/g)).toHaveLength(1)
  })

  it('gets a new access cookie in hybrid mode when the old one is gone', async () => {
    const visitor = new Visitor(server.origin)
    await visitor.register('hedy', 'hybrid')
    visitor.drop('access')
    await visitor.get()
    expect(visitor.cookie('access')).not.toBeNull()
  })

  it('is signed out here when the session is ended elsewhere', async () => {
    const visitor = new Visitor(server.origin)
    await visitor.register('mary')
    const cookie = `sessera-session-${server.port}=${visitor.cookie('session')}`
    expect(
      (await fetch(`${server.origin}/auth/logout`, { method: 'POST', headers: { cookie } })).status,
    ).toBe(204)
    expect(wordsOf(await visitor.get())).toContain('Not signed in')
  })

  it('can sign out twice', async () => {
    const visitor = new Visitor(server.origin)
    await visitor.register('ida')
    const token = await visitor.formToken()
    await visitor.post('/sign-out', { token })
    expect((await visitor.post('/sign-out', { token })).status).toBe(303)
  })
})

describe('an attempt that is refused', () => {
  beforeAll(() => new Visitor(server.origin).register('taken'))

  it.each([
    {
      what: 'a wrong password',
      path: '/sign-in',
      fields: { username: 'taken', password: 'some other words' },
      status: 401,
      says: 'The username or the password is wrong.',
    },
    {
      what: 'an unknown name',
      path: '/sign-in',
      fields: { username: 'nobody-here', password },
      status: 401,
      says: 'The username or the password is wrong.',
    },
    {
      what: 'a name that is taken',
      path: '/register',
      fields: { username: 'TAKEN', password },
      status: 409,
      says: 'The username is taken. Choose another.',
    },
    {
      what: 'a short password',
      path: '/register',
      fields: { username: 'newcomer', password: 'short' },
      status: 400,
      says: 'Use at least 15 characters. A few words will do.',
    },
    {
      what: 'an impossible name',
      path: '/register',
      fields: { username: ' ', password },
      status: 400,
      says: 'A username is 1 to 64 characters without control characters.',
    },
  ])(
    'for $what comes with its sentence, the name kept and the password not',
    async ({ path, fields, status, says }) => {
      const page = await new Visitor(server.origin).post(path, { ...fields, mode: 'hybrid' })
      expect(page.status).toBe(status)
      const form = page.text.slice(page.text.indexOf(`action="${path}"`)).split('</form>')[0] ?? ''
      expect(form).toMatch(/<p class="alert" role="alert"[^>]* tabindex="-1"/)
      expect(form).toContain(`>${says}</p>`)
      expect(form).toContain(`value="${fields.username}"`)
      expect(form).toMatch(/value="hybrid" checked/)
      expect(page.text).not.toContain(fields.password)
      expect(page.text.match(/role="alert"/g)).toHaveLength(1)
    },
  )

  it('looks the same for an unknown name and a wrong password', async () => {
    const [unknown, wrong] = await Promise.all(
      ['unknown', 'taken'].map((username) =>
        new Visitor(server.origin).post('/sign-in', {
          username,
          password: 'some other words',
          mode: 'session',
        }),
      ),
    )
    expect(unknown?.text.replace('value="unknown"', 'value="taken"')).toBe(wrong?.text)
  })

  it('for too many attempts says how long to wait', async () => {
    const visitor = new Visitor(server.origin)
    const attempt = () =>
      visitor.post('/sign-in', { username: 'guessed', password: 'a guess', mode: 'session' })
    let page = await attempt()
    for (let attempts = 1; attempts < 20 && page.status === 401; attempts++) page = await attempt()
    expect(page.status).toBe(429)
    expect(Number(page.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(wordsOf(page)).toMatch(
      /Too many attempts\. Wait, then try again\. (?:One|\d+) (?:seconds?|minutes?) will do\./,
    )
    expect(page.text).toContain('value="guessed"')
  })
})

describe('a form that did not come from the page', () => {
  it.each([
    { what: 'a field too many', text: `username=x&password=y&mode=session&role=admin`, status: 400 },
    { what: 'a field twice', text: `username=x&username=y&password=z&mode=session`, status: 400 },
    { what: 'an unknown mode', text: `username=x&password=y&mode=root`, status: 400 },
    { what: 'more than 16 KiB', text: `username=x&password=${'y'.repeat(17_000)}&mode=session`, status: 413 },
    { what: 'JSON', text: '{}', type: 'application/json', status: 415 },
    { what: 'a file form', text: 'username=x', type: 'multipart/form-data; boundary=x', status: 415 },
  ])(
    'with $what is refused with $status',
    async ({ text, type = 'application/x-www-form-urlencoded', status }) => {
      for (const path of ['/register', '/sign-in']) {
        const response = await fetch(`${server.origin}${path}`, {
          method: 'POST',
          headers: { 'content-type': type },
          body: text,
        })
        expect(response.status).toBe(status)
        expect(await response.text()).toContain('role="alert"')
      }
    },
  )

  it('is refused without a length, too, once it is too long', async () => {
    const sending = request(`${server.origin}/sign-in`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'transfer-encoding': 'chunked' },
    })
    sending.write('x'.repeat(17_000))
    const [response] = (await once(sending, 'response')) as [IncomingMessage]
    expect({ status: response.statusCode, connection: response.headers.connection }).toEqual({
      status: 413,
      connection: 'close',
    })
    sending.destroy()
  })
})
