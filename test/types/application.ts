// An application as its author would write it: compiled, never run. No cast, no `any` of ours, no type argument.

import express, { type Express } from 'express'
import { createAuth } from 'sessera'
import { forExpress } from 'sessera/express'
import { sqlite } from 'sessera/sqlite'

export const auth = createAuth({
  origin: 'http://localhost:3000',
  secrets: ['a secret of thirty-two characters or more'],
  store: sqlite('auth.db'),
  trustedOrigins: ['http://localhost:5173'],
  claims: async (user) => ({ plan: user.roles.includes('pro') ? ('pro' as const) : ('free' as const) }),
})
export const bound = forExpress(auth)
const { routes, guard, principal, signIn, signOut, refusals } = bound

export const app: Express = express().use(express.json(), routes)

app.post('/login', async (req, res) => {
  await signIn(req, res, { login: req.body.username, password: req.body.password, mode: 'session' })
  res.json({ message: 'Login successful' })
})

app.get('/dashboard', guard(), (req, res) => {
  const me = principal(req)
  res.json({ message: `Welcome, ${me.username}`, plan: me.claims.plan satisfies 'pro' | 'free' })
})

app.get('/accounts/:number', guard({ roles: ['teller'], check: 'store', provenWithin: '5m' }), (req, res) => {
  res.json({ number: req.params.number, teller: principal(req).id })
})

app.get('/report', guard({ accept: ['token'], scopes: ['report:read'] }), (_req, res) => {
  res.json({})
})

app.post('/logout', async (req, res) => {
  await signOut(req, res)
  res.json({ message: 'Logged out successfully' })
})

app.use(refusals)
