// What the guide to Fastify shows beside its example: an error handler of the app's own, and a page that sends to the form.

import fastify, { type FastifyInstance, type FastifyPluginAsync } from 'fastify'
import type { Auth } from '../../packages/sessera/src/auth.js'
import { forFastify } from '../../packages/sessera/src/frameworks/fastify.js'

export async function createApp(auth: Auth<object>): Promise<FastifyInstance> {
  const { routes, guard, principal, refusals } = forFastify(auth, {
    onRefused({ status, message }, _request, reply) {
      if (status === 401) return reply.redirect('/sign-in', 303)
      return reply.type('text/plain').send(message)
    },
  })
  const site: FastifyPluginAsync = async (app) => {
    app.setErrorHandler(refusals)
    app.get('/dashboard', { preHandler: guard({ provenWithin: '1h' }) }, async (request) => {
      return { message: `Welcome, ${principal(request).username}` }
    })
    app.get('/mistake', { preHandler: guard() }, async () => {
      throw new Error('a mistake of the app')
    })
  }

  const app = fastify()
  app.setErrorHandler((error, _request, reply) => {
    app.log.error(error)
    reply.code(500).send({ message: 'Our mistake.' })
  })
  await app.register(routes)
  await app.register(site)
  return app
}
