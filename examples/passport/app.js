// Passport proves who somebody is; Sessera begins the session. Passport's own session, and with it a session store and
// serializeUser, are not used.

import express from 'express'
import passport from 'passport'
import { Strategy } from 'passport-local'
import { forExpress } from 'sessera/express'

/**
 * @param {import('sessera').Auth} auth made with `users: createUserSource(members)`
 * @param {ReturnType<typeof import('./members.js').openMembers>} members
 */
export function createApp(auth, members) {
  const { routes, guard, principal, startSession, signOut, refusals } = forExpress(auth)
  const app = express()

  const local = new Strategy((username, password, done) => {
    if (typeof username !== 'string' || typeof password !== 'string') done(null, false)
    else members.prove(username, password).then((member) => done(null, member ?? false), done)
  })

  app.use(routes, express.json())

  app.post('/login', passport.authenticate(local, { session: false }), async (req, res) => {
    await startSession(req, res, { userId: req.user?.id ?? '', factors: ['pwd'] })
    res.json({ message: 'Login successful' })
  })

  app.get('/home', guard(), (req, res) => {
    const { username, roles } = principal(req)
    res.json({ message: `Welcome, ${username}`, roles })
  })

  app.post('/logout', async (req, res) => {
    await signOut(req, res)
    res.json({ message: 'Logged out successfully' })
  })

  app.use(refusals)
  return app
}
