// Whoever `as` signs in is let in as in production, in every mode, until the clock or the app says otherwise.

import { AuthError, type Mode } from 'sessera'
import { createTestAuth, type SignedIn, type TestAuth, type TestAuthOptions } from 'sessera/testing'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { createPasswords } from '../../../packages/sessera/src/passwords/create-passwords.js'
import { createForeignUsers } from '../../support/foreign-users.js'
import { silentLog } from '../../support/silent-log.js'

const modes: readonly Mode[] = ['session', 'token', 'hybrid']

function start<C extends object>(options: TestAuthOptions<C> = {}): TestAuth<C> {
  const t = createTestAuth(options)
  onTestFinished(() => t.close())
  return t
}

const refusal = (code: string) => expect.objectContaining({ code })

describe.each(modes)('somebody in mode %s', (mode) => {
  const post = { method: 'POST' }

  test('passes guards as who they are said to be', async () => {
    const t = start({ requireOrigin: true })
    const ada = await t.as({
      username: 'Ada',
      roles: ['teller'],
      claims: { plan: 'pro' },
      factors: ['pwd', 'otp'],
      mode,
    })
    const demands = { accept: [mode], roles: ['teller'], factors: 2, provenWithin: '1s' }
    for (const check of ['feed', 'store'] as const) {
      const me = await t.auth.authenticate(ada.headers, { ...demands, check }, post)
      expect(me).toEqual({
        kind: 'user',
        id: ada.user.id,
        username: 'Ada',
        sessionId: ada.sessionId,
        mode,
        roles: ['teller'],
        scopes: [],
        factors: ['pwd', 'otp'],
        provenAt: t.clock.now(),
        claims: { plan: 'pro' },
      })
    }
    expect(ada.user).toEqual({ id: ada.user.id, username: 'Ada', roles: ['teller'] })
  })

  test('is who a sign-in by password would be', async () => {
    const t = start({ claims: (user) => ({ admin: user.roles.includes('admin') }) })
    const password = 'four words of some length'
    await t.auth.users.create({ username: 'ada', password, roles: ['admin'] })
    const json = { username: 'ada', password, mode }
    const headers = { 'content-type': 'application/json' }
    const login = { method: 'POST', headers, body: JSON.stringify(json) }
    const signedIn = await t.auth.fetch(new Request('http://localhost:3000/auth/login', login))
    const { access_token: token } = (await signedIn.json()) as { access_token?: string }
    const cookie = signedIn.headers
      .getSetCookie()
      .filter((text) => !text.includes('Max-Age=0'))
      .map((text) => text.split(';', 1)[0])
      .join('; ')
    const proven = token === undefined ? { cookie } : { authorization: `Bearer ${token}` }

    const expected = await t.auth.authenticate(proven, {}, post)
    const ada = await t.as({ username: 'ada', mode })
    expect(await t.auth.authenticate(ada.headers, {}, post)).toEqual({
      ...expected,
      sessionId: ada.sessionId,
    })
  })

  test('is refused what they may not, and what is of other pages', async () => {
    const t = start()
    const ada = await t.as({ roles: ['teller'], mode })
    await expect(t.auth.authenticate(ada.headers, { roles: ['admin'] })).rejects.toEqual(refusal('forbidden'))
    const others = modes.filter((other) => other !== mode)
    await expect(t.auth.authenticate(ada.headers, { accept: others })).rejects.toEqual(
      refusal('mode_refused'),
    )
    const foreign = t.auth.authenticate({ ...ada.headers, origin: 'https://evil.example' }, {}, post)
    if (mode === 'token') expect((await foreign).id).toBe(ada.user.id)
    else await expect(foreign).rejects.toEqual(refusal('origin_refused'))
  })

  test('has proven it as long ago as is said, whoever else comes at the same time', async () => {
    const t = start()
    const [late, early, now] = await Promise.all([
      t.as({ mode, provenAgo: '10m' }),
      t.as({ mode, provenAgo: '4m' }),
      t.as({ mode }),
    ])
    const provenAt = async ({ headers }: SignedIn) => (await t.auth.authenticate(headers)).provenAt
    expect(await provenAt(late)).toBe(t.clock.now() - 600_000)
    expect(await provenAt(early)).toBe(t.clock.now() - 240_000)
    expect(await provenAt(now)).toBe(t.clock.now())
    const demands = { provenWithin: '5m', check: 'store' } as const
    await expect(t.auth.authenticate(late.headers, demands)).rejects.toEqual(
      refusal('reauthentication_required'),
    )
    expect((await t.auth.authenticate(early.headers, demands)).id).toBe(early.user.id)
  })

  test('is out when the session ends, and when its time is over', async () => {
    const t = start()
    const [ended, idle, used] = await Promise.all([t.as({ mode }), t.as({ mode }), t.as({ mode })])
    await t.auth.sessions.end(ended.sessionId)
    expect((await ended.fetch('/auth/me')).status).toBe(401)
    t.clock.advance('40m')
    // A token has expired by now; whoever uses a session or refreshes keeps it.
    const isKept = mode === 'token' ? await refresh(used) : (await used.fetch('/auth/me')).status
    expect(isKept).toBe(200)
    t.clock.advance('40m')
    expect((await idle.fetch('/auth/me')).status).toBe(401)
    if (mode === 'token') expect(await refresh(idle)).toBe(401)
    else expect((await used.fetch('/auth/me')).status).toBe(200)
    t.clock.advance('24h')
    expect((await used.fetch('/auth/me')).status).toBe(401)
  })

  test('is nobody to another test auth', async () => {
    const [one, other] = [start(), start()]
    const [ada, bob] = [await one.as({ username: 'ada', mode }), await other.as({ username: 'ada', mode })]
    await expect(other.auth.authenticate(ada.headers)).rejects.toMatchObject({ status: 401 })
    one.clock.advance('25h')
    expect((await bob.fetch('/auth/me')).status).toBe(200)
    expect((await ada.fetch('/auth/me')).status).toBe(401)
  })

  test('holds the same in every run with the same seed', async () => {
    // HMAC throughout: a key pair would be drawn by Node itself.
    const options = { seed: 7, tokens: { algorithm: 'HS256' } } as const
    const [one, other] = [await start(options).as({ mode }), await start(options).as({ mode })]
    expect({ ...other, fetch: null }).toEqual({ ...one, fetch: null })
    const another = await start({ ...options, seed: 8 }).as({ mode })
    expect(another.headers).not.toEqual(one.headers)
  })
})

async function refresh({ refreshToken, fetch }: SignedIn): Promise<number> {
  const body = JSON.stringify({ refresh_token: refreshToken })
  const headers = { 'content-type': 'application/json' }
  return (await fetch('/auth/refresh', { method: 'POST', headers, body })).status
}

describe('who it is', () => {
  test('somebody new each time, beside whoever is there', async () => {
    const t = start()
    await t.auth.users.create({ username: 'user-2' })
    const people = await Promise.all([t.as(), t.as(), t.as()])
    expect(new Set(people.map(({ user }) => user.username))).toEqual(new Set(['user-1', 'user-3', 'user-4']))
  })

  test('the same person under one name, at the same moment too', async () => {
    const t = start()
    const people = await Promise.all([t.as({ username: 'ada' }), t.as({ username: 'Ada' })])
    const again = await t.as({ username: 'ada' })
    expect(new Set([...people, again].map(({ user }) => user.id)).size).toBe(1)
    expect(await t.auth.sessions.list(again.user.id)).toHaveLength(3)
  })

  test('roles and claims that are given replace those they have, even the last administrator’s', async () => {
    const t = start({ administration: { role: 'admin' } })
    const admin = await t.as({ username: 'ada', roles: ['admin'], claims: { plan: 'pro' }, mode: 'token' })
    const same = await t.as({ username: 'ada' })
    expect(same.user.roles).toEqual(['admin'])
    const teller = await t.as({ username: 'ada', roles: ['teller'], claims: { plan: 'free' } })
    expect(teller.user.roles).toEqual(['teller'])
    expect(await t.auth.authenticate(teller.headers)).toMatchObject({ claims: { plan: 'free' } })
    await expect(t.auth.authenticate(admin.headers)).rejects.toEqual(refusal('invalid_token'))
  })

  test('somebody of the app’s own table', async () => {
    const foreign = createForeignUsers()
    const t = start({ users: foreign.source })
    const id = foreign.add({ username: 'ada', passwordHash: null, roles: ['teller'] })
    const ada = await t.as({ username: 'ada', mode: 'token' })
    expect(ada.user).toEqual({ id, username: 'ada', roles: ['teller'] })
    expect(await t.auth.authenticate(ada.headers)).toMatchObject({ id, roles: ['teller'] })
    await expect(t.as({ username: 'bob' })).rejects.toThrow('Your users table has no "bob".')
    await expect(t.as()).rejects.toThrow('by "username"')
    await expect(t.as({ username: 'ada', roles: [] })).rejects.toThrow('Roles and claims')
    await expect(t.as({ username: 'ada', claims: {} })).rejects.toThrow('Roles and claims')
  })

  test('nobody whom production would not let in either', async () => {
    const beforeSignIn = vi.fn(() => {
      throw new AuthError('sign_in_refused')
    })
    await expect(start({ beforeSignIn }).as()).rejects.toEqual(refusal('sign_in_refused'))
    expect(beforeSignIn).toHaveBeenCalledOnce()
    const t = start()
    const { user } = await t.as()
    await t.auth.users.disable(user.id)
    await expect(t.as({ username: user.username })).rejects.toEqual(refusal('invalid_credentials'))
    await expect(t.as({ roles: ['two words'] })).rejects.toEqual(refusal('invalid_request'))
  })
})

describe('what a browser gets', () => {
  const common = { path: '/', httpOnly: true, sameSite: 'Lax' }

  test('the cookies of the mode, with their attributes', async () => {
    const t = start({ origin: 'http://localhost:4000' })
    const names = async (mode: Mode) => (await t.as({ mode })).cookies.map(({ name }) => name)
    expect(await names('session')).toEqual(['sessera-session-4000'])
    expect(await names('hybrid')).toEqual(['sessera-session-4000', 'sessera-access-4000'])
    expect(await names('token')).toEqual(['sessera-refresh-4000'])
    const [cookie] = (await t.as()).cookies
    expect(cookie).toEqual({
      ...common,
      name: cookie?.name,
      value: cookie?.value,
      domain: 'localhost',
      secure: false,
    })
  })

  test('on https: prefixes, and the domain of the access cookie', async () => {
    const t = start({ origin: 'https://app.example.com', accessCookieDomain: 'example.com' })
    const ada = await t.as({ mode: 'hybrid' })
    expect(ada.cookies).toMatchObject([
      { ...common, name: '__Host-sessera-session', domain: 'app.example.com', secure: true },
      { ...common, name: '__Secure-sessera-access', domain: '.example.com', secure: true },
    ])
    expect((await ada.fetch('/auth/me')).status).toBe(200)
  })

  test('in token mode the refresh token, which the page turns into an access token', async () => {
    const t = start()
    const { cookies, refreshToken } = await t.as({ mode: 'token' })
    expect(cookies.map(({ value }) => value)).toEqual([refreshToken])
    const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join()
    const url = 'http://localhost:3000/auth/refresh'
    const answer = await t.auth.fetch(new Request(url, { method: 'POST', headers: { cookie } }))
    expect(answer.status).toBe(200)
    expect(await answer.json()).not.toHaveProperty('refresh_token')
  })

  test('a bearer token and nothing else in the headers of token mode', async () => {
    const { headers, token } = await start().as({ mode: 'token' })
    expect(headers).toEqual({ authorization: `Bearer ${token}` })
  })
})

describe('passwords', () => {
  const password = 'four words of some length'

  test('cost nothing, and are right or wrong as ever', async () => {
    const t = start({ registration: 'open' })
    await t.auth.users.create({ username: 'ada', password })
    expect((await t.auth.users.signIn('ada', password)).sessionId).toEqual(expect.any(String))
    await expect(t.auth.users.signIn('ada', `${password}!`)).rejects.toEqual(refusal('invalid_credentials'))
    await expect(t.auth.users.signIn('bob', password)).rejects.toEqual(refusal('invalid_credentials'))
    await expect(t.auth.users.create({ username: 'eve', password: 'short' })).rejects.toEqual(
      refusal('password_unacceptable'),
    )
  })

  test('of hashes from elsewhere are verified, and the hash stays', async () => {
    const foreign = createForeignUsers()
    const t = start({ users: foreign.source, log: silentLog })
    const passwordHash = await createPasswords({ log: silentLog }).hash(password)
    const id = foreign.add({ username: 'ada', passwordHash, roles: [] })
    expect((await t.auth.users.signIn('ada', password)).sessionId).toEqual(expect.any(String))
    expect(foreign.row(id).passwordHash).toBe(passwordHash)
  })

  test('that were hashed here open nothing elsewhere', async () => {
    const foreign = createForeignUsers()
    const t = start({ users: foreign.source })
    const old = await createPasswords({ log: silentLog }).hash(password)
    const id = foreign.add({ username: 'ada', passwordHash: old, roles: [] })
    const ada = await t.as({ username: 'ada' })
    const next = 'some other words of length'
    const body = JSON.stringify({ current: password, next })
    const headers = { 'content-type': 'application/json' }
    expect((await ada.fetch('/auth/password', { method: 'POST', headers, body })).status).toBe(204)
    const { passwordHash } = foreign.row(id)
    expect(passwordHash).not.toContain(next)
    expect((await t.auth.users.signIn('ada', next)).sessionId).toEqual(expect.any(String))
    expect(await createPasswords({ log: silentLog }).verify(passwordHash, next)).toBe(false)
  })
})

describe('a test auth', () => {
  test('is refused in production, and takes no option that createAuth does not know', () => {
    vi.stubEnv('NODE_ENV', 'production')
    onTestFinished(() => void vi.unstubAllEnvs())
    expect(() => createTestAuth()).toThrow(/is for tests.*NODE_ENV is "production": use createAuth\(\)/)
    vi.stubEnv('NODE_ENV', 'test')
    // @ts-expect-error a misspelt option
    expect(() => createTestAuth({ trustedOrigin: [] })).toThrow('There is no option "trustedOrigin".')
  })

  test('says nothing on stderr', async () => {
    const write = vi.spyOn(process.stderr, 'write')
    onTestFinished(() => void write.mockRestore())
    const t = start()
    expect((await (await t.as()).fetch('/auth/me')).status).toBe(200)
    expect(write).not.toHaveBeenCalled()
  })

  test('has a clock of its own under the fake timers of a test runner', async () => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    const t = start()
    const ada = await t.as({ mode: 'token' })
    vi.setSystemTime(0)
    await vi.advanceTimersByTimeAsync(600_000)
    expect((await ada.fetch('/auth/me')).status).toBe(200)
    t.clock.advance('6m')
    expect((await ada.fetch('/auth/me')).status).toBe(401)
  })

  test('tells what is open when the time of its session is over', async () => {
    const t = start()
    const { sessionId } = await t.as()
    const ended = vi.fn()
    t.auth.onEnd(sessionId, ended)
    t.clock.advance('61m')
    await vi.waitFor(() => expect(ended).toHaveBeenCalledOnce(), { timeout: 10_000 })
  })

  test('answers nobody once it is closed', async () => {
    const t = createTestAuth({ log: silentLog })
    const ada = await t.as()
    await t.close()
    await expect(t.as()).rejects.toThrow()
    expect((await ada.fetch('/auth/me')).status).toBe(503)
  })
})
