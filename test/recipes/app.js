// The app that the recipes of the testing guide test: a page for whoever is signed in, and something only tellers may do.

import express from 'express'
import { forExpress } from 'sessera/express'

/** @param {import('sessera').Auth} auth */
export function createApp(auth) {
  const { routes, guard, principal, refusals } = forExpress(auth)
  const app = express()

  app.use(routes, express.json())

  app.get('/', (_req, res) => {
    res.send('For everybody')
  })

  app.get('/dashboard', guard(), (req, res) => {
    res.send(`Welcome, ${principal(req).username}`)
  })

  app.post('/transfer', guard({ roles: ['teller'], provenWithin: '5m' }), (_req, res) => {
    res.json({ message: 'Done' })
  })

  app.use(refusals)
  return app
}
