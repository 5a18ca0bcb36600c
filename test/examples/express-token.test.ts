// examples/express-token, started as its README says and used over a socket. Needs the build.

import { createHmac } from 'node:crypto'
import { join } from 'node:path'
import { createTestAuth } from 'sessera/testing'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { createApp } from '../../examples/express-token/app.js'
import { type RawServer, startServer } from '../http/raw-server.js'
import { type ExampleProcess, startExample } from '../support/example-process.js'
import { makeFolder } from '../support/folder.js'
import { call } from '../support/json-client.js'
import { hopelessBodies } from './bodies.js'

const foreign = { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' }
const unauthorized = { status: 401, json: { message: 'Unauthorized' } }

let folder: ReturnType<typeof makeFolder>
let app: ExampleProcess
let password: string

beforeAll(async () => {
  folder = makeFolder()
  app = await startExample({ name: 'express-token', database: join(folder.path, 'auth.db') })
  password = app.password ?? ''
})

afterAll(async () => {
  await app.stop()
  folder.remove()
})

const login = (sent: object = { username: 'ada', password }, headers = {}) =>
  call(`${app.origin}/login`, { json: sent, headers })
const dashboard = (token?: string, origin = app.origin) =>
  call(`${origin}/dashboard`, { headers: token === undefined ? {} : { Authorization: `Bearer ${token}` } })

interface Holding {
  readonly token: string
  /** The Cookie header with the refresh token. */
  readonly refresh: string
}

async function signedIn(): Promise<Holding> {
  const { json, cookies } = await login()
  return {
    token: tokenOf(json),
    refresh: cookies.filter((cookie) => cookie.startsWith('sessera-refresh')).join(),
  }
}

function tokenOf(json: unknown): string {
  if (typeof json === 'object' && json !== null && 'token' in json) return String(json.token)
  throw new Error(`No token in ${JSON.stringify(json)}`)
}

describe('signing in', () => {
  it('answers 200 with the token and nothing else', async () => {
    const { status, json } = await login()
    expect(status).toBe(200)
    expect(json).toEqual({ token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/) })
  })

  it('keeps the refresh token where no script gets it', async () => {
    const { headers } = await login()
    const [refresh = '', ...rest] = headers.getSetCookie().filter((cookie) => !cookie.includes('=;'))
    expect(rest).toEqual([expect.stringMatching(/^sessera-device-\d+=/)])
    expect(refresh).toMatch(/^sessera-refresh-\d+=[\w-]{72}; Path=\/; HttpOnly; SameSite=Lax$/)
  })

  it.each([
    ['a wrong password', () => ({ username: 'ada', password: 'not her password' })],
    ['an unknown user', () => ({ username: 'eve', password })],
  ])('with %s answers 401', async (_, wrong) => {
    expect(await login(wrong())).toMatchObject({
      status: 401,
      json: { message: 'Invalid credentials' },
      cookies: [],
    })
  })

  it.each(hopelessBodies)('with %s is refused politely', async (_, sent, status) => {
    const answer = await call(`${app.origin}/login`, sent)
    expect(answer).toMatchObject({
      status,
      json: { message: expect.stringMatching(/^[A-Z].*[^.]\.?$/) },
      cookies: [],
    })
  })

  it('from a page of somebody else is refused, even with the right password', async () => {
    const answer = await login({ username: 'ada', password }, foreign)
    expect(answer).toMatchObject({
      status: 403,
      json: { message: expect.stringContaining('not trusted') },
      cookies: [],
    })
  })
})

describe('the dashboard', () => {
  it('welcomes whoever sends a token', async () => {
    const { token } = await signedIn()
    expect(await dashboard(token)).toMatchObject({ status: 200, json: { message: 'Welcome, ada' } })
  })

  it('answers 401 without one, and says which scheme would do', async () => {
    const answer = await dashboard()
    expect(answer).toMatchObject(unauthorized)
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="sessera"')
  })

  it.each<[what: string, forge: (token: string, refresh: string) => string]>([
    ['whose signature was changed', (token) => flipped(token, 2, 0)],
    ['whose user was changed', (token) => withClaims(token, { sub: 'somebody-else' })],
    ['that was given more time', (token) => withClaims(token, { exp: 4_102_444_800 })],
    ['that says alg none, unsigned', (token) => unsigned(token, 'none')],
    ['that says alg None, unsigned', (token) => unsigned(token, 'None')],
    ['that says alg none, with the old signature', (token) => withHeader(token, { alg: 'none' })],
    ['signed with a guessed secret', (token) => signedAnew(token)],
    ['without a signature', (token) => token.slice(0, token.lastIndexOf('.') + 1)],
    ['cut in half', (token) => token.slice(0, token.length / 2)],
    ['with a space inside', (token) => `${token.slice(0, 9)} ${token.slice(9)}`],
    ['that is the refresh token', (_, refresh) => refresh.slice(refresh.indexOf('=') + 1)],
    ['that is nonsense', () => 'nonsense'],
  ])('answers 401 to a token %s', async (_, forge) => {
    const { token, refresh } = await signedIn()
    const answer = await dashboard(forge(token, refresh))
    expect(answer).toMatchObject(unauthorized)
    expect(answer.headers.get('www-authenticate')).toContain('error="invalid_token"')
    expect((await dashboard(token)).status).toBe(200)
  })

  it('does not take the refresh cookie for a way in', async () => {
    const { refresh } = await signedIn()
    expect(await call(`${app.origin}/dashboard`, { headers: { Cookie: refresh } })).toMatchObject(
      unauthorized,
    )
  })

  it('does not take a token from the address', async () => {
    const { token } = await signedIn()
    expect(await call(`${app.origin}/dashboard?access_token=${token}`)).toMatchObject(unauthorized)
  })
})

describe('after the sign-out', () => {
  it('the token is refused at the next request, long before it expires', async () => {
    const { token, refresh } = await signedIn()
    expect((await dashboard(token)).status).toBe(200)
    expect(
      (await call(`${app.origin}/auth/logout`, { method: 'POST', headers: { Cookie: refresh } })).status,
    ).toBe(204)
    expect(await dashboard(token)).toMatchObject(unauthorized)
  })

  it('the same holds where the access token signed out', async () => {
    const { token, refresh } = await signedIn()
    const headers = { Authorization: `Bearer ${token}` }
    expect((await call(`${app.origin}/auth/logout`, { method: 'POST', headers })).status).toBe(204)
    expect(await dashboard(token)).toMatchObject(unauthorized)
    const refreshed = await call(`${app.origin}/auth/refresh`, {
      method: 'POST',
      headers: { Cookie: refresh },
    })
    expect(refreshed.status).toBe(401)
  })

  it('somebody else, on another device, stays', async () => {
    const [phone, laptop] = [await signedIn(), await signedIn()]
    await call(`${app.origin}/auth/logout`, { method: 'POST', headers: { Cookie: phone.refresh } })
    expect((await dashboard(laptop.token)).status).toBe(200)
  })

  it('which a page of somebody else cannot cause', async () => {
    const { token, refresh } = await signedIn()
    const headers = { Cookie: refresh, ...foreign }
    expect((await call(`${app.origin}/auth/logout`, { method: 'POST', headers })).status).toBe(403)
    expect((await dashboard(token)).status).toBe(200)
  })
})

test('the refresh cookie is traded for the next token', async () => {
  const { refresh } = await signedIn()
  const { status, json } = await call(`${app.origin}/auth/refresh`, {
    method: 'POST',
    headers: { Cookie: refresh },
  })
  expect({ status, json }).toMatchObject({
    status: 200,
    json: { access_token: expect.any(String), expires_in: 300 },
  })
  expect(json).not.toHaveProperty('refresh_token')
})

test('a restart signs nobody out', async () => {
  const { token } = await signedIn()
  const { port } = new URL(app.origin)
  await app.stop()
  app = await startExample({
    name: 'express-token',
    database: join(folder.path, 'auth.db'),
    port: Number(port),
  })
  expect((await dashboard(token)).status).toBe(200)
})

describe('the same app in this process', () => {
  const t = createTestAuth()
  let server: RawServer
  let origin: string
  const ada = { username: 'ada', password: 'a few quiet words' }

  beforeAll(async () => {
    await t.auth.users.create(ada)
    server = await startServer(createApp(t.auth))
    origin = `http://127.0.0.1:${server.port}`
  })

  afterAll(async () => {
    await server.close()
    await t.close()
  })

  it('refuses an expired token', async () => {
    const token = tokenOf((await call(`${origin}/login`, { json: ada })).json)
    expect((await dashboard(token, origin)).status).toBe(200)
    t.clock.advance('6m')
    expect(await dashboard(token, origin)).toMatchObject(unauthorized)
  })

  it('refuses the token of a session that the app ended', async () => {
    const token = tokenOf((await call(`${origin}/login`, { json: ada })).json)
    expect((await dashboard(token, origin)).status).toBe(200)
    await t.auth.sessions.end(String(claimsOf(token)['sid']))
    expect(await dashboard(token, origin)).toMatchObject(unauthorized)
  })

  it('refuses the token of a user who was disabled', async () => {
    const { id } = await t.auth.users.create({ username: 'eve', password: ada.password })
    const token = tokenOf((await call(`${origin}/login`, { json: { ...ada, username: 'eve' } })).json)
    expect((await dashboard(token, origin)).json).toEqual({ message: 'Welcome, eve' })
    await t.auth.users.disable(id)
    expect(await dashboard(token, origin)).toMatchObject(unauthorized)
  })
})

function partsOf(token: string): [header: string, payload: string, signature: string] {
  const [header = '', payload = '', signature = ''] = token.split('.')
  return [header, payload, signature]
}

function decode(part: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>
}

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
const claimsOf = (token: string): Record<string, unknown> => decode(partsOf(token)[1])

/** Another letter at one place of one part. */
function flipped(token: string, part: 0 | 1 | 2, at: number): string {
  return partsOf(token)
    .map((text, index) =>
      index === part ? text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1) : text,
    )
    .join('.')
}

function withHeader(token: string, members: object): string {
  const [header, payload, signature] = partsOf(token)
  return [encode({ ...decode(header), ...members }), payload, signature].join('.')
}

function withClaims(token: string, members: object): string {
  const [header, payload, signature] = partsOf(token)
  return [header, encode({ ...decode(payload), ...members }), signature].join('.')
}

function unsigned(token: string, alg: string): string {
  const [header, payload] = partsOf(withHeader(token, { alg }))
  return `${header}.${payload}.`
}

function signedAnew(token: string): string {
  const [header, payload] = partsOf(withHeader(token, { alg: 'HS256' }))
  return `${header}.${payload}.${createHmac('sha256', 'secret').update(`${header}.${payload}`).digest('base64url')}`
}
