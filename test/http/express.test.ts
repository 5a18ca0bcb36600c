// forExpress on real Express servers: wherever it is mounted, whatever stands beside it, and when things go wrong.

import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import express, { type Express } from 'express'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { Auth } from '../../packages/sessera/src/auth.js'
import { createAuthWith } from '../../packages/sessera/src/create-auth-with.js'
import { AuthError, ConfigurationError } from '../../packages/sessera/src/errors.js'
import { type ExpressOptions, forExpress } from '../../packages/sessera/src/frameworks/express.js'
import type { AuthOptions } from '../../packages/sessera/src/options.js'
import type { Log } from '../../packages/sessera/src/ports/log.js'
import { createSystemRandom, systemClock } from '../../packages/sessera/src/ports/system.js'
import { memory } from '../../packages/sessera/src/stores/memory.js'
import { call } from '../support/json-client.js'

const ada = { username: 'ada', password: 'a few quiet words' }
const page = 'http://localhost:5173'
const fromPage = { Origin: page, 'Sec-Fetch-Site': 'same-site' }
const welcome = { status: 200, json: { message: 'Welcome, ada' } }

const passwords = {
  hash: async (password: string) => `plain:${password}`,
  verify: async (hash: string | null, password: string) => hash === `plain:${password}`,
  isOutdated: () => false,
  isImportable: () => null,
  admit: <T>(work: () => Promise<T>): Promise<T> => work(),
  load: () => ({ running: 0, waiting: 0, refused: 0 }),
}

interface House {
  readonly auth: Auth
  readonly log: { [level in keyof Log]: ReturnType<typeof vi.fn<Log[level]>> }
}

function house(options: Partial<AuthOptions> = {}): House {
  const log = { info: vi.fn<Log['info']>(), warn: vi.fn<Log['warn']>(), error: vi.fn<Log['error']>() }
  const auth = createAuthWith(
    { origin: 'http://localhost:3000', store: memory(), trustedOrigins: [page], ...options },
    { clock: systemClock, random: createSystemRandom(), passwords, log },
  )
  onTestFinished(() => auth.close())
  return { auth, log }
}

async function listen(app: Express): Promise<string> {
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function bearerOf(
  auth: Auth,
  options: { roles?: readonly string[] } = {},
): Promise<Record<string, string>> {
  await auth.users.create({ ...ada, ...options })
  const { tokens } = await auth.users.signIn(ada.username, ada.password, { mode: 'token' })
  return { Authorization: `Bearer ${tokens?.access_token}` }
}

/** An app with one guarded route and one that signs in; `mount` puts the middlewares before them. */
function appWith(
  auth: Auth,
  mount: (app: Express, bound: ReturnType<typeof forExpress>) => void,
  options?: ExpressOptions,
): Express {
  const bound = forExpress(auth, options)
  const app = express()
  mount(app, bound)
  app.get('/dashboard', bound.guard(), (req, res) => {
    res.json({ message: `Welcome, ${bound.principal(req).username}` })
  })
  app.post('/login', async (req, res) => {
    const { username, password } = req.body ?? {}
    await bound.signIn(req, res, { login: username, password })
    res.json({ message: 'Login successful' })
  })
  app.use(bound.refusals)
  return app
}

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

describe('refusals', () => {
  const failing = async (error: unknown, options?: ExpressOptions) => {
    const { auth, log } = house()
    const { refusals } = forExpress(auth, options)
    const app = express()
    app.get('/', () => {
      throw error
    })
    app.use(refusals)
    const passedOn: unknown[] = []
    const last: express.ErrorRequestHandler = (given, _req, res, _next) => {
      passedOn.push(given)
      res.status(500).json({})
    }
    app.use(last)
    return { answer: await call(`${await listen(app)}/`), passedOn, log }
  }

  it('answer an AuthError of the app with the problem document', async () => {
    const { answer } = await failing(new AuthError('forbidden', { detail: 'Your trial has ended.' }))
    expect(answer).toMatchObject({
      status: 403,
      json: { code: 'forbidden', detail: 'Your trial has ended.' },
    })
  })

  it('log the cause and never send it', async () => {
    for (const onRefused of [undefined, showMessage]) {
      const { answer, log } = await failing(
        new AuthError('forbidden', { cause: new Error('the secret reason') }),
        onRefused === undefined ? {} : { onRefused },
      )
      expect(answer.status).toBe(403)
      expect(JSON.stringify(answer.json)).not.toContain('secret reason')
      expect(log.error).toHaveBeenCalledOnce()
    }
  })

  it.each([
    ['a bug of the app', new TypeError('x is not a function')],
    ['an error of the app with a status of its own', Object.assign(new Error('gone'), { status: 410 })],
    [
      'an error of the app that has a type too',
      Object.assign(new Error('no'), { status: 400, type: 'StripeError' }),
    ],
    [
      'what a verifying body parser threw',
      Object.assign(new Error('no'), { status: 403, type: 'entity.verify.failed' }),
    ],
    ['no error at all', 'just text'],
  ])('pass on %s', async (_, error) => {
    const { answer, passedOn } = await failing(error)
    expect(answer.status).toBe(500)
    expect(passedOn).toEqual([error])
  })

  it('keep failures of the server from onRefused', async () => {
    const onRefused = vi.fn(showMessage)
    const { answer } = await failing(new AuthError('unavailable'), { onRefused })
    expect(answer).toMatchObject({ status: 503, json: { code: 'unavailable', type: expect.any(String) } })
    expect(onRefused).not.toHaveBeenCalled()
  })

  it('pass on what comes when the response has begun', async () => {
    const late = new AuthError('forbidden')
    const { auth } = house()
    const { refusals } = forExpress(auth)
    const passedOn = vi.fn()
    const app = express()
    app.get('/', (_req, res) => {
      res.write('begun')
      throw late
    })
    app.use(refusals)
    const last: express.ErrorRequestHandler = (error, _req, res, _next) => {
      passedOn(error)
      res.end()
    }
    app.use(last)
    expect((await call(`${await listen(app)}/`)).status).toBe(200)
    expect(passedOn.mock.calls).toEqual([[late]])
  })
})

const showMessage: ExpressOptions['onRefused'] = ({ code, message }, _req, res) =>
  void res.json({ code, message })

describe('onRefused', () => {
  it('writes the body; status and headers are there already', async () => {
    const { auth } = house()
    const origin = await listen(appWith(auth, () => undefined, { onRefused: showMessage }))
    const answer = await call(`${origin}/dashboard`)
    expect(answer).toMatchObject({
      status: 401,
      json: { code: 'unauthenticated', message: 'Sign in first.' },
    })
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/)
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="sessera"')
    expect(answer.headers.get('cache-control')).toBe('no-store')
  })

  it('hears of a guard, of signIn and of broken bodies alike', async () => {
    const { auth } = house()
    const origin = await listen(appWith(auth, (app) => app.use(express.json()), { onRefused: showMessage }))
    const codes: unknown[] = []
    for (const sent of [
      { json: ada },
      { json: {} },
      { text: '{', headers: { 'Content-Type': 'application/json' } },
    ]) {
      codes.push((await call(`${origin}/login`, sent)).json)
    }
    codes.push((await call(`${origin}/dashboard`, { headers: { Authorization: 'Bearer nonsense' } })).json)
    expect(codes).toMatchObject([
      { code: 'invalid_credentials' },
      { code: 'invalid_request' },
      { code: 'invalid_request', message: 'The request body cannot be read.' },
      { code: 'invalid_token' },
    ])
  })

  it('leaves Retry-After in place after too many attempts', async () => {
    const { auth } = house()
    const origin = await listen(appWith(auth, (app) => app.use(express.json()), { onRefused: showMessage }))
    const attempt = () => call(`${origin}/login`, { json: ada })
    for (let i = 0; i < 5; i++) expect((await attempt()).status).toBe(401)
    const answer = await attempt()
    expect(answer).toMatchObject({ status: 429, json: { code: 'too_many_requests' } })
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
  })

  it.each([
    ['at once', { Authorization: 'Bearer two words' }],
    ['after a look at the store', { Authorization: 'Bearer nonsense' }],
  ])('that throws %s is an error of the app, and the app lives on', async (_, headers) => {
    const { auth } = house()
    await auth.ready()
    const app = appWith(auth, () => undefined, {
      onRefused() {
        throw new Error('a bug in onRefused')
      },
    })
    const last: express.ErrorRequestHandler = (error: Error, _req, res, _next) => {
      res.status(500).json({ message: error.message })
    }
    app.use(last)
    const origin = await listen(app)
    for (let i = 0; i < 2; i++) {
      expect(await call(`${origin}/dashboard`, { headers })).toMatchObject({
        status: 500,
        json: { message: 'a bug in onRefused' },
      })
    }
  })
})

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
