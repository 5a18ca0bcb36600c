// What other sites make browsers send is on record, whoever was signed in there; and no more of it than a disk can bear.

import { describe, expect, test } from 'vitest'
import { createWorld, password } from '../../support/auth.js'
import { serve } from '../../support/server.js'

const foreign = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }

async function setScene() {
  const world = await createWorld()
  const client = await world.signedIn('session')
  const { sessionId } = (await client.me()).body
  const recorded = () => world.auth.audit.list({ name: 'authz_fail', limit: 1000 })
  return { world, client, sessionId, recorded }
}

describe('a request of another site', () => {
  test('to the API is one line, with what is known of the sender', async () => {
    const { client, recorded } = await setScene()
    const headers = { ...foreign, 'user-agent': 'a browser' }
    const { status } = await client.send('POST', '/auth/logout', { headers })
    expect(status).toBe(403)
    expect(await recorded()).toMatchObject([
      { actorId: null, userId: null, sessionId: null, userAgent: 'a browser', cause: 'origin_refused' },
    ])
  })

  test('to a page of the app names whose browser it was', async () => {
    const { world, client, sessionId, recorded } = await setScene()
    const server = await serve(world)
    const headers = Object.entries({ ...client.headers(), ...foreign })
    expect((await server.send({ path: '/transfer', json: {}, headers })).status).toBe(403)
    expect(await recorded()).toMatchObject([
      { actorId: null, userId: expect.any(String), sessionId, cause: 'origin_refused' },
    ])
  })

  test('is refused as such, whatever its sender would have to show besides', async () => {
    const { world, client, sessionId, recorded } = await setScene()
    const headers = { ...client.headers(), ...foreign }
    const asked = () => world.auth.authenticate(headers, { roles: ['admin'] })
    await expect(asked()).rejects.toMatchObject({ code: 'origin_refused' })
    await world.auth.authenticate(client.headers())
    await expect(asked()).rejects.toMatchObject({ code: 'origin_refused' })
    const line = { sessionId, cause: 'origin_refused' }
    expect(await recorded()).toMatchObject([line, line])
  })

  test('is not on record where nothing is refused', async () => {
    const { client, recorded } = await setScene()
    await client.send('GET', '/auth/me', { headers: foreign })
    await client.reauthenticate(password)
    expect(await recorded()).toEqual([])
  })
})

test('a flood of them fills no disk', async () => {
  const { client, recorded } = await setScene()
  for (let count = 0; count < 700; count++) {
    await client.send('POST', '/auth/logout', { headers: foreign })
  }
  const kept = await recorded()
  expect(kept.length).toBeGreaterThan(0)
  expect(kept.length).toBeLessThanOrEqual(600)
})
