// What the guide on other origins promises: who may call, who may not, and what a sibling service can tell.

import { createLocalJWKSet, type JSONWebKeySet } from 'jose'
import { type AuthOptions, createAuth } from 'sessera'
import { memory } from 'sessera/memory'
import { createFakeClock, createTestAuth, type TestAuth } from 'sessera/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { connect, forPagesElsewhere, forSiblings, whoIs } from './cross-origin-app.js'

function start(options: Partial<AuthOptions>): TestAuth {
  // The clock of the machine too: jose reads it.
  const t = createTestAuth({ ...options, clock: createFakeClock(Date.now()) })
  onTestFinished(() => t.close())
  return t
}

const page = (origin: string, site: string) => ({ origin, 'sec-fetch-site': site })
const trusted = page('https://app.example.com', 'same-site')
const strangers = [
  { who: 'a sibling that is not named', headers: page('https://blog.example.com', 'same-site') },
  { who: 'another site', headers: page('https://evil.example', 'cross-site') },
  { who: 'the trusted host over http', headers: page('http://app.example.com', 'cross-site') },
  { who: 'the trusted host on another port', headers: page('https://app.example.com:8443', 'same-site') },
  { who: 'a page without an origin', headers: page('null', 'cross-site') },
]
const post = (headers: Record<string, string>) => ({ method: 'POST', headers })

describe('pages of another origin', () => {
  test('that are named may ask, act and read', async () => {
    const ada = await start(forPagesElsewhere).as()
    const asked = { ...trusted, 'access-control-request-method': 'DELETE' }
    const permission = await ada.fetch('/auth/sessions', { method: 'OPTIONS', headers: asked })
    expect(permission.headers.get('access-control-allow-methods')).toContain('DELETE')
    const answers = [
      await ada.fetch('/auth/me', { headers: trusted }),
      await ada.fetch('/auth/logout', post(trusted)),
    ]
    expect(answers.map(({ status }) => status)).toEqual([200, 204])
    for (const { headers } of [permission, ...answers]) {
      expect(headers.get('access-control-allow-origin')).toBe('https://app.example.com')
      expect(headers.get('access-control-allow-credentials')).toBe('true')
      expect(headers.get('vary')).toContain('Origin')
    }
  })

  test.each(strangers)('$who: may neither act nor read', async ({ headers }) => {
    const ada = await start(forPagesElsewhere).as()
    expect((await ada.fetch('/auth/logout', post(headers))).status).toBe(403)
    const read = await ada.fetch('/auth/me', { headers })
    expect(read.headers.get('access-control-allow-origin')).toBeNull()
    expect(read.headers.get('cross-origin-resource-policy')).toBe('same-origin')
    expect((await ada.fetch('/auth/me')).status).toBe(200)
  })

  test.each(strangers)('$who: gets nothing by signing somebody in either', async ({ headers }) => {
    const t = start(forPagesElsewhere)
    await t.auth.users.create({ username: 'mallory', password: 'four words of some length' })
    const body = JSON.stringify({ username: 'mallory', password: 'four words of some length' })
    const request = { ...post({ ...headers, 'content-type': 'application/json' }), body }
    const answer = await t.auth.fetch(new Request('https://api.example.com/auth/login', request))
    expect(answer.status).toBe(403)
    expect(answer.headers.getSetCookie()).toEqual([])
  })

  test('a token is not sent along by any browser: whoever has it may use it, and only named pages may read', async () => {
    const ada = await start(forPagesElsewhere).as({ mode: 'token' })
    const answer = await ada.fetch('/auth/me', { headers: page('https://evil.example', 'cross-site') })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('access-control-allow-origin')).toBeNull()
  })

  test.each([
    ['https://*.example.com', 'wildcards trust hosts that do not exist yet'],
    ['https://app.example.com/', 'Write "https://app.example.com"'],
    ['app.example.com', 'Write scheme and host'],
  ])('%s is no origin, and the sentence says what to write', (origin, sentence) => {
    const options = { origin: 'https://api.example.com', secrets: ['s'.repeat(32)], store: memory() }
    expect(() => createAuth({ ...options, trustedOrigins: [origin] })).toThrow(sentence)
  })

  test('the client needs to know the origin, nothing else', () => {
    expect(() => connect().close()).not.toThrow()
  })
})

describe('services at other hosts of the site', () => {
  async function keysOf({ auth }: TestAuth) {
    const answer = await auth.fetch(new Request('https://www.example.com/.well-known/jwks.json'))
    return createLocalJWKSet((await answer.json()) as JSONWebKeySet)
  }

  test('get the access cookie and no handle', async () => {
    const { cookies } = await start(forSiblings).as({ mode: 'hybrid' })
    const domains = cookies.map(({ name, domain }) => [name, domain])
    expect(domains).toEqual([
      ['__Host-sessera-session', 'www.example.com'],
      ['__Secure-sessera-access', '.example.com'],
    ])
  })

  test('tell who it is by the public keys, until the token expires: a sign-out they do not notice', async () => {
    const t = start(forSiblings)
    const [ada, keys] = [await t.as({ mode: 'hybrid' }), await keysOf(t)]
    const cookies = ada.headers['cookie'] ?? ''
    expect(await whoIs(cookies, keys)).toBe(ada.user.id)
    await t.auth.sessions.end(ada.sessionId)
    expect(await whoIs(cookies, keys)).toBe(ada.user.id)
    expect((await ada.fetch('/auth/verify')).status).toBe(401)
  })

  test('take nothing else for a token', async () => {
    const t = start(forSiblings)
    const [ada, keys] = [await t.as({ mode: 'hybrid' }), await keysOf(t)]
    const other = await start(forSiblings).as({ mode: 'hybrid' })
    expect(await whoIs(other.headers['cookie'] ?? '', keys)).toBeNull()
    expect(await whoIs((ada.headers['cookie'] ?? '').slice(0, -3), keys)).toBeNull()
    expect(await whoIs('theme=dark', keys)).toBeNull()
  })

  test('cannot plant somebody else’s: the session cookie decides, and the access cookie is replaced', async () => {
    const t = start(forSiblings)
    const [ada, mallory] = [await t.as({ mode: 'hybrid' }), await t.as({ mode: 'hybrid' })]
    const of = ({ cookies }: typeof ada, kind: string) => cookies.find(({ name }) => name.includes(kind))
    const [session, access] = [of(ada, 'session'), of(mallory, 'access')]
    const cookie = `${session?.name}=${session?.value}; ${access?.name}=${access?.value}`
    const answer = await ada.fetch('/auth/me', { headers: { cookie } })
    expect(await answer.json()).toMatchObject({ id: ada.user.id })
    expect(answer.headers.getSetCookie().join()).toContain('__Secure-sessera-access=')
  })
})
