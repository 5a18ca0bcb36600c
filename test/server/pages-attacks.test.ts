// What other people's web pages, and hostile text, achieve on the first page: nothing.

import { hash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeFolder } from '../support/folder.js'
import { type ServerProcess, startServer } from '../support/server-process.js'
import { password, Visitor, wordsOf } from './visitor.js'

const folder = makeFolder()
let server: ServerProcess

beforeAll(async () => {
  server = await startServer(folder.path)
  await new Visitor(server.origin).register('victim')
})

afterAll(async () => {
  await server?.stop()
  folder.remove()
})

const foreign: readonly { from: string; headers: Readonly<Record<string, string>> }[] = [
  { from: 'another site', headers: { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' } },
  { from: 'a sibling host', headers: { 'sec-fetch-site': 'same-site' } },
  { from: 'another site, in an older browser', headers: { origin: 'https://evil.example' } },
  { from: 'another port, in an older browser', headers: { origin: 'http://localhost:1' } },
  { from: 'nowhere (a sandboxed frame)', headers: { origin: 'null' } },
]

describe.each(foreign)('a form posted from $from', ({ headers }) => {
  it('does not sign in', async () => {
    const visitor = new Visitor(server.origin)
    const reply = await visitor.post('/sign-in', { username: 'victim', password, mode: 'session' }, headers)
    expect(reply.status).toBe(403)
    expect(wordsOf(reply)).toContain('The request comes from a web page that is not trusted here.')
    expect(reply.setCookies).toEqual([])
    expect(reply.text).not.toContain('victim')
  })

  it('creates no account', async () => {
    const visitor = new Visitor(server.origin)
    const fields = { username: 'forged', password, mode: 'session' }
    expect((await visitor.post('/register', fields, headers)).status).toBe(403)
    expect((await visitor.signIn('forged')).status).toBe(401)
  })

  it('does not sign out', async () => {
    const visitor = new Visitor(server.origin)
    await visitor.signIn('victim')
    const token = await visitor.formToken()
    expect((await visitor.post('/sign-out', { token }, headers)).status).toBe(403)
    expect(wordsOf(await visitor.get())).toContain('You are signed in as victim.')
  })
})

describe('our own form is taken', () => {
  it.each([
    { by: 'a browser of today', headers: () => ({ 'sec-fetch-site': 'same-origin', origin: server.origin }) },
    { by: 'an older browser', headers: () => ({ origin: server.origin }) },
  ])('from $by', async ({ headers }) => {
    const visitor = new Visitor(server.origin)
    const reply = await visitor.post('/sign-in', { username: 'victim', password, mode: 'session' }, headers())
    expect(reply.status).toBe(303)
  })
})

describe('the token of the sign-out form', () => {
  it.each([
    { what: 'missing', fields: (): Record<string, string> => ({}), status: 400 },
    { what: 'empty', fields: () => ({ token: '' }), status: 403 },
    { what: 'forged', fields: () => ({ token: 'A'.repeat(43) }), status: 403 },
    { what: 'of another session', fields: (other: string) => ({ token: other }), status: 403 },
  ])('when $what keeps the session alive', async ({ fields, status }) => {
    const [visitor, other] = [new Visitor(server.origin), new Visitor(server.origin)]
    await visitor.signIn('victim')
    await other.signIn('victim')
    expect((await visitor.post('/sign-out', fields(await other.formToken()))).status).toBe(status)
    expect(wordsOf(await visitor.get())).toContain('You are signed in as victim.')
  })
})

describe('hostile text', () => {
  const hostile = `"><script>alert(1)</script>'&`

  it('in a name is shown as text, when it is refused and when it is taken', async () => {
    const visitor = new Visitor(server.origin)
    const fields = { username: hostile, password: 'short', mode: 'session' }
    const refused = await visitor.post('/register', fields)
    const accepted = await visitor.post('/register', { ...fields, password })
    const shown = await visitor.get()
    const tokens = await visitor.signIn(hostile, 'token')
    expect([refused.status, accepted.status, shown.status, tokens.status]).toEqual([400, 303, 200, 200])
    for (const { text } of [refused, shown, tokens]) {
      expect(text).toContain('&lt;script>alert(1)&lt;/script>')
      expect(text).not.toContain('<script')
    }
  })

  it('in the User-Agent is shown as text', async () => {
    const visitor = new Visitor(server.origin)
    const fields = { username: 'victim', password, mode: 'session' }
    await visitor.post('/sign-in', fields, { 'user-agent': '<img src=x onerror=alert(1)>' })
    expect((await visitor.get()).text).toContain('&lt;img src=x onerror=alert(1)>')
  })
})

describe('every page', () => {
  const pages: readonly { page: string; load: (visitor: Visitor) => ReturnType<Visitor['get']> }[] = [
    { page: 'the forms', load: (visitor) => visitor.get() },
    { page: 'the session', load: async (visitor) => visitor.signIn('victim').then(() => visitor.get()) },
    { page: 'the tokens', load: (visitor) => visitor.signIn('victim', 'token') },
    {
      page: 'a refusal',
      load: (visitor) => visitor.post('/sign-in', { username: 'a', password: 'b', mode: 'token' }),
    },
    { page: 'a malformed form', load: (visitor) => visitor.post('/sign-in', {}) },
    { page: 'nothing', load: (visitor) => visitor.get('/nothing') },
  ]

  it.each(pages)('($page) runs no script, is framed by nobody, stored by nobody', async ({ load }) => {
    const { headers, text } = await load(new Visitor(server.origin))
    const style = /<style>(.*?)<\/style>/s.exec(text)?.[1] ?? ''
    expect(headers.get('content-security-policy')).toBe(
      `default-src 'none'; style-src 'sha256-${hash('sha256', style, 'base64')}'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
    )
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(headers.get('cache-control')).toMatch(/^(?:private, )?no-store$/)
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('x-frame-options')).toBe('DENY')
    expect(headers.get('referrer-policy')).toBe('same-origin')
    expect(headers.get('cross-origin-opener-policy')).toBe('same-origin')
    expect(headers.get('permissions-policy')).toContain('camera=()')
    expect(headers.get('strict-transport-security')).toBeNull()
    expect(text).not.toMatch(/<script|<[^>]*\s(?:on\w+|style)=|javascript:/)
  })

  it('of a server behind https tells browsers to stay there', async () => {
    const data = makeFolder()
    const secure = await startServer(data.path, { SESSERA_ORIGIN: 'https://auth.example.com' })
    const { headers } = await new Visitor(`http://localhost:${secure.port}`).get()
    await secure.stop()
    data.remove()
    expect(headers.get('strict-transport-security')).toBe('max-age=31536000; includeSubDomains')
  })
})

describe('a server that strangers may not register at', () => {
  it('offers no form to, and refuses one that is sent', async () => {
    const data = makeFolder()
    const closed = await startServer(data.path, { SESSERA_REGISTRATION: 'closed' })
    const visitor = new Visitor(closed.origin)
    const page = await visitor.get()
    const refused = await visitor.register('stranger')
    await closed.stop()
    data.remove()
    expect(page.text).not.toContain('/register')
    expect(page.text).toContain('action="/sign-in"')
    expect(refused.status).toBe(403)
    expect(wordsOf(refused)).toContain('New accounts are created by an administrator.')
  })
})
