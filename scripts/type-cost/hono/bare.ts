// The same app where nobody is asked who it is.

import { Hono } from 'hono'
import { createBank } from '../bank.js'

const bank = createBank()
const everybody = { id: '1', username: 'ada', plan: 'free' } as const

export const app = new Hono()

app.post('/login', async (c) => {
  const { username, password } = await c.req.json()
  return c.json({ message: 'Login successful', username, password })
})

app.post('/logout', async (c) => c.json({ message: 'Logged out successfully' }))

app.get('/dashboard', (c) => {
  const { username, plan } = everybody
  return c.json({ message: `Welcome, ${username}`, plan })
})

app.get('/accounts', (c) => c.json({ accounts: bank.accountsOf(everybody.id) }))

app.get('/accounts/:number', (c) => {
  const account = bank.find(c.req.param('number'))
  return account?.owner === everybody.id ? c.json(account) : c.json({ message: 'No such account' }, 404)
})

app.post('/transfer', async (c) => {
  const { from, to, amount } = await c.req.json()
  return c.json(bank.transfer({ by: everybody.id, from, to, amount }))
})

app.get('/reports/:year', (c) => c.json(bank.report(Number(c.req.param('year')))))
