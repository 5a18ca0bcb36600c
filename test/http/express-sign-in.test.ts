// signIn and signOut of forExpress: which cookies, to which pages, in place of which session.

import express from 'express'
import { describe, expect, it } from 'vitest'
import { forExpress } from '../../packages/sessera/src/frameworks/express.js'
import { call } from '../support/json-client.js'
import { ada, fromPage, house, listen } from './express-house.js'

describe('signIn', () => {
  const signingIn = async (how: object) => {
    const { auth } = house()
    await auth.users.create(ada)
    const { routes, signIn, signOut, guard, principal, refusals } = forExpress(auth)
    const app = express().use(routes)
    app.post('/login', async (req, res) => {
      res.json(await signIn(req, res, { login: ada.username, password: ada.password, ...how }))
    })
    app.get('/dashboard', guard(), (req, res) => void res.json({ mode: principal(req).mode }))
    app.post('/logout', async (req, res) => {
      await signOut(req, res)
      res.json({})
    })
    app.use(refusals)
    const origin = await listen(app)
    const answer = await call(`${origin}/login`, { method: 'POST' })
    return { origin, answer, held: answer.cookies.filter((cookie) => !cookie.endsWith('=')) }
  }

  it.each([
    ['session', {}, ['sessera-session-3000', 'sessera-device-3000']],
    ['hybrid', { mode: 'hybrid' }, ['sessera-session-3000', 'sessera-access-3000', 'sessera-device-3000']],
    ['token', { mode: 'token' }, ['sessera-device-3000']],
    ['token', { mode: 'token', refresh: 'cookie' }, ['sessera-refresh-3000', 'sessera-device-3000']],
  ])('in %s mode sets and clears the right cookies, %j', async (_, how, names) => {
    const { answer, held } = await signingIn(how)
    expect(held.map((cookie) => cookie.split('=')[0])).toEqual(names)
    expect(answer.cookies).toHaveLength(4)
    expect(answer.headers.get('cache-control')).toBe('private, no-store')
  })

  it.each([
    [{}, null],
    [{ mode: 'hybrid' }, null],
    [{ mode: 'token' }, { token_type: 'Bearer', refresh_token: expect.any(String) }],
    [{ mode: 'token', refresh: 'cookie' }, expect.not.objectContaining({ refresh_token: expect.anything() })],
  ])('hands tokens out only to those who hold them, %j', async (how, tokens) => {
    const { answer } = await signingIn(how)
    if (tokens === null) expect(answer.json).toBeNull()
    else expect(answer.json).toMatchObject(tokens)
  })

  it('in hybrid mode lets the session cookie fetch a new access cookie on a guarded route', async () => {
    const { origin, held } = await signingIn({ mode: 'hybrid' })
    const [session = ''] = held
    const answer = await call(`${origin}/dashboard`, { headers: { Cookie: session } })
    expect(answer).toMatchObject({ status: 200, json: { mode: 'hybrid' } })
    expect(answer.cookies.some((cookie) => /^sessera-access-3000=.+/.test(cookie))).toBe(true)
    expect(answer.headers.get('cache-control')).toBe('private, no-store')
  })

  it.each([
    ['/login', 'another site', { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' }, 403],
    ['/logout', 'another site', { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' }, 403],
    [
      '/logout',
      'another port of the same host',
      { Origin: 'http://localhost:5174', 'Sec-Fetch-Site': 'same-site' },
      403,
    ],
    ['/login', 'a trusted origin', fromPage, 200],
    ['/logout', 'a trusted origin', fromPage, 200],
  ])('and signOut judge the page: %s for %s', async (path, _, from, status) => {
    const { origin, held } = await signingIn({})
    const Cookie = held.join('; ')
    const answer = await call(origin + path, { method: 'POST', headers: { Cookie, ...from } })
    expect(answer.status).toBe(status)
    const after = await call(`${origin}/dashboard`, { headers: { Cookie } })
    expect(after.status).toBe(status === 403 ? 200 : 401)
  })

  it('takes no user id: a request body handed on would excuse from the password', async () => {
    const { answer } = await signingIn({ userId: 'anybody', login: undefined, password: undefined })
    expect(answer).toMatchObject({ status: 400, json: { code: 'invalid_request' }, cookies: [] })
  })

  it('for a browser that is signed in already ends what it held before', async () => {
    const { origin, held } = await signingIn({})
    const headers = { Cookie: held.join('; ') }
    expect((await call(`${origin}/dashboard`, { headers })).status).toBe(200)
    expect((await call(`${origin}/login`, { method: 'POST', headers })).status).toBe(200)
    expect((await call(`${origin}/dashboard`, { headers })).status).toBe(401)
  })
})
