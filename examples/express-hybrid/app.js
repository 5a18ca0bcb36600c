// A dashboard behind two cookies, a session and an access token: Express as usual, and what forExpress returns.

import express from 'express'
import { forExpress } from 'sessera/express'
import { createShop } from './shop.js'

/** @param {import('sessera').Auth} auth */
export function createApp(auth) {
  const { routes, guard, principal, signIn, signOut, refusals } = forExpress(auth, {
    onRefused({ status, code, message }, _req, res) {
      if (code === 'invalid_credentials') res.json({ message: 'Invalid credentials' })
      else res.json({ message: status === 401 ? 'Unauthorized' : message })
    },
  })
  const app = express()

  app.use(routes, express.json())

  app.post('/login', async (req, res) => {
    const { username, password } = req.body ?? {}
    await signIn(req, res, { login: username, password, mode: 'hybrid' })
    res.json({ message: 'Login successful' })
  })

  app.get('/dashboard', guard(), (req, res) => {
    res.json({ message: `Welcome, ${principal(req).username}` })
  })

  app.post('/logout', async (req, res) => {
    await signOut(req, res)
    res.json({ message: 'Logged out successfully' })
  })

  app.use(createShop(auth))
  app.use(refusals)
  return app
}
