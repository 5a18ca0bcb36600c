// The same app with sessions by hand: a map of hashed ids, a cookie, and nothing of what that leaves out.

import { createHash, randomBytes } from 'node:crypto'
import express, { type Express, type Request, type RequestHandler, type Response } from 'express'
import { createBank } from '../bank.js'

interface Person {
  readonly id: string
  readonly username: string
  readonly roles: readonly string[]
  readonly plan: 'pro' | 'free'
  readonly provenAt: number
}

const people = new Map<string, { readonly password: string; readonly person: Omit<Person, 'provenAt'> }>()
const sessions = new Map<string, Person>()
const passed = new WeakMap<Request, Person>()
const bank = createBank()

function keyOf(req: Request): string {
  const id = /(?:^|; )id=([^;]+)/.exec(req.headers.cookie ?? '')?.[1] ?? ''
  return createHash('sha256').update(id).digest('hex')
}

function guard(
  demands: { readonly roles?: readonly string[]; readonly provenWithinMs?: number } = {},
): RequestHandler {
  return (req, res, next) => {
    const person = sessions.get(keyOf(req))
    const { roles, provenWithinMs = Number.POSITIVE_INFINITY } = demands
    if (person === undefined || Date.now() - person.provenAt > provenWithinMs) {
      res.status(401).json({ message: 'Unauthorized' })
    } else if (roles !== undefined && !roles.some((role) => person.roles.includes(role))) {
      res.status(403).json({ message: 'Forbidden' })
    } else {
      passed.set(req, person)
      next()
    }
  }
}

function personOf(req: Request): Person {
  const person = passed.get(req)
  if (person === undefined) throw new Error('Nobody has passed a guard here.')
  return person
}

function signIn(res: Response, username: string, password: string): boolean {
  const found = people.get(username)
  if (found === undefined || found.password !== createHash('sha256').update(password).digest('hex'))
    return false
  const id = randomBytes(32).toString('base64url')
  sessions.set(createHash('sha256').update(id).digest('hex'), { ...found.person, provenAt: Date.now() })
  res.cookie('id', id, { httpOnly: true, sameSite: 'lax' })
  return true
}

export const app: Express = express()
app.use(express.json())

app.post('/login', (req, res) => {
  if (signIn(res, req.body.username, req.body.password)) res.json({ message: 'Login successful' })
  else res.status(401).json({ message: 'Invalid credentials' })
})

app.post('/logout', (req, res) => {
  sessions.delete(keyOf(req))
  res.clearCookie('id').json({ message: 'Logged out successfully' })
})

app.get('/dashboard', guard(), (req, res) => {
  const { username, plan } = personOf(req)
  res.json({ message: `Welcome, ${username}`, plan })
})

app.get('/accounts', guard(), (req, res) => {
  res.json({ accounts: bank.accountsOf(personOf(req).id) })
})

app.get('/accounts/:number', guard(), (req: Request<{ number: string }>, res) => {
  const account = bank.find(req.params.number)
  if (account?.owner === personOf(req).id) res.json(account)
  else res.status(404).json({ message: 'No such account' })
})

app.post('/transfer', guard({ provenWithinMs: 300_000 }), (req, res) => {
  const { from, to, amount } = req.body
  res.json(bank.transfer({ by: personOf(req).id, from, to, amount }))
})

app.get('/reports/:year', guard({ roles: ['auditor'] }), (req, res) => {
  res.json(bank.report(Number(req.params['year'])))
})
