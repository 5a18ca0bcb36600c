// The app on Hono whose types are weighed, with Sessera.

import { Hono } from 'hono'
import { createAuth } from 'sessera'
import { forHono } from 'sessera/hono'
import { memory } from 'sessera/memory'
import { createBank } from '../bank.js'

const auth = createAuth({
  origin: 'http://localhost:3000',
  store: memory(),
  trustedOrigins: ['http://localhost:5173'],
  claims: (user) => ({ plan: user.roles.includes('pro') ? ('pro' as const) : ('free' as const) }),
})
const { routes, guard, principal, signIn, signOut, refusals } = forHono(auth)
const bank = createBank()

export const app = new Hono()
app.use(routes)
app.onError(refusals)

app.post('/login', async (c) => {
  const { username, password } = await c.req.json()
  await signIn(c, { login: username, password })
  return c.json({ message: 'Login successful' })
})

app.post('/logout', async (c) => {
  await signOut(c)
  return c.json({ message: 'Logged out successfully' })
})

app.get('/dashboard', guard(), (c) => {
  const { username, claims } = principal(c)
  return c.json({ message: `Welcome, ${username}`, plan: claims.plan })
})

app.get('/accounts', guard(), (c) => c.json({ accounts: bank.accountsOf(principal(c).id) }))

app.get('/accounts/:number', guard(), (c) => {
  const account = bank.find(c.req.param('number'))
  return account?.owner === principal(c).id ? c.json(account) : c.json({ message: 'No such account' }, 404)
})

app.post('/transfer', guard({ check: 'store', provenWithin: '5m' }), async (c) => {
  const { from, to, amount } = await c.req.json()
  return c.json(bank.transfer({ by: principal(c).id, from, to, amount }))
})

app.get('/reports/:year', guard({ roles: ['auditor'] }), (c) =>
  c.json(bank.report(Number(c.req.param('year')))),
)
