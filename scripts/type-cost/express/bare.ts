// The same app where nobody is asked who it is.

import express, { type Express } from 'express'
import { createBank } from '../bank.js'

const bank = createBank()
const everybody = { id: '1', username: 'ada', plan: 'free' } as const

export const app: Express = express()
app.use(express.json())

app.post('/login', async (req, res) => {
  res.json({ message: 'Login successful', username: req.body.username, password: req.body.password })
})

app.post('/logout', async (_req, res) => {
  res.json({ message: 'Logged out successfully' })
})

app.get('/dashboard', (_req, res) => {
  const { username, plan } = everybody
  res.json({ message: `Welcome, ${username}`, plan })
})

app.get('/accounts', (_req, res) => {
  res.json({ accounts: bank.accountsOf(everybody.id) })
})

app.get('/accounts/:number', (req, res) => {
  const account = bank.find(req.params.number)
  if (account?.owner === everybody.id) res.json(account)
  else res.status(404).json({ message: 'No such account' })
})

app.post('/transfer', (req, res) => {
  const { from, to, amount } = req.body
  res.json(bank.transfer({ by: everybody.id, from, to, amount }))
})

app.get('/reports/:year', (req, res) => {
  res.json(bank.report(Number(req.params.year)))
})
