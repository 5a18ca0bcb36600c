// The app of the suite on Fastify 5: the app's own error handler around, that of Sessera in the plugin with the routes.

import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { setImmediate as turnOfTheLoop } from 'node:timers/promises'
import fastify, { type FastifyPluginAsync, type FastifyReply, type FastifyRequest } from 'fastify'
import type { SignInBy, SignUpBy, StartFor } from '../../packages/sessera/src/domain/sign-in-by.js'
import { type FastifyOptions, forFastify } from '../../packages/sessera/src/frameworks/fastify.js'
import { type Fixture, fileBytes } from './fixture.js'

const inOwnWords: FastifyOptions = { onRefused: ({ code }, _request, reply) => reply.send({ refused: code }) }

export const fastifyFixture: Fixture = {
  name: 'Fastify 5',
  async start(auth, how = {}) {
    const failures: unknown[] = []
    const bound = forFastify(auth, how.onRefused === undefined ? {} : inOwnWords)
    const {
      routes,
      guard,
      guarded,
      principal,
      findPrincipal,
      signIn,
      signUp,
      startSession,
      signOut,
      refusals,
    } = bound
    const username = async (request: FastifyRequest) => ({ username: principal(request).username })
    const cached = async (_request: FastifyRequest, reply: FastifyReply) => {
      reply.header('Cache-Control', 'public, max-age=60')
      return { ok: true }
    }

    const app = fastify({ forceCloseConnections: true })
    app.setErrorHandler((error, _request, reply) => {
      failures.push(error)
      reply.code(500).send({ error: 'the app' })
    })
    await app.register(routes)
    const routesOfTheApp: FastifyPluginAsync = async (site) => {
      site.setErrorHandler(refusals)

      site.post<{ Body: Omit<SignInBy, 'login'> & { username: string } }>(
        '/login',
        async (request, reply) => {
          const { username: login, ...rest } = request.body
          return { tokens: await signIn(request, reply, { ...rest, login }) }
        },
      )
      site.post<{ Body: SignUpBy }>('/register', async (request, reply) => {
        const tokens = await signUp(request, reply, request.body)
        return reply.code(201).send({ tokens })
      })
      site.post<{ Body: StartFor }>('/start', async (request, reply) => ({
        tokens: await startSession(request, reply, request.body),
      }))
      site.post('/logout', async (request, reply) => {
        await signOut(request, reply)
        return { message: 'bye' }
      })
      site.get('/me', { preHandler: guard() }, async (request) => {
        const { username, claims } = principal(request)
        return { username, plan: claims.plan }
      })
      site.get('/admin', { config: guarded(site, { roles: ['admin'] }) }, username)
      site.get('/fresh', { onRequest: guard({ provenWithin: '5m', check: 'store' }) }, username)
      site.get('/token-only', { preHandler: [guard({ accept: ['token'] })] }, username)
      site.post<{ Body: { amount: number } }>('/transfer', { preHandler: guard() }, async (request) => ({
        from: principal(request).username,
        amount: request.body.amount,
      }))
      site.get('/maybe', async (request, reply) => ({
        username: (await findPrincipal(request, reply))?.username ?? null,
      }))
      site.get('/unguarded', username)
      site.get('/boom', { preHandler: guard() }, async () => {
        throw new Error('boom')
      })
      site.get('/stream', { preHandler: guard() }, async (_request, reply) =>
        reply.send(Readable.from(parts())),
      )
      site.get('/file', { preHandler: guard() }, async (_request, reply) =>
        reply.header('ETag', '"file"').type('application/octet-stream').send(fileBytes),
      )
      site.get('/cached', { preHandler: guard() }, cached)
      site.get('/public', cached)
      site.get('/twice', { onRequest: guard(), preHandler: guard() }, username)
    }
    await app.register(routesOfTheApp)
    await app.listen({ port: 0, host: '127.0.0.1' })
    return { port: (app.server.address() as AddressInfo).port, failures, close: () => app.close() }
  },
}

async function* parts(): AsyncGenerator<string> {
  for (const part of ['one', 'two', 'three']) {
    yield part
    await turnOfTheLoop()
  }
}
