// The same app where nobody is asked who it is, but a middleware stands wherever the other has one.

import { Hono, type MiddlewareHandler } from 'hono'
import { createBank } from '../bank.js'

const bank = createBank()
const everybody = { id: '1', username: 'ada', plan: 'free' } as const

const pass: MiddlewareHandler = async (_c, next) => next()

export const app = new Hono()
app.use(pass)

app.post('/login', async (c) => {
  const { username, password } = await c.req.json()
  return c.json({ message: 'Login successful', username, password })
})

app.post('/logout', async (c) => c.json({ message: 'Logged out successfully' }))

app.get('/dashboard', pass, (c) => {
  const { username, plan } = everybody
  return c.json({ message: `Welcome, ${username}`, plan })
})

app.get('/accounts', pass, (c) => c.json({ accounts: bank.accountsOf(everybody.id) }))

app.get('/accounts/:number', pass, (c) => {
  const account = bank.find(c.req.param('number'))
  return account?.owner === everybody.id ? c.json(account) : c.json({ message: 'No such account' }, 404)
})

app.post('/transfer', pass, async (c) => {
  const { from, to, amount } = await c.req.json()
  return c.json(bank.transfer({ by: everybody.id, from, to, amount }))
})

app.get('/reports/:year', pass, (c) => c.json(bank.report(Number(c.req.param('year')))))
