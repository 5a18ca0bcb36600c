// When a session ends by itself: by the store's clock, whatever the browser kept, in every set-up and mode.

import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { type Mode, modes } from '../../../packages/sessera/src/domain/principal.js'
import { password, setUps, type World } from '../../support/auth.js'
import type { Client } from '../../support/client.js'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

/** Whether the client still gets in, by whatever its mode offers. Its use has been written down when this answers. */
async function getsIn(client: Client, mode: Mode): Promise<boolean> {
  if (mode === 'token' && (await client.me()).status === 401) await client.refresh()
  const { status } = await client.me()
  await writesLanded()
  return status === 200
}

/** No request waits for the record of its use, and a store may group its writes by turns of the event loop. */
async function writesLanded(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await nextTurn()
}

/** In use every half hour for `ms`. */
async function useFor(world: World, client: Client, mode: Mode, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += hour / 2) {
    world.clock.advance(hour / 2)
    if (!(await getsIn(client, mode))) throw new Error(`Refused after ${passed} ms.`)
  }
}

describe.each(setUps)('on $name', ({ create }) => {
  describe.each(modes)('in %s mode', (mode) => {
    test('an hour without use is the end', async () => {
      const world = await create()
      const client = await world.signedIn(mode)
      world.clock.advance(hour - 1)
      expect(await getsIn(client, mode)).toBe(true)
      world.clock.advance(hour)
      expect(await getsIn(client, mode)).toBe(false)
    })

    test('a day is the end, however busy', async () => {
      const world = await create()
      const client = await world.signedIn(mode)
      await useFor(world, client, mode, day - hour / 2)
      world.clock.advance(hour / 2 - 1)
      expect(await getsIn(client, mode)).toBe(true)
      world.clock.advance(1)
      expect(await getsIn(client, mode)).toBe(false)
    })

    test('remembered, it is a week without use and thirty days in all', async () => {
      const world = await create()
      const client = await world.signedIn(mode, 'ada', { remember: true })
      const idle = await world.signedIn(mode, 'ada', { remember: true })
      for (let days = 6; days < 30; days += 6) {
        world.clock.advance(6 * day)
        expect(await getsIn(client, mode)).toBe(true)
      }
      expect(await getsIn(idle, mode)).toBe(false)
      world.clock.advance(6 * day - 1)
      expect(await getsIn(client, mode)).toBe(true)
      world.clock.advance(1)
      expect(await getsIn(client, mode)).toBe(false)
    })
  })

  test('an access token ends after five minutes, and no refresh moves the end of its session', async () => {
    const world = await create()
    const client = await world.signedIn('token')
    const { expiresAt } = await firstSession(world, client)
    world.clock.advance(5 * minute - 1)
    expect((await client.me()).status).toBe(200)
    world.clock.advance(1)
    const refused = await client.me()
    expect([refused.status, refused.body.code]).toEqual([401, 'invalid_token'])
    expect(refused.headers.get('www-authenticate')).toContain('error="invalid_token"')
    expect((await client.refresh()).body.expires_in).toBe(300)
    expect((await firstSession(world, client)).expiresAt).toBe(expiresAt)
  })

  test('use is written down at most once a minute', async () => {
    const world = await create()
    const client = await world.signedIn('session')
    world.store.forget()
    for (let seconds = 0; seconds < 600; seconds += 2) {
      world.clock.advance(2000)
      await client.me()
      await writesLanded()
    }
    const touches = world.store.calls.filter((name) => name === 'sessions.touch')
    expect(touches.length).toBeGreaterThanOrEqual(9)
    expect(touches.length).toBeLessThanOrEqual(10)
  })

  test('what was outranked is not shown among the devices, even before its row is gone', async () => {
    const world = await create()
    const { id = '' } = (await (await world.signedIn('session')).me()).body
    expect(await world.auth.sessions.list(id)).toHaveLength(1)
    await world.store.opened().subjects.raiseEpoch(id, null)
    expect(await world.auth.sessions.list(id)).toEqual([])
  })

  test('what has ended is not shown among the devices', async () => {
    const world = await create()
    await world.signedIn('session')
    world.clock.advance(hour)
    const client = world.client()
    await client.login('ada', password)
    expect((await client.send('GET', '/auth/sessions')).body.sessions).toHaveLength(1)
  })
})

test('the end of an access token is exact where it is remembered, too', async () => {
  const [setUp] = setUps
  const world = await setUp?.create({ tokens: { lifetime: '2s' } })
  if (world === undefined) throw new Error('There is a first set-up.')
  const client = await world.signedIn('token')
  world.clock.advance(1500)
  expect((await client.me()).status).toBe(200)
  world.clock.advance(499)
  expect((await client.me()).status).toBe(200)
  world.clock.advance(1)
  expect((await client.me()).status).toBe(401)
})

async function firstSession(world: World, client: Client): Promise<{ readonly expiresAt: number }> {
  const me = await client.me()
  const [session] = await world.auth.sessions.list(me.body.id ?? '')
  if (session === undefined) throw new Error('There is no session.')
  return session
}
