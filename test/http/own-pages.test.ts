// Routes of an app's own on node:http: pages for everyone, its own forms to register and sign in.

import type { IncomingMessage, ServerResponse } from 'node:http'
import { describe, expect, it, onTestFinished } from 'vitest'
import { AuthError } from '../../packages/sessera/src/errors.js'
import { forNode, type NodeAuth } from '../../packages/sessera/src/frameworks/node.js'
import { createWorld, nextPassword, password, type World, type WorldOptions } from '../support/auth.js'
import { startServer } from './raw-server.js'

type Act = (node: NodeAuth<object>, req: IncomingMessage, res: ServerResponse) => Promise<unknown>

interface Outcome {
  /** What the function answered, or the code that it threw. */
  readonly outcome: unknown
  readonly setCookies: readonly string[]
}

interface Sending {
  readonly act: Act
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** Sends one request to a route that does nothing but call the function. */
async function call(world: World, { act, method = 'POST', headers = {} }: Sending): Promise<Outcome> {
  const node = forNode(world.auth)
  const server = await startServer((req, res) => {
    void act(node, req, res)
      .catch((error: unknown) => (error instanceof AuthError ? error.code : String(error)))
      .then((outcome) => res.end(JSON.stringify(outcome ?? null)))
  })
  onTestFinished(server.close)
  const response = await fetch(`http://127.0.0.1:${server.port}/join`, { method, headers })
  return { outcome: await response.json(), setCookies: response.headers.getSetCookie() }
}

const open: WorldOptions = { registration: 'open' }
const newcomer = { username: 'grace', password: nextPassword }
const signUp =
  (who: object): Act =>
  (node, req, res) =>
    node.signUp(req, res, { ...newcomer, ...who })

describe('signUp', () => {
  it.each([
    { mode: 'session', names: ['__Host-sessera-session', '__Host-sessera-device'], tokens: null },
    {
      mode: 'hybrid',
      names: ['__Host-sessera-session', '__Host-sessera-access', '__Host-sessera-device'],
      tokens: null,
    },
    {
      mode: 'token',
      names: ['__Host-sessera-device'],
      tokens: ['access_token', 'token_type', 'expires_in', 'refresh_token'],
    },
  ])('makes the account and signs in with mode $mode', async ({ mode, names, tokens }) => {
    const world = await createWorld(open)
    const { outcome, setCookies } = await call(world, { act: signUp({ mode }) })
    const set = setCookies
      .filter((cookie) => !cookie.includes('Max-Age=0'))
      .map((cookie) => cookie.split('=')[0])
    expect(set).toEqual(names)
    expect(outcome === null ? null : Object.keys(Object(outcome))).toEqual(tokens)
    expect(world.events.map(({ name }) => name)).toEqual(['userCreated', 'userCreated', 'signedIn'])
  })

  it.each([
    { what: 'where registration is closed', options: {}, who: {}, code: 'registration_closed' },
    { what: 'for a name that is taken', options: open, who: { username: 'ADA' }, code: 'username_taken' },
    {
      what: 'for a short password',
      options: open,
      who: { password: 'short' },
      code: 'password_unacceptable',
    },
    { what: 'for a name that is no text', options: open, who: { username: {} }, code: 'invalid_request' },
    { what: 'for a password that is no text', options: open, who: { password: 15 }, code: 'invalid_request' },
    { what: 'for a mode that is none', options: open, who: { mode: 'root' }, code: 'invalid_request' },
  ])('is refused $what, and makes nobody', async ({ options, who, code }) => {
    const world = await createWorld(options)
    expect(await call(world, { act: signUp(who) })).toEqual({ outcome: code, setCookies: [] })
    expect(world.events).toHaveLength(1)
  })

  it.each([
    { from: 'another site', headers: { 'sec-fetch-site': 'cross-site' } },
    { from: 'another origin', headers: { origin: 'https://evil.example' } },
  ])('is refused from $from, before anybody is made', async ({ headers }) => {
    const world = await createWorld(open)
    expect(await call(world, { act: signUp({}), headers })).toEqual({
      outcome: 'origin_refused',
      setCookies: [],
    })
    expect(world.events).toHaveLength(1)
  })

  it('is limited like POST /auth/register', async () => {
    const world = await createWorld(open)
    for (let count = 0; count < 30; count++) {
      const act = signUp({ username: `grace-${count}` })
      expect((await call(world, { act })).outcome).toBeNull()
    }
    expect((await call(world, { act: signUp({}) })).outcome).toBe('too_many_requests')
  })

  it('takes no roles from the request', async () => {
    const world = await createWorld(open)
    const { outcome } = await call(world, { act: signUp({ roles: ['admin'], mode: 'token' }) })
    const { access_token: token } = outcome as { access_token: string }
    expect((await world.auth.authenticate({ authorization: `Bearer ${token}` })).roles).toEqual([])
  })
})

describe('signIn', () => {
  it('refuses a mode that is none', async () => {
    const world = await createWorld()
    const act: Act = (node, req, res) =>
      node.signIn(req, res, { login: 'ada', password, mode: 'root' as 'session' })
    expect(await call(world, { act })).toEqual({ outcome: 'invalid_request', setCookies: [] })
  })
})

describe('findPrincipal', () => {
  const find: Act = (node, req, res) => node.findPrincipal(req, res)

  it('finds who is signed in, by cookie and by token', async () => {
    const world = await createWorld()
    for (const mode of ['session', 'token', 'hybrid'] as const) {
      const headers = (await world.signedIn(mode)).headers()
      const { outcome } = await call(world, { act: find, method: 'GET', headers })
      expect(outcome).toMatchObject({ username: 'ada', mode })
    }
  })

  it.each([
    { what: 'who sends nothing', headers: {} },
    { what: 'whose cookie is junk', headers: { cookie: '__Host-sessera-session=junk' } },
    { what: 'whose token is junk', headers: { authorization: 'Bearer ey.ey.junk' } },
  ])('finds nobody $what, and writes nothing', async ({ headers }) => {
    const world = await createWorld()
    expect(await call(world, { act: find, method: 'GET', headers })).toEqual({
      outcome: null,
      setCookies: [],
    })
  })

  it('finds nobody once the session has ended', async () => {
    const world = await createWorld()
    const client = await world.signedIn('session')
    const headers = client.headers()
    await client.logout()
    expect((await call(world, { act: find, method: 'GET', headers })).outcome).toBeNull()
  })

  it.each([
    {
      what: 'a forged request',
      method: 'POST',
      more: { 'sec-fetch-site': 'cross-site' },
      code: 'origin_refused',
    },
    {
      what: 'two cookies of one name',
      method: 'GET',
      more: { cookie: '__Host-sessera-session=a; __Host-sessera-session=b' },
      code: 'ambiguous_credentials',
    },
  ])('does not take $what for nobody', async ({ method, more, code }) => {
    const world = await createWorld()
    const headers = { ...(await world.signedIn('session')).headers(), ...more }
    expect((await call(world, { act: find, method, headers })).outcome).toBe(code)
  })

  it('does not take a store that fails for nobody', async () => {
    const world = await createWorld()
    const headers = (await world.signedIn('session')).headers()
    world.store.meddle(() => Promise.reject(new Error('the disk is gone')))
    expect((await call(world, { act: find, method: 'GET', headers })).outcome).toBe('unavailable')
  })

  it('demands what it is told to', async () => {
    const world = await createWorld()
    const headers = (await world.signedIn('session')).headers()
    const act: Act = (node, req, res) => node.findPrincipal(req, res, { roles: ['admin'] })
    expect((await call(world, { act, method: 'GET', headers })).outcome).toBe('forbidden')
  })

  it('renews a missing access cookie in hybrid mode', async () => {
    const world = await createWorld()
    const client = await world.signedIn('hybrid')
    const headers = { cookie: `__Host-sessera-session=${client.cookie('session')}` }
    const { setCookies } = await call(world, { act: find, method: 'GET', headers })
    expect(setCookies.some((cookie) => /^__Host-sessera-access=ey/.test(cookie))).toBe(true)
  })
})

describe('sessions.list', () => {
  it('tells a person what their sessions are, and when each will end', async () => {
    const world = await createWorld()
    const client = await world.signedIn('hybrid', 'ada', { remember: true })
    const me = (await client.me()).body
    const [session, ...others] = await world.auth.sessions.list(me.id ?? '')
    expect(others).toEqual([])
    const day = 86_400_000
    expect(session).toEqual({
      id: me.sessionId,
      mode: 'hybrid',
      factors: ['pwd'],
      provenAt: me.provenAt,
      createdAt: world.clock.now(),
      lastSeenAt: world.clock.now(),
      idleEndsAt: world.clock.now() + 7 * day,
      expiresAt: world.clock.now() + 30 * day,
      ip: null,
      userAgent: null,
    })
  })

  it('never says that a session outlives its end', async () => {
    const world = await createWorld({ sessions: { idle: '1h', absolute: '90m' } })
    const client = await world.signedIn('session')
    const { id = '' } = (await client.me()).body
    world.clock.advance(50 * 60_000)
    await client.me()
    const [session] = await world.auth.sessions.list(id)
    expect(session?.idleEndsAt).toBe(session?.expiresAt)
  })
})
