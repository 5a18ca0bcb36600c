// examples/express-session, started as its README says and used over a socket. Needs the build.

import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { type ExampleProcess, startExample } from '../support/example-process.js'
import { makeFolder } from '../support/folder.js'
import { call, heldBy } from '../support/json-client.js'
import { hopelessBodies } from './bodies.js'

const foreign = { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' }
const trusted = { Origin: 'http://localhost:5173', 'Sec-Fetch-Site': 'same-site' }

let folder: ReturnType<typeof makeFolder>
let app: ExampleProcess
let password: string

beforeAll(async () => {
  folder = makeFolder()
  app = await startExample({ name: 'express-session', database: join(folder.path, 'auth.db') })
  password = app.password ?? ''
})

afterAll(async () => {
  await app.stop()
  folder.remove()
})

const login = (sent: object = { username: 'ada', password }, headers = {}) =>
  call(`${app.origin}/login`, { json: sent, headers })
const dashboard = (cookie?: string) =>
  call(`${app.origin}/dashboard`, { headers: cookie === undefined ? {} : { Cookie: cookie } })
const logout = (headers = {}) => call(`${app.origin}/logout`, { method: 'POST', headers })

/** The Cookie header of a browser after it signed in. */
async function signedIn(): Promise<string> {
  return heldBy(await login()).Cookie
}

describe('signing in', () => {
  it('answers 200 with the message', async () => {
    expect(await login()).toMatchObject({ status: 200, json: { message: 'Login successful' } })
  })

  it('sets one cookie that opens something, which scripts cannot read and other sites cannot send', async () => {
    const { headers } = await login()
    const [session = '', ...rest] = headers.getSetCookie().filter((cookie) => !cookie.includes('=;'))
    expect(rest).toEqual([expect.stringMatching(/^sessera-device-\d+=.*; HttpOnly; SameSite=Lax$/)])
    expect(session).toMatch(/^sessera-session-\d+=[\w-]{72}; Path=\/; HttpOnly; SameSite=Lax$/)
  })

  it.each([
    ['a wrong password', () => ({ username: 'ada', password: 'not her password' })],
    ['an unknown user', () => ({ username: 'eve', password })],
    ['another spelling of the password', () => ({ username: 'ada', password: password.toUpperCase() })],
  ])('with %s answers 401 and sets nothing', async (_, wrong) => {
    const answer = await login(wrong())
    expect(answer).toMatchObject({ status: 401, json: { message: 'Invalid credentials' }, cookies: [] })
  })

  it.each(hopelessBodies)('with %s is refused politely', async (_, sent, status) => {
    const answer = await call(`${app.origin}/login`, sent)
    expect(answer).toMatchObject({
      status,
      json: { message: expect.stringMatching(/^[A-Z].*[^.]\.?$/) },
      cookies: [],
    })
    expect(await dashboard(await signedIn())).toMatchObject({ status: 200 })
  })

  it('from a page of somebody else is refused, even with the right password', async () => {
    expect(await login({ username: 'ada', password }, foreign)).toMatchObject({ status: 403, cookies: [] })
  })

  it('from the trusted page is allowed, and the page may read the answer', async () => {
    const { status, headers } = await login({ username: 'ada', password }, trusted)
    expect(status).toBe(200)
    expect(headers.get('access-control-allow-origin')).toBe('http://localhost:5173')
    expect(headers.get('access-control-allow-credentials')).toBe('true')
  })

  it('with a wrong password from the trusted page tells that page too', async () => {
    const { status, headers } = await login({ username: 'ada', password: 'not her password' }, trusted)
    expect(status).toBe(401)
    expect(headers.get('access-control-allow-origin')).toBe('http://localhost:5173')
  })
})

describe('the dashboard', () => {
  it('welcomes whoever is signed in', async () => {
    expect(await dashboard(await signedIn())).toMatchObject({
      status: 200,
      json: { message: 'Welcome, ada' },
    })
  })

  it.each([
    ['nobody', undefined],
    ['somebody with an empty cookie', 'sessera-session='],
    ['somebody with a made-up cookie', `sessera-session=${'A'.repeat(72)}`],
  ])('answers %s with 401', async (_, cookie) => {
    const port = new URL(app.origin).port
    const answer = await dashboard(cookie?.replace('session=', `session-${port}=`))
    expect(answer).toMatchObject({ status: 401, json: { message: 'Unauthorized' } })
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="sessera"')
    expect(answer.headers.get('cache-control')).toBe('no-store')
  })

  it('refuses a cookie of which one letter was changed', async () => {
    const cookie = await signedIn()
    const forged = cookie.replace(/(?<=sessera-session-\d+=[\w-]{68})[\w-]/, (letter) =>
      letter === 'A' ? 'B' : 'A',
    )
    expect(forged).not.toBe(cookie)
    expect(await dashboard(forged)).toMatchObject({ status: 401, json: { message: 'Unauthorized' } })
  })
})

describe('signing out', () => {
  it('answers 200, clears the cookie, and ends the session on the server', async () => {
    const cookie = await signedIn()
    expect((await dashboard(cookie)).status).toBe(200)
    const answer = await logout({ Cookie: cookie })
    expect(answer).toMatchObject({ status: 200, json: { message: 'Logged out successfully' } })
    expect(answer.headers.getSetCookie()).toContainEqual(
      expect.stringMatching(/^sessera-session-\d+=; Max-Age=0;/),
    )
    expect(await dashboard(cookie)).toMatchObject({ status: 401, json: { message: 'Unauthorized' } })
  })

  it('is the same the second time, and for nobody', async () => {
    const cookie = await signedIn()
    await logout({ Cookie: cookie })
    expect(await logout({ Cookie: cookie })).toMatchObject({ status: 200 })
    expect(await logout()).toMatchObject({ status: 200, json: { message: 'Logged out successfully' } })
  })

  it('leaves the other devices alone', async () => {
    const [phone, laptop] = [await signedIn(), await signedIn()]
    await logout({ Cookie: phone })
    expect((await dashboard(laptop)).status).toBe(200)
  })

  it.each([
    ['another site', foreign],
    ['a sibling', { Origin: 'http://localhost:5174', 'Sec-Fetch-Site': 'same-site' }],
    ['a sandboxed frame', { Origin: 'null', 'Sec-Fetch-Site': 'cross-site' }],
  ])('on behalf of a page of %s is refused, and nothing happens', async (_, headers) => {
    const cookie = await signedIn()
    const answer = await logout({ Cookie: cookie, ...headers })
    expect(answer).toMatchObject({
      status: 403,
      json: { message: expect.stringContaining('not trusted') },
      cookies: [],
    })
    expect((await dashboard(cookie)).status).toBe(200)
  })
})

test('a restart signs nobody out, and makes no second user', async () => {
  const cookie = await signedIn()
  const { port } = new URL(app.origin)
  await app.stop()
  app = await startExample({
    name: 'express-session',
    database: join(folder.path, 'auth.db'),
    port: Number(port),
  })
  expect(app.password).toBeNull()
  expect(await dashboard(cookie)).toMatchObject({ status: 200, json: { message: 'Welcome, ada' } })
  expect((await login()).status).toBe(200)
})

test('becoming express-token signs nobody out either: the cookie goes on opening the dashboard', async () => {
  const cookie = await signedIn()
  const { port } = new URL(app.origin)
  await app.stop()
  app = await startExample({
    name: 'express-token',
    database: join(folder.path, 'auth.db'),
    port: Number(port),
  })
  expect(await dashboard(cookie)).toMatchObject({ status: 200, json: { message: 'Welcome, ada' } })
})

test('a port that is taken is an error that names it', async () => {
  const { port } = new URL(app.origin)
  const second = startExample({
    name: 'express-session',
    database: join(folder.path, 'other.db'),
    port: Number(port),
  })
  await expect(second).rejects.toThrow(`EADDRINUSE`)
})
