// What is Fastify's own: plugins, hooks, parsers, config, inject().

import fastify, { type FastifyInstance, type FastifyPluginAsync } from 'fastify'
import { describe, expect, it, onTestFinished } from 'vitest'
import { AuthError, ConfigurationError } from '../../packages/sessera/src/errors.js'
import {
  type FastifyAuth,
  type FastifyOptions,
  forFastify,
} from '../../packages/sessera/src/frameworks/fastify.js'
import { createWorld, origin, password, trusted, type World } from '../support/auth.js'
import { createApp } from './fastify-app.js'

const ada = { username: 'ada', password }

interface Scene extends FastifyAuth<object> {
  readonly world: World
  readonly app: FastifyInstance
}

async function scene(options?: FastifyOptions): Promise<Scene> {
  const world = await createWorld()
  const app = fastify()
  onTestFinished(() => app.close())
  return { world, app, ...forFastify(world.auth, options) }
}

const plugin =
  (declare: (inner: FastifyInstance) => void): FastifyPluginAsync =>
  async (inner) =>
    declare(inner)

async function bearer({ world }: Pick<Scene, 'world'>): Promise<{ authorization: string }> {
  const { tokens } = await world.auth.users.signIn('ada', password, { mode: 'token' })
  return { authorization: `Bearer ${tokens?.access_token}` }
}

describe('routes', () => {
  it('registered twice do not start', async () => {
    const { app, routes, world } = await scene()
    app.register(routes)
    app.register(
      plugin((inner) => {
        inner.register(forFastify(world.auth).routes)
      }),
    )
    await expect(async () => app.ready()).rejects.toThrow(
      'The routes of this Auth are registered twice in this app. Register them once.',
    )
  })

  it('of one tenant know nobody of another', async () => {
    const [ours, theirs] = [await scene(), await createWorld({ basePath: '/other' })]
    ours.app.register(ours.routes)
    ours.app.register(
      plugin((inner) => {
        inner.setErrorHandler(ours.refusals)
        inner.get('/', { preHandler: forFastify(theirs.auth).guard() }, async (request) =>
          ours.principal(request),
        )
      }),
    )
    const { tokens } = await theirs.auth.users.signIn('ada', password, { mode: 'token' })
    const headers = { authorization: `Bearer ${tokens?.access_token}` }
    expect((await ours.app.inject({ url: '/', headers })).json()).toMatchObject({ code: 'unauthenticated' })
  })

  it('under a prefix do not start: basePath is the whole path', async () => {
    const { app, routes } = await scene()
    app.register(
      plugin((inner) => {
        inner.register(routes)
      }),
      { prefix: '/api' },
    )
    await expect(async () => app.ready()).rejects.toThrow(
      'basePath, here "/auth", is the whole path from the root',
    )
  })

  it('serve the API below another basePath, and nothing at the usual one', async () => {
    const world = await createWorld({ basePath: '/api/auth' })
    const app = fastify()
    onTestFinished(() => app.close())
    app.register(forFastify(world.auth).routes)
    expect((await app.inject({ method: 'POST', url: '/api/auth/login', payload: ada })).statusCode).toBe(200)
    expect((await app.inject({ method: 'POST', url: '/auth/login', payload: ada })).statusCode).toBe(404)
    expect((await app.inject('/api/auth')).json()).toMatchObject({ code: 'not_found' })
  })

  it('leave other spellings of their paths to the app', async () => {
    const { app, routes } = await scene()
    app.register(routes)
    app.setNotFoundHandler((_request, reply) => reply.code(404).send({ error: 'the app' }))
    expect((await app.inject('/%61uth/me')).json()).toEqual({ error: 'the app' })
  })

  it('read bodies themselves, whatever parsers and limits the app has', async () => {
    const { world } = await scene()
    const app = fastify({ bodyLimit: 10 })
    onTestFinished(() => app.close())
    app.removeAllContentTypeParsers()
    app.addContentTypeParser('application/json', () => {
      throw new Error('a parser of the app')
    })
    app.register(forFastify(world.auth).routes)
    expect((await app.inject({ method: 'POST', url: '/auth/login', payload: ada })).statusCode).toBe(200)
  })

  it('say what is wrong when somebody has read the body before them', async () => {
    const { app, routes } = await scene()
    app.addHook('preParsing', async (_request, _reply, payload) => {
      for await (const _chunk of payload);
      return payload
    })
    app.register(routes)
    const answer = await app.inject({ method: 'POST', url: '/auth/login', payload: ada })
    expect(answer.json()).toMatchObject({
      status: 400,
      detail: expect.stringContaining('read before Sessera saw it'),
    })
  })

  it.each([['nonsense'], ['text/plain'], ['application/x-www-form-urlencoded']])(
    'take no body of type %s',
    async (type) => {
      const { app, routes } = await scene()
      app.register(routes)
      const headers = { 'content-type': type }
      const answer = await app.inject({ method: 'POST', url: '/auth/login', headers, payload: '{}' })
      expect(answer.json()).toMatchObject({ status: 415, code: 'unsupported_media_type' })
      expect(answer.headers['content-type']).toBe('application/problem+json')
    },
  )

  it('and guards answer through the hooks of the app', async () => {
    const { app, routes, guard } = await scene()
    app.addHook('onSend', async (_request, reply) => void reply.header('x-frame-options', 'DENY'))
    await app.register(routes)
    app.get('/', { preHandler: guard() }, async () => ({}))
    const preflight = { origin: trusted, 'access-control-request-method': 'POST' }
    const answers = [
      await app.inject('/auth/me'),
      await app.inject('/'),
      await app.inject({ method: 'OPTIONS', url: '/', headers: preflight }),
    ]
    expect(answers.map(({ statusCode, headers }) => [statusCode, headers['x-frame-options']])).toEqual([
      [401, 'DENY'],
      [401, 'DENY'],
      [204, 'DENY'],
    ])
  })

  it('keep what they hand out from caches, whatever a hook of the app says', async () => {
    const { app, routes } = await scene()
    app.addHook('onSend', async (_request, reply) => {
      reply.headers({ 'cache-control': 'public, max-age=60', 'cdn-cache-control': 'max-age=60' })
    })
    app.register(routes)
    const { headers, cookies } = await app.inject({ method: 'POST', url: '/auth/login', payload: ada })
    expect(cookies.map(({ name }) => name)).toContain('__Host-sessera-session')
    expect([headers['cache-control'], headers['cdn-cache-control']]).toEqual(['private, no-store', undefined])
  })

  it('end a connection on which the rest of a body is still to come', async () => {
    const { app, routes } = await scene()
    app.register(routes)
    const connection = async (payload: object) =>
      (await app.inject({ method: 'POST', url: '/auth/login', payload })).headers['connection']
    expect(await connection({ ...ada, password: 'x'.repeat(100_000) })).toBe('close')
    expect(await connection(ada)).not.toBe('close')
  })

  it('add to what the app says an answer varies by', async () => {
    const { app, routes } = await scene()
    app.addHook('onRequest', async (_request, reply) => void reply.header('Vary', 'Accept-Encoding'))
    await app.register(routes)
    app.get('/', async () => ({}))
    for (const url of ['/', '/auth/me']) {
      expect((await app.inject(url)).headers['vary']).toBe('Accept-Encoding, Origin')
    }
  })
})

describe('a guard in the config of a route', () => {
  it('guards it, beside other config, and HEAD with it', async () => {
    const stage = await scene()
    const { app, routes, guarded } = stage
    await app.register(routes)
    app.get('/', { config: { ...guarded(app, { roles: ['teller'] }), limit: 5 } }, async (request) => ({
      limit: Reflect.get(request.routeOptions.config, 'limit'),
    }))
    const headers = await bearer(stage)
    for (const method of ['GET', 'HEAD'] as const) {
      expect((await app.inject({ method, url: '/' })).statusCode).toBe(401)
      expect((await app.inject({ method, url: '/', headers })).statusCode).toBe(200)
    }
    expect((await app.inject({ url: '/', headers })).json()).toEqual({ limit: 5 })
  })

  it('runs before the hooks of the route, and before its body is read', async () => {
    const { app, routes, guarded } = await scene()
    await app.register(routes)
    const onRequest = async () => {
      throw new Error('too early')
    }
    app.post('/', { config: guarded(app), onRequest }, async () => ({}))
    const answer = await app.inject({
      method: 'POST',
      url: '/',
      payload: '{',
      headers: { 'content-type': 'application/json' },
    })
    expect(answer.statusCode).toBe(401)
  })

  const declareGuarded = ({ app, guarded }: Scene): void => {
    app.register(plugin((inner) => void inner.get('/', { config: guarded(inner) }, async () => ({}))))
  }

  it.each<[when: string, declare: (scene: Scene) => void]>([
    [
      'before the routes are loaded',
      (stage) => {
        declareGuarded(stage)
        stage.app.register(stage.routes)
      },
    ],
    ['without the routes', declareGuarded],
    [
      'beside a plugin with the routes',
      (stage) => {
        stage.app.register(plugin((other) => void other.register(stage.routes)))
        declareGuarded(stage)
      },
    ],
  ])('%s keeps the app from starting', async (_, declare) => {
    const stage = await scene()
    declare(stage)
    await expect(async () => stage.app.ready()).rejects.toThrow('Await app.register(routes) first.')
  })

  it.each<[where: string, declare: (scene: Scene) => void]>([
    [
      'of an app around the one that was named',
      ({ app, routes, guarded }) => {
        app.register(async (inner) => {
          await inner.register(routes)
          app.get('/', { config: guarded(inner) }, async () => ({}))
        })
      },
    ],
    [
      'of nothing at all',
      ({ app, routes, guarded }) => {
        app.register(async (inner) => {
          await inner.register(routes)
          guarded(inner)
        })
      },
    ],
  ])('in the config %s keeps the app from starting', async (_, declare) => {
    const stage = await scene()
    declare(stage)
    await expect(async () => stage.app.ready()).rejects.toThrow('Call guarded(app) with the app in which')
  })

  it('is refused at once where register was not awaited', async () => {
    const { app, routes, guarded } = await scene()
    app.register(routes)
    expect(() => guarded(app)).toThrow(ConfigurationError)
  })

  it('with demands that mean nothing fails when the app starts', async () => {
    const { app, routes, guard, guarded } = await scene()
    await app.register(routes)
    expect(() => guarded(app, { provenWithin: 'soon' })).toThrow(ConfigurationError)
    expect(() => guard({ provenWithin: 'soon' })).toThrow(ConfigurationError)
  })
})

describe('refusals', () => {
  it.each<[what: string, headers: Record<string, string>, payload: string, status: number, code: string]>([
    ['broken JSON', { 'content-type': 'application/json' }, '{', 400, 'invalid_request'],
    ['no JSON at all', { 'content-type': 'application/json' }, '', 400, 'invalid_request'],
    ['a type that nobody parses', { 'content-type': 'image/png' }, 'x', 415, 'unsupported_media_type'],
    ['too much', { 'content-type': 'application/json' }, `"${'x'.repeat(2000)}"`, 413, 'payload_too_large'],
  ])('answer %s', async (_, headers, payload, status, code) => {
    const { world } = await scene()
    const app = fastify({ bodyLimit: 1000 })
    onTestFinished(() => app.close())
    const { refusals } = forFastify(world.auth)
    app.setErrorHandler(refusals)
    app.post('/', async () => ({}))
    const answer = await app.inject({ method: 'POST', url: '/', headers, payload })
    expect(answer.json()).toMatchObject({ status, code })
    expect(answer.headers['content-type']).toBe('application/problem+json')
  })

  it('answer an AuthError of the app, and log a cause without sending it', async () => {
    const { app, world, refusals } = await scene()
    app.setErrorHandler(refusals)
    app.get('/', async () => {
      throw new AuthError('forbidden', {
        detail: 'Your trial has ended.',
        cause: new Error('the secret reason'),
      })
    })
    const answer = await app.inject('/')
    expect(answer.json()).toMatchObject({ code: 'forbidden', detail: 'Your trial has ended.' })
    expect(answer.body).not.toContain('secret reason')
    expect(world.log.map(({ level }) => level)).toContain('error')
  })

  it.each([
    ['at once', { authorization: 'Bearer two words' }],
    ['after a look at the store', { authorization: 'Bearer nonsense' }],
  ])('worded by a function that throws %s are an error of the app', async (_, headers) => {
    const { app, guard, world } = await scene({
      async onRefused() {
        throw new Error('a bug in onRefused')
      },
    })
    await world.auth.ready()
    app.setErrorHandler((error: Error, _request, reply) => reply.code(500).send({ error: error.message }))
    app.get('/', { preHandler: guard() }, async () => ({}))
    const answer = await app.inject({ url: '/', headers })
    expect({ status: answer.statusCode, json: answer.json() }).toEqual({
      status: 500,
      json: { error: 'a bug in onRefused' },
    })
  })

  it('may lead a browser to the page where it signs in', async () => {
    const { app, guard } = await scene({
      onRefused: (_refusal, _request, reply) => reply.redirect('/login', 303),
    })
    app.get('/', { preHandler: guard() }, async () => ({}))
    const answer = await app.inject('/')
    expect({ status: answer.statusCode, to: answer.headers['location'] }).toEqual({
      status: 303,
      to: '/login',
    })
  })
})

it.each<[from: string, status: number]>([
  ['https://evil.example', 403],
  ['null', 403],
  [origin, 200],
  [trusted, 200],
])('an upgrade to a WebSocket with a cookie from a page of %s is answered with %i', async (from, status) => {
  const { app, guard, world } = await scene()
  app.get('/chat', { onRequest: guard() }, async () => 'open')
  const headers = { ...(await world.signedIn('session')).headers(), upgrade: 'websocket', origin: from }
  expect((await app.inject({ url: '/chat', headers })).statusCode).toBe(status)
})

it('everything works by inject(), as tests of Fastify apps do', async () => {
  const { app, routes, guard, principal, signIn } = await scene()
  await app.register(routes)
  app.post<{ Body: typeof ada }>('/login', async (request, reply) => {
    await signIn(request, reply, { login: request.body.username, password: request.body.password })
    return { message: 'Login successful' }
  })
  app.get<{ Params: { name: string } }>('/hello/:name', { preHandler: guard() }, async (request) => ({
    message: `${principal(request).username} greets ${request.params.name}`,
  }))
  const signedIn = await app.inject({ method: 'POST', url: '/login', payload: ada })
  expect(signedIn.headers['cache-control']).toBe('private, no-store')
  const cookies = Object.fromEntries(signedIn.cookies.map(({ name, value }) => [name, value]))
  expect((await app.inject({ url: '/hello/bob', cookies })).json()).toEqual({ message: 'ada greets bob' })
})

it('the app of the guide sends strangers to its form, and keeps its mistakes to itself', async () => {
  const { auth, signedIn } = await createWorld()
  const app = await createApp(auth)
  onTestFinished(() => app.close())
  const headers = (await signedIn('token')).headers()
  const stranger = await app.inject('/dashboard')
  expect([stranger.statusCode, stranger.headers['location']]).toEqual([303, '/sign-in'])
  expect((await app.inject({ url: '/dashboard', headers })).json()).toEqual({ message: 'Welcome, ada' })
  const mistake = await app.inject({ url: '/mistake', headers })
  expect([mistake.statusCode, mistake.json()]).toEqual([500, { message: 'Our mistake.' }])
})
