// One user has only so many sessions: a new one ends those that were unused longest.

import { describe, expect, test } from 'vitest'
import { atOnce, createWorld, password, setUps } from '../../support/auth.js'
import type { Client } from '../../support/client.js'

describe.each(setUps)('on $name', ({ create }) => {
  test('one beyond ends the one that was unused longest, at once, and its holder is out', async () => {
    const world = await create({ sessions: { perUser: 3 } })
    const clients: Client[] = []
    for (const mode of ['session', 'token', 'hybrid'] as const) {
      clients.push(await world.signedIn(mode))
      world.clock.advance(1000)
    }
    const [first, second, third] = clients
    const ended = (await first?.me())?.body.sessionId
    expect((await second?.me())?.status).toBe(200)
    await world.addUser('bob')
    const bob = await world.signedIn('session', 'bob')
    const fourth = await world.signedIn('session')
    const statuses = [first, second, third, fourth, bob].map(async (client) => (await client?.me())?.status)
    expect(await Promise.all(statuses)).toEqual([401, 200, 200, 200, 200])
    expect(world.events.filter(({ name }) => name === 'sessionEnded')).toEqual([
      expect.objectContaining({ sessionId: ended, cause: 'too_many' }),
    ])
  })

  test('fifty at once leave exactly as many as there may be', async () => {
    const world = await create({ sessions: { perUser: 5 } })
    const userId = await world.addUser('bob')
    const started = await atOnce(50, () => world.auth.sessions.start({ userId }))
    const left = await world.auth.sessions.list(userId)
    expect(left).toHaveLength(5)
    const alive = await Promise.all(
      started.map(({ setCookies: [cookie = ''] }) =>
        world.auth.authenticate({ cookie: cookie.split(';', 1)[0] }).then(
          ({ sessionId }) => sessionId,
          () => null,
        ),
      ),
    )
    expect(alive.filter((sessionId) => sessionId !== null).sort()).toEqual(left.map(({ id }) => id).sort())
    expect(world.events.filter(({ name }) => name === 'sessionEnded')).toHaveLength(45)
  })
})

test('a sign-in below the limit costs one read more, and no write', async () => {
  const world = await createWorld({ sessions: { perUser: 2 } })
  await world.signedIn('session')
  world.store.forget()
  await world.signedIn('session')
  expect(world.store.calls).toContain('sessions.list')
  expect(world.store.calls).not.toContain('sessions.endBeyond')
  await world.signedIn('session')
  expect(world.store.calls.filter((name) => name === 'sessions.endBeyond')).toHaveLength(1)
})

test('whoever knows the password cannot keep the owner out by signing in again and again', async () => {
  const world = await createWorld({ sessions: { perUser: 2 } })
  for (let index = 0; index < 5; index++) await world.signedIn('session')
  expect((await (await world.signedIn('session')).me()).status).toBe(200)
  expect((await world.client().login('ada', password)).status).toBe(200)
})
