// The app on Fastify whose types are weighed, with Sessera.

import { fastify } from 'fastify'
import { createAuth } from 'sessera'
import { forFastify } from 'sessera/fastify'
import { memory } from 'sessera/memory'
import { createBank } from '../bank.js'

interface Credentials {
  readonly username: string
  readonly password: string
}

interface Order {
  readonly from: string
  readonly to: string
  readonly amount: number
}

const auth = createAuth({
  origin: 'http://localhost:3000',
  store: memory(),
  trustedOrigins: ['http://localhost:5173'],
  claims: (user) => ({ plan: user.roles.includes('pro') ? ('pro' as const) : ('free' as const) }),
})
const { routes, guard, principal, signIn, signOut, refusals } = forFastify(auth)
const bank = createBank()

export const app = fastify()
app.setErrorHandler(refusals)
await app.register(routes)

app.post<{ Body: Credentials }>('/login', async (request, reply) => {
  await signIn(request, reply, { login: request.body.username, password: request.body.password })
  return { message: 'Login successful' }
})

app.post('/logout', async (request, reply) => {
  await signOut(request, reply)
  return { message: 'Logged out successfully' }
})

app.get('/dashboard', { preHandler: guard() }, async (request) => {
  const { username, claims } = principal(request)
  return { message: `Welcome, ${username}`, plan: claims.plan, language: request.headers['accept-language'] }
})

app.get('/accounts', { preHandler: guard() }, async (request) => ({
  accounts: bank.accountsOf(principal(request).id),
}))

app.get<{ Params: { number: string } }>(
  '/accounts/:number',
  { preHandler: guard() },
  async (request, reply) => {
    const account = bank.find(request.params.number)
    return account?.owner === principal(request).id
      ? account
      : reply.code(404).send({ message: 'No such account' })
  },
)

app.post<{ Body: Order }>(
  '/transfer',
  { preHandler: guard({ check: 'store', provenWithin: '5m' }) },
  async (request) => {
    const { from, to, amount } = request.body
    return bank.transfer({ by: principal(request).id, from, to, amount })
  },
)

app.get<{ Params: { year: string } }>(
  '/reports/:year',
  { preHandler: guard({ roles: ['auditor'] }) },
  async (request) => bank.report(Number(request.params.year)),
)
