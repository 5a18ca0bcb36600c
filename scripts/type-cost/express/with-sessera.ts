// The app whose types are weighed, with Sessera: pages, an API, a transfer that asks for a recent proof.

import express, { type Express } from 'express'
import { createAuth } from 'sessera'
import { forExpress } from 'sessera/express'
import { memory } from 'sessera/memory'
import { createBank } from '../bank.js'

const auth = createAuth({
  origin: 'http://localhost:3000',
  store: memory(),
  trustedOrigins: ['http://localhost:5173'],
  claims: (user) => ({ plan: user.roles.includes('pro') ? ('pro' as const) : ('free' as const) }),
})
const { routes, guard, principal, signIn, signOut, refusals } = forExpress(auth)
const bank = createBank()

export const app: Express = express()
app.use(routes, express.json())

app.post('/login', async (req, res) => {
  await signIn(req, res, { login: req.body.username, password: req.body.password })
  res.json({ message: 'Login successful' })
})

app.post('/logout', async (req, res) => {
  await signOut(req, res)
  res.json({ message: 'Logged out successfully' })
})

app.get('/dashboard', guard(), (req, res) => {
  const { username, claims } = principal(req)
  res.json({ message: `Welcome, ${username}`, plan: claims.plan })
})

app.get('/accounts', guard(), (req, res) => {
  res.json({ accounts: bank.accountsOf(principal(req).id) })
})

app.get('/accounts/:number', guard(), (req, res) => {
  const account = bank.find(req.params.number)
  if (account?.owner === principal(req).id) res.json(account)
  else res.status(404).json({ message: 'No such account' })
})

app.post('/transfer', guard({ check: 'store', provenWithin: '5m' }), (req, res) => {
  const { from, to, amount } = req.body
  res.json(bank.transfer({ by: principal(req).id, from, to, amount }))
})

app.get('/reports/:year', guard({ roles: ['auditor'] }), (req, res) => {
  res.json(bank.report(Number(req.params.year)))
})

app.use(refusals)
