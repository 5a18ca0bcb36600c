// forExpress on real Express servers: wherever it is mounted, what its guards let pass, and whose principal it is.

import express from 'express'
import { describe, expect, it, vi } from 'vitest'
import { ConfigurationError } from '../../packages/sessera/src/errors.js'
import { forExpress } from '../../packages/sessera/src/frameworks/express.js'
import { call } from '../support/json-client.js'
import { ada, appWith, bearerOf, fromPage, house, listen, page, welcome } from './express-house.js'

describe.each<[order: string, mount: Parameters<typeof appWith>[1]]>([
  ['before express.json()', (app, { routes }) => app.use(routes, express.json())],
  ['after express.json()', (app, { routes }) => app.use(express.json(), routes)],
  [
    'after every body parser there is',
    (app, { routes }) => app.use(express.json(), express.urlencoded(), express.text(), express.raw(), routes),
  ],
])('routes %s', (_, mount) => {
  it('serve the API', async () => {
    const { auth } = house()
    await auth.users.create(ada)
    const origin = await listen(appWith(auth, mount))
    const { status, json } = await call(`${origin}/auth/login`, { json: { ...ada, mode: 'token' } })
    expect({ status, json }).toMatchObject({ status: 200, json: { user: { username: 'ada' } } })
    expect(await call(`${origin}/auth/me`)).toMatchObject({ status: 401, json: { code: 'unauthenticated' } })
    expect(await call(`${origin}/auth/nothing`)).toMatchObject({ status: 404, json: { code: 'not_found' } })
  })

  it('leave the routes of the app to the app', async () => {
    const { auth } = house()
    const headers = await bearerOf(auth)
    const origin = await listen(appWith(auth, mount))
    expect(await call(`${origin}/login`, { json: ada })).toMatchObject({
      status: 200,
      json: { message: 'Login successful' },
    })
    expect(await call(`${origin}/dashboard`, { headers })).toMatchObject(welcome)
    expect((await call(`${origin}/elsewhere`)).status).toBe(404)
  })

  it.each<[what: string, path: string]>([
    ['the API', '/auth/login'],
    ['a route of the app', '/login'],
  ])('answer broken JSON for %s with a problem document', async (_what, path) => {
    const { auth } = house()
    const origin = await listen(appWith(auth, mount))
    const answer = await call(origin + path, {
      text: '{"username":',
      headers: { 'Content-Type': 'application/json' },
    })
    expect(answer).toMatchObject({ status: 400, json: { code: 'invalid_request' } })
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
  })

  it('answer a broken compression likewise', async () => {
    const { auth } = house()
    const origin = await listen(appWith(auth, mount))
    const headers = { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' }
    const answer = await call(`${origin}/login`, { text: '{}', headers })
    expect(answer).toMatchObject({ status: 400, json: { code: 'invalid_request' } })
  })

  it('let a trusted page call the routes of the app', async () => {
    const { auth } = house()
    const origin = await listen(appWith(auth, mount))
    const answer = await call(`${origin}/dashboard`, { headers: fromPage })
    expect(answer.status).toBe(401)
    expect(answer.headers.get('access-control-allow-origin')).toBe(page)
    expect(answer.headers.get('vary')).toMatch(/^Origin\b/)
  })

  it('answer the preflight of a trusted page, and of no other', async () => {
    const { auth } = house()
    const origin = await listen(appWith(auth, mount))
    const preflight = (from: string) =>
      call(`${origin}/login`, {
        method: 'OPTIONS',
        headers: { Origin: from, 'Access-Control-Request-Method': 'POST' },
      })
    const { status, headers } = await preflight(page)
    expect(status).toBe(204)
    expect(headers.get('access-control-allow-headers')).toContain('Content-Type')
    expect((await preflight('https://evil.example')).headers.get('access-control-allow-origin')).toBeNull()
  })
})

describe('mounted under a path', () => {
  it('the API is where basePath says, from the root', async () => {
    const { auth } = house({ basePath: '/api/auth' })
    const headers = await bearerOf(auth)
    const { routes, guard, principal } = forExpress(auth)
    const router = express.Router()
    router.use(routes)
    router.get('/dashboard', guard(), (req, res) => {
      res.json({ message: `Welcome, ${principal(req).username}` })
    })
    const origin = await listen(express().use('/api', router))
    expect(await call(`${origin}/api/auth/me`, { headers })).toMatchObject({
      status: 200,
      json: { username: 'ada' },
    })
    expect(await call(`${origin}/api/dashboard`, { headers })).toMatchObject(welcome)
    expect((await call(`${origin}/auth/me`, { headers })).status).toBe(404)
  })
})

describe('a guard', () => {
  it('needs no routes beside it', async () => {
    const { auth } = house()
    const headers = await bearerOf(auth)
    const origin = await listen(appWith(auth, () => undefined))
    expect(await call(`${origin}/dashboard`, { headers })).toMatchObject(welcome)
    expect(await call(`${origin}/dashboard`)).toMatchObject({
      status: 401,
      json: { code: 'unauthenticated' },
    })
  })

  it('answers the second request from memory, and it is the same person', async () => {
    const { auth } = house()
    const headers = await bearerOf(auth)
    const origin = await listen(appWith(auth, () => undefined))
    await call(`${origin}/dashboard`, { headers })
    expect(auth.check((headers['Authorization'] ?? '').slice('Bearer '.length))?.username).toBe('ada')
    expect(await call(`${origin}/dashboard`, { headers })).toMatchObject(welcome)
  })

  it.each([['without'], ['with']])('refuses who lacks the role, %s a memory of them', async (memoryOf) => {
    const { auth } = house()
    const headers = await bearerOf(auth, { roles: ['clerk'] })
    const { guard } = forExpress(auth)
    const app = express()
    app.get('/any', guard(), (_req, res) => void res.json({}))
    app.get('/transfer', guard({ roles: ['teller'] }), (_req, res) => void res.json({}))
    const origin = await listen(app)
    if (memoryOf === 'with') await call(`${origin}/any`, { headers })
    expect(await call(`${origin}/transfer`, { headers })).toMatchObject({
      status: 403,
      json: { code: 'forbidden' },
    })
  })

  it('with demands that mean nothing fails when the app starts', () => {
    const { guard } = forExpress(house().auth)
    expect(() => guard({ provenWithin: 'soon' })).toThrow(ConfigurationError)
  })

  it('answers 503 when the store cannot be opened, and keeps the reason for the log', async () => {
    const store = { open: () => Promise.reject(new Error('the disk is on fire')) }
    const { auth, log } = house({ store })
    const origin = await listen(appWith(auth, () => undefined))
    const answer = await call(`${origin}/dashboard`)
    expect(answer.status).toBeGreaterThanOrEqual(500)
    expect(JSON.stringify(answer.json)).not.toContain('fire')
    expect(JSON.stringify(log.error.mock.calls.map(([, fields]) => String(fields?.['error'])))).toContain(
      'fire',
    )
  })
})

describe('principal', () => {
  const refusedPrincipal = async (before: express.RequestHandler) => {
    const { auth } = house()
    const headers = await bearerOf(auth)
    const { principal, refusals } = forExpress(auth)
    const app = express()
    app.get('/', before, (req, res) => void res.json(principal(req)))
    app.use(refusals)
    return await call(`${await listen(app)}/`, { headers })
  }

  it('without a guard throws an error that says what is missing', async () => {
    expect(await refusedPrincipal((_req, _res, next) => next())).toMatchObject({
      status: 401,
      json: {
        code: 'unauthenticated',
        detail: 'Nobody has passed a guard here. Put guard() before this handler.',
      },
    })
  })

  it('is nothing that another library has put on the request', async () => {
    const answer = await refusedPrincipal((req, _res, next) => {
      Object.assign(req, {
        auth: { id: 'admin' },
        user: { id: 'admin' },
        principal: { id: 'admin' },
        session: { userId: 'admin' },
      })
      next()
    })
    expect(answer.status).toBe(401)
  })

  it('of another auth in the same app is not ours', async () => {
    const [ours, theirs] = [house(), house()]
    const headers = await bearerOf(theirs.auth)
    const { principal, refusals } = forExpress(ours.auth)
    const app = express()
    app.get('/', forExpress(theirs.auth).guard(), (req, res) => void res.json(principal(req)))
    app.use(refusals)
    expect((await call(`${await listen(app)}/`, { headers })).status).toBe(401)
  })
})

it('a response that somebody began before the routes is an error of the app, and the app lives on', async () => {
  const { auth } = house()
  const { routes } = forExpress(auth)
  const seen = vi.fn()
  const app = express()
  app.use((_req, res, next) => {
    res.json({ begun: true })
    next()
  }, routes)
  const last: express.ErrorRequestHandler = (error, _req, _res, _next) => seen(error)
  app.use(last)
  const origin = await listen(app)
  expect((await call(`${origin}/elsewhere`)).json).toEqual({ begun: true })
  expect((await call(`${origin}/auth/me`)).json).toEqual({ begun: true })
  await expect.poll(() => seen.mock.calls.length).toBe(2)
})
