// A raise of privilege replaces the handle. Whoever still holds the old one is nobody's thief, and gains nothing.

import { describe, expect, test } from 'vitest'
import type { Demands } from '../../../packages/sessera/src/domain/demands.js'
import { type Mode, modes } from '../../../packages/sessera/src/domain/principal.js'
import { AuthError } from '../../../packages/sessera/src/errors.js'
import { atOnce, password, setUps, tally, type World } from '../../support/auth.js'
import type { Client } from '../../support/client.js'

const grace = 10_000
const cookieModes = ['session', 'hybrid'] as const

/** `passes`, or the code of the refusal. */
async function outcome(world: World, client: Client, demands: Demands = {}): Promise<string> {
  const headers = client.headers()
  return await world.auth.authenticate(headers, demands, { method: 'GET' }).then(
    () => 'passes',
    (error: unknown) =>
      error instanceof Error && 'code' in error ? String(error.code) : `threw ${String(error)}`,
  )
}

/** Signed in ten minutes ago, and just used. */
async function signedInEarlier(world: World, mode: Mode): Promise<Client> {
  const client = await world.signedIn(mode)
  world.clock.advance(600_000)
  if (mode === 'token') await client.refresh()
  else await client.me()
  world.clock.advance(grace)
  return client
}

describe.each(setUps)('on $name', ({ create }) => {
  test.each(modes)('in %s mode it renews the proof and the handle, and keeps the session', async (mode) => {
    const world = await create()
    const client = await signedInEarlier(world, mode)
    const before = (await client.me()).body
    expect(await outcome(world, client, { provenWithin: '5m' })).toBe('reauthentication_required')
    const { held } = client
    const reply = await client.reauthenticate(password)
    expect(reply.status).toBe(200)
    expect(reply.body.session?.id).toBe(before.sessionId)
    expect(reply.body.session?.provenAt).toBe(Math.floor(world.clock.now() / 1000) * 1000)
    expect(client.held).not.toEqual(held)
    expect(await outcome(world, client, { provenWithin: '5m' })).toBe('passes')
  })

  test.each(modes)('in %s mode a wrong password changes nothing', async (mode) => {
    const world = await create()
    const client = await signedInEarlier(world, mode)
    const { held } = client
    const reply = await client.reauthenticate('not this one at all')
    expect([reply.status, reply.body.code]).toEqual([401, 'invalid_credentials'])
    expect(client.held).toEqual(held)
    expect((await client.me()).status).toBe(200)
    expect(await outcome(world, client, { provenWithin: '5m' })).toBe('reauthentication_required')
  })

  describe.each(cookieModes)('whoever still holds the old cookie in %s mode', (mode) => {
    test('passes for ten seconds, without the proof, and gets no cookies', async () => {
      const world = await create()
      const client = await signedInEarlier(world, mode)
      // Without the access cookie, which would be renewed.
      const old = client.copy({
        cookies: Object.fromEntries(
          Object.entries(client.held.cookies).filter(([name]) => name.includes('session')),
        ),
      })
      await client.reauthenticate(password)
      world.clock.advance(grace - 1)
      const me = await old.me()
      expect([me.status, me.body.provenAt]).toEqual([200, 0])
      expect(me.setCookies).toEqual([])
      expect(await outcome(world, old, { provenWithin: '5m' })).toBe('reauthentication_required')
      expect(await outcome(world, old, { factors: 1 })).toBe('reauthentication_required')
      expect((await old.send('DELETE', '/auth/sessions')).body.code).toBe('reauthentication_required')
    })

    test('is answered 409 by whatever would hand out a credential', async () => {
      const world = await create()
      const client = await signedInEarlier(world, mode)
      const old = client.copy()
      await client.reauthenticate(password)
      for (const reply of [await old.copy().reauthenticate(password), await old.copy().exchange('token')]) {
        expect([reply.status, reply.body.code]).toEqual([409, 'session_moved'])
        expect(reply.setCookies).toEqual([])
      }
    })

    test('is nobody after the grace, and never a thief', async () => {
      const world = await create()
      const client = await signedInEarlier(world, mode)
      const old = client.copy()
      await client.reauthenticate(password)
      world.clock.advance(grace)
      const handleOnly = old.copy({
        cookies: Object.fromEntries(
          Object.entries(old.held.cookies).filter(([name]) => name.includes('session')),
        ),
      })
      expect((await handleOnly.me()).status).toBe(401)
      expect((await old.me()).status).toBe(401)
      expect((await client.me()).status).toBe(200)
      expect(world.events.filter(({ name }) => name === 'sessionEnded')).toEqual([])
    })
  })

  test('an old refresh token gets 409 during the grace, then 401, and never ends the session', async () => {
    const world = await create()
    const client = await signedInEarlier(world, 'token')
    const old = client.copy()
    await client.reauthenticate(password)
    const moved = [await old.copy().refresh(), await old.copy().exchange('session')]
    expect(moved.map(({ status, body }) => [status, body.code])).toEqual([
      [409, 'session_moved'],
      [409, 'session_moved'],
    ])
    world.clock.advance(grace)
    expect((await old.copy().refresh()).status).toBe(401)
    expect((await old.copy().exchange('session')).status).toBe(401)
    expect((await client.refresh()).status).toBe(200)
    expect(world.events.filter(({ name }) => name === 'sessionEnded')).toEqual([])
  })

  test('of two at once one wins, the other is told that the session has moved', async () => {
    const world = await create()
    for (const mode of cookieModes) {
      const client = await signedInEarlier(world, mode)
      const replies = await atOnce(2, () => client.copy().reauthenticate(password))
      expect(tally(replies.map(({ status }) => status)), mode).toEqual({ 200: 1, 409: 1 })
    }
  })

  test('a proof is limited, so that a stolen session is no place to guess', async () => {
    const world = await create()
    const client = await world.signedIn('session')
    const replies: { readonly status: number }[] = []
    for (let index = 0; index < 6; index++) replies.push(await client.reauthenticate('not this one at all'))
    expect(tally(replies.map(({ status }) => status))).toEqual({ 401: 5, 429: 1 })
    expect((await client.reauthenticate(password)).status).toBe(429)
    world.clock.advance(2000)
    expect((await client.reauthenticate(password)).status).toBe(200)
  })

  test('a proof that there was no room to verify is no guess, one that failed otherwise is', async () => {
    const world = await create()
    const failWith = (error: Error): void => {
      world.passwords.beforeVerify = () => Promise.reject(error)
    }
    const client = await world.signedIn('session')
    failWith(new AuthError('overloaded', { retryAfterSeconds: 1 }))
    const turnedAway = await atOnce(3, () => client.copy().reauthenticate(password))
    for (let index = 0; index < 10; index++) await client.reauthenticate(password)
    expect(turnedAway.map(({ status, body }) => [status, body.code])).toEqual(
      Array.from({ length: 3 }, () => [503, 'overloaded']),
    )
    for (const error of [
      new AuthError('unavailable'),
      Object.assign(new Error('not ours'), { code: 'overloaded' }),
    ]) {
      failWith(error)
      for (let index = 0; index < 2; index++)
        expect((await client.reauthenticate(password)).status).toBeGreaterThanOrEqual(500)
    }
    world.passwords.beforeVerify = null
    expect((await client.reauthenticate('not this one at all')).status).toBe(401)
    expect((await client.reauthenticate(password)).status).toBe(429)
  })
})
