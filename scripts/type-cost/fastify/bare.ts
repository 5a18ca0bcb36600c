// The same app where nobody is asked who it is.

import { fastify } from 'fastify'
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

const bank = createBank()
const everybody = { id: '1', username: 'ada', plan: 'free' } as const

export const app = fastify()

app.post<{ Body: Credentials }>('/login', async (request) => {
  return { message: 'Login successful', username: request.body.username, password: request.body.password }
})

app.post('/logout', async () => ({ message: 'Logged out successfully' }))

app.get('/dashboard', async (request) => {
  const { username, plan } = everybody
  return { message: `Welcome, ${username}`, plan, language: request.headers['accept-language'] }
})

app.get('/accounts', async () => ({ accounts: bank.accountsOf(everybody.id) }))

app.get<{ Params: { number: string } }>('/accounts/:number', async (request, reply) => {
  const account = bank.find(request.params.number)
  return account?.owner === everybody.id ? account : reply.code(404).send({ message: 'No such account' })
})

app.post<{ Body: Order }>('/transfer', async (request) => {
  const { from, to, amount } = request.body
  return bank.transfer({ by: everybody.id, from, to, amount })
})

app.get<{ Params: { year: string } }>('/reports/:year', async (request) =>
  bank.report(Number(request.params.year)),
)
