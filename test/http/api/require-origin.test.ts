// `requireOrigin`: where nothing but browsers is welcome, who does not say which page they come from changes nothing.

import { expect, test } from 'vitest'
import { createWorld, origin, password } from '../../support/auth.js'

test.each([
  ['neither header', {}, 403],
  ['our own Origin', { origin }, 204],
  ['Sec-Fetch-Site: same-origin', { 'sec-fetch-site': 'same-origin' }, 204],
  ['another Origin', { origin: 'https://evil.example' }, 403],
] as const)('with requireOrigin, a sign-out with %s', async (_, headers, status) => {
  const world = await createWorld({ requireOrigin: true })
  const client = world.client()
  const json = { username: 'ada', password }
  await client.send('POST', '/auth/login', { json, headers: { origin } })
  expect((await client.send('POST', '/auth/logout', { headers })).status).toBe(status)
})

test('without it, what is no browser may sign out', async () => {
  const client = await (await createWorld()).signedIn('session')
  expect((await client.send('POST', '/auth/logout')).status).toBe(204)
})

test('with it, a program that would rather speak HTTP/2 still reads the public keys', async () => {
  const client = (await createWorld({ requireOrigin: true })).client()
  const path = '/.well-known/jwks.json'
  expect((await client.send('GET', path, { headers: { upgrade: 'h2c' } })).status).toBe(200)
  expect((await client.send('GET', path, { headers: { upgrade: 'websocket' } })).status).toBe(403)
})
