// The app of the recipes, as CommonJS.

const express = require('express')
const { forExpress } = require('sessera/express')

/** @param {import('sessera').Auth} auth */
function createApp(auth) {
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

module.exports = { createApp }
