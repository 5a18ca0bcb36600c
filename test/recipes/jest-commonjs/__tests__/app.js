// @ts-nocheck: Jest is installed when it is needed
// The recipe for Jest with CommonJS.

const { afterAll, expect, test } = require('@jest/globals')
const { createTestAuth } = require('sessera/testing')
const { createApp } = require('../app.js')

const t = createTestAuth()
const server = createApp(t.auth).listen(0)
const app = `http://localhost:${server.address().port}`

afterAll(async () => {
  server.close()
  await t.close()
})

test.each(['session', 'token', 'hybrid'])('the dashboard welcomes whoever is signed in: %s', async (mode) => {
  const ada = await t.as({ username: 'ada', mode, app })
  const answer = await ada.fetch('/dashboard')
  expect(await answer.text()).toBe('Welcome, ada')
})

test('only tellers transfer money, and only soon after they have signed in', async () => {
  const late = await t.as({ roles: ['teller'], provenAgo: '10m', app })
  expect((await late.fetch('/transfer', { method: 'POST' })).status).toBe(401)
  const teller = await t.as({ roles: ['teller'], app })
  expect((await teller.fetch('/transfer', { method: 'POST' })).status).toBe(200)
})
