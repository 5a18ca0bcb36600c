// The recipe for Vitest.

import type { AddressInfo } from 'node:net'
import { createTestAuth } from 'sessera/testing'
import { afterAll, expect, test } from 'vitest'
import { createApp } from '../app.js'

const t = createTestAuth()
const server = createApp(t.auth).listen(0)
const app = `http://localhost:${(server.address() as AddressInfo).port}`

afterAll(async () => {
  server.close()
  await t.close()
})

test('the dashboard welcomes whoever is signed in', async () => {
  const ada = await t.as({ username: 'ada', app })
  const answer = await ada.fetch('/dashboard')
  expect(await answer.text()).toBe('Welcome, ada')
})

test('only tellers transfer money, and only soon after they have signed in', async () => {
  const transfer = async (who: object) =>
    (await (await t.as({ ...who, app })).fetch('/transfer', { method: 'POST' })).status
  expect(await transfer({ roles: ['teller'] })).toBe(200)
  expect(await transfer({ roles: ['clerk'] })).toBe(403)
  expect(await transfer({ roles: ['teller'], provenAgo: '10m' })).toBe(401)
})

test('a session ends after an hour without use', async () => {
  const ada = await t.as({ app })
  t.clock.advance('61m')
  expect((await ada.fetch('/dashboard')).status).toBe(401)
})

test.each(['session', 'token', 'hybrid'] as const)('the app takes mode %s', async (mode) => {
  const ada = await t.as({ mode, app })
  expect((await ada.fetch('/dashboard')).status).toBe(200)
})
