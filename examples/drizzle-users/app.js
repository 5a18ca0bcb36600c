// An app that keeps its users itself: its own sign-up, its own roles. Sessera is told what changed.

import { hash } from '@node-rs/argon2'
import { eq } from 'drizzle-orm'
import express from 'express'
import { forExpress } from 'sessera/express'
import { people } from './people.js'

/**
 * @param {import('sessera').Auth<{ name: string }>} auth made with `users: createUserSource(db)`
 * @param {ReturnType<typeof import('./people.js').openPeople>} db
 */
export function createApp(auth, db) {
  const { routes, guard, principal, signIn, startSession, refusals } = forExpress(auth)
  const app = express()

  app.use(routes, express.json())

  app.post('/sign-up', async (req, res) => {
    const { email, name, password } = req.body ?? {}
    const mistake = mistakeIn(email, name, password)
    if (mistake !== null) {
      res.status(400).json({ message: mistake })
      return
    }
    const passwordHash = await hash(password, { memoryCost: 19_456, timeCost: 2, parallelism: 1 })
    const [person] = await db
      .insert(people)
      .values({ email: email.trim().toLowerCase(), name, passwordHash })
      .onConflictDoNothing()
      .returning()
    if (person === undefined) res.status(409).json({ message: 'This address is registered already.' })
    else {
      await startSession(req, res, { userId: String(person.id), factors: ['pwd'] })
      res.status(201).json({ message: `Welcome, ${name}` })
    }
  })

  app.post('/sign-in', async (req, res) => {
    const { email, password } = req.body ?? {}
    await signIn(req, res, { login: email, password })
    res.json({ message: 'Welcome back' })
  })

  app.get('/home', guard(), (req, res) => {
    const { claims, roles } = principal(req)
    res.json({ name: claims.name, roles })
  })

  const admin = guard({ roles: ['admin'], check: 'store' })

  app.put('/people/:id/role', admin, async (req, res) => {
    const role = req.body?.role === 'admin' ? 'admin' : 'member'
    await db
      .update(people)
      .set({ role })
      .where(eq(people.id, Number(req.params.id)))
    await auth.users.changed(String(Number(req.params.id)))
    res.sendStatus(204)
  })

  app.put('/people/:id/blocked', admin, async (req, res) => {
    await db
      .update(people)
      .set({ blocked: true })
      .where(eq(people.id, Number(req.params.id)))
    await auth.users.disable(String(Number(req.params.id)))
    res.sendStatus(204)
  })

  app.use(refusals)
  return app
}

/** @param {unknown} email @param {unknown} name @param {unknown} password */
function mistakeIn(email, name, password) {
  if (typeof email !== 'string' || !/^[^@\s]{1,64}@[^@\s]{1,63}$/.test(email.trim()))
    return 'Write an address.'
  if (typeof name !== 'string' || name === '' || name.length > 100) return 'Write a name.'
  if (typeof password !== 'string' || password.length < 15) return 'Take a password of 15 characters or more.'
  return password.length > 256 ? 'Take a password of at most 256 characters.' : null
}
