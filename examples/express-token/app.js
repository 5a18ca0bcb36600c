// A dashboard behind an access token: Express as usual, and what forExpress returns.

import express from 'express'
import { forExpress } from 'sessera/express'

/** @param {import('sessera').Auth} auth */
export function createApp(auth) {
  const { routes, guard, principal, signIn, refusals } = forExpress(auth, {
    onRefused({ status, code, message }, _req, res) {
      if (code === 'invalid_credentials') res.json({ message: 'Invalid credentials' })
      else res.json({ message: status === 401 ? 'Unauthorized' : message })
    },
  })
  const app = express()

  app.use(routes, express.json())

  app.post('/login', async (req, res) => {
    const { username, password } = req.body ?? {}
    const tokens = await signIn(req, res, { login: username, password, mode: 'token', refresh: 'cookie' })
    res.json({ token: tokens?.access_token })
  })

  app.get('/dashboard', guard(), (req, res) => {
    res.json({ message: `Welcome, ${principal(req).username}` })
  })

  app.use(refusals)
  return app
}
