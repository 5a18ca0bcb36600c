// An API for people who are signed in: Fastify as usual, and what forFastify returns.

import fastify from 'fastify'
import { forFastify } from 'sessera/fastify'

const text = { type: 'string', minLength: 1, maxLength: 300 }
const login = {
  body: {
    type: 'object',
    required: ['username', 'password'],
    properties: { username: text, password: text },
  },
}
const newTask = { body: { type: 'object', required: ['title'], properties: { title: text } } }

/**
 * @typedef {import('fastify').FastifyRequest<{ Body: { username: string, password: string } }>} LoginRequest
 * @typedef {import('fastify').FastifyRequest<{ Body: { title: string } }>} NewTaskRequest
 */

/** @param {import('sessera').Auth} auth */
export async function createApp(auth) {
  const { routes, guard, guarded, principal, signIn, refusals } = forFastify(auth)
  /** @type {{ owner: string, title: string }[]} */
  const tasks = []
  const app = fastify()

  app.setErrorHandler(refusals)
  await app.register(routes)

  app.post('/login', { schema: login }, async (/** @type {LoginRequest} */ request, reply) => {
    const { username, password } = request.body
    return await signIn(request, reply, { login: username, password, mode: 'token' })
  })

  app.register((own, _options, done) => {
    own.addHook('onRequest', guard())
    own.get('/tasks', async (request) => tasks.filter(({ owner }) => owner === principal(request).id))
    own.post('/tasks', { schema: newTask }, async (/** @type {NewTaskRequest} */ request, reply) => {
      const task = { owner: principal(request).id, title: request.body.title }
      tasks.push(task)
      return reply.code(201).send(task)
    })
    done()
  })

  app.get('/everything', { config: guarded(app, { roles: ['admin'] }) }, async () => tasks)
  return app
}
