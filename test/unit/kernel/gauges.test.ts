// What a process tells of its own work: true numbers, and none that a request pays for.

import { expect, test } from 'vitest'
import { createAuth } from '../../../packages/sessera/src/create-auth.js'
import { memory } from '../../../packages/sessera/src/stores/memory.js'
import { createWorld, type World } from '../../support/auth.js'

function gauges(world: World): NonNullable<ReturnType<World['auth']['gauges']>> {
  const read = world.auth.gauges()
  if (read === null) throw new Error('The store is not open.')
  return read
}

test('without an open store there are none', async () => {
  const auth = createAuth({ origin: 'http://localhost:3000', store: memory() })
  expect(auth.gauges()).toBeNull()
  await auth.ready()
  expect(auth.gauges()).not.toBeNull()
  await auth.close()
  expect(auth.gauges()).toBeNull()
})

test.each(['session', 'token', 'hybrid'] as const)(
  'a %s is verified once, and known from memory from then on',
  async (mode) => {
    const world = await createWorld()
    const client = await world.signedIn(mode)
    const before = gauges(world).remembered
    for (const _ of [1, 2, 3]) await client.me()
    const { hits, misses, entries, bytes } = gauges(world).remembered
    expect([hits - before.hits, misses - before.misses, entries]).toEqual([2, 1, 1])
    expect(bytes).toBeGreaterThan(0)
  },
)

test('what must be read from the store in any case is neither', async () => {
  const world = await createWorld()
  const client = await world.signedIn('session')
  await client.me()
  const before = gauges(world).remembered
  await world.auth.authenticate(client.headers(), { check: 'store' })
  expect(gauges(world).remembered).toMatchObject({ hits: before.hits, misses: before.misses })
  await world.auth.authenticate(client.headers())
  expect(gauges(world).remembered).toMatchObject({ hits: before.hits + 1, misses: before.misses })
})

test('a credential that opens nothing is a miss each time', async () => {
  const world = await createWorld()
  const client = await world.signedIn('session')
  const held = client.copy()
  await client.logout()
  const before = gauges(world).remembered
  for (const _ of [1, 2]) expect((await held.copy().me()).status).toBe(401)
  expect(gauges(world).remembered).toMatchObject({ hits: before.hits, misses: before.misses + 2 })
})

test('the age of the lease is the time since the last confirmation', async () => {
  const world = await createWorld()
  const client = await world.signedIn('session')
  await client.me()
  const { leaseAgeMs } = gauges(world)
  world.clock.advance(400)
  expect(gauges(world).leaseAgeMs).toBe((leaseAgeMs ?? 0) + 400)
  world.clock.advance(700)
  await client.me()
  expect(gauges(world).leaseAgeMs).toBe(0)
})

test('the position follows the changes', async () => {
  const world = await createWorld()
  const client = await world.signedIn('session')
  const { feedPosition } = gauges(world)
  await client.logout()
  expect(gauges(world).feedPosition).toBe(feedPosition + 1)
})
