// Refresh: idempotent within the grace, theft beyond it, one rotation however many ask.

import { describe, expect, test } from 'vitest'
import { atOnce, setUps, tally, type World } from '../../support/auth.js'
import type { Client } from '../../support/client.js'

const grace = 10_000

/** Past the grace of the sign-in itself, so that the next refresh rotates. */
async function withOldHandle(world: World): Promise<Client> {
  const client = await world.signedIn('token')
  world.clock.advance(grace)
  return client
}

function theftsIn(world: World): number {
  return world.events.filter((event) => event.name === 'sessionEnded' && event.cause === 'theft').length
}

describe.each(setUps)('on $name', ({ create }) => {
  test('a refresh gives a new pair, and the old refresh token is replaced', async () => {
    const world = await create()
    const client = await withOldHandle(world)
    const before = client.held
    expect((await client.refresh()).status).toBe(200)
    expect(client.held.refreshToken).not.toBe(before.refreshToken)
    expect(client.held.accessToken).not.toBe(before.accessToken)
    expect((await client.me()).status).toBe(200)
  })

  test('a handle younger than the grace is answered with itself and another access token', async () => {
    const world = await create()
    const client = await world.signedIn('token')
    const { accessToken, refreshToken } = client.held
    world.clock.advance(grace - 1)
    world.store.forget()
    expect((await client.refresh()).status).toBe(200)
    expect(client.held.refreshToken).toBe(refreshToken)
    expect(client.held.accessToken).not.toBe(accessToken)
    expect(world.store.calls).not.toContain('sessions.replace')
  })

  test('a session that others keep changing is given up after four attempts, and is still good', async () => {
    const world = await create()
    const client = await withOldHandle(world)
    world.store.forget()
    world.store.meddle(async ({ name, proceed }) =>
      name === 'sessions.replace' ? { value: false, now: world.clock.now() } : proceed(),
    )
    const reply = await client.copy().refresh()
    expect([reply.status, reply.body.code]).toEqual([409, 'conflict'])
    expect(world.store.calls.filter((name) => name === 'sessions.replace')).toHaveLength(4)
    world.store.meddle(null)
    expect((await client.refresh()).status).toBe(200)
  })

  test('fifty at once make one rotation, one successor, and an access token each', async () => {
    const world = await create()
    const client = await withOldHandle(world)
    world.store.forget()
    const replies = await atOnce(50, () => client.copy().refresh())
    expect(tally(replies.map(({ status }) => status))).toEqual({ 200: 50 })
    expect(new Set(replies.map(({ body }) => body.refresh_token)).size).toBe(1)
    expect(new Set(replies.map(({ body }) => body.access_token)).size).toBe(50)
    const id = (await client.me()).body.sessionId ?? ''
    expect((await world.store.opened().sessions.find(id)).value?.session.generation).toBe(2)
    expect(theftsIn(world)).toBe(0)
  })

  test('replayed within the grace it gives the same successor, byte for byte', async () => {
    const world = await create()
    const client = await withOldHandle(world)
    const late = client.copy()
    await client.refresh()
    world.clock.advance(grace - 1)
    const replayed = await late.refresh()
    expect(replayed.status).toBe(200)
    expect(late.held.refreshToken).toBe(client.held.refreshToken)
    expect(late.held.accessToken).not.toBe(client.held.accessToken)
    expect((await late.me()).status).toBe(200)
  })

  test('used again after the grace it is theft: both are out, once and for all', async () => {
    const world = await create()
    const client = await withOldHandle(world)
    const thief = client.copy()
    await client.refresh()
    world.clock.advance(grace)
    expect((await client.me()).status).toBe(200)
    const refused = await thief.refresh()
    expect([refused.status, refused.body.code]).toEqual([401, 'refresh_refused'])
    for (const party of [client, thief]) {
      expect((await party.me()).status).toBe(401)
      expect((await party.refresh()).status).toBe(401)
    }
    expect(theftsIn(world)).toBe(1)
  })

  test('when the thief was faster, the owner’s next refresh ends it all the same', async () => {
    const world = await create()
    const client = await withOldHandle(world)
    const thief = client.copy()
    await thief.refresh()
    world.clock.advance(grace)
    await thief.refresh()
    world.clock.advance(grace)
    expect((await client.refresh()).status).toBe(401)
    expect((await thief.me()).status).toBe(401)
    expect((await thief.refresh()).status).toBe(401)
    expect(theftsIn(world)).toBe(1)
  })

  test('fifty thieves at once are one theft', async () => {
    const world = await create()
    const client = await withOldHandle(world)
    const thief = client.copy()
    await client.refresh()
    world.clock.advance(grace)
    const replies = await atOnce(50, () => thief.copy().refresh())
    expect(tally(replies.map(({ status }) => status))).toEqual({ 401: 50 })
    expect(theftsIn(world)).toBe(1)
  })

  test('overtaken twice within the grace is refused, but no accusation', async () => {
    const world = await create({ sessions: { refreshGrace: '60s' } })
    const client = await world.signedIn('token')
    const late = client.copy()
    world.clock.advance(60_000)
    await client.refresh()
    world.clock.advance(60_000)
    await client.refresh()
    expect((await late.refresh()).status).toBe(401)
    expect((await client.me()).status).toBe(200)
    expect(theftsIn(world)).toBe(0)
  })

  test('with a grace of 0 every refresh rotates, and any second use is theft', async () => {
    const world = await create({ sessions: { refreshGrace: 0 } })
    const client = await world.signedIn('token')
    const old = client.copy()
    expect((await client.refresh()).status).toBe(200)
    expect(client.held.refreshToken).not.toBe(old.held.refreshToken)
    expect((await old.refresh()).status).toBe(401)
    expect((await client.me()).status).toBe(401)
    expect(theftsIn(world)).toBe(1)
  })

  test('a handle newer than the record is a write that the store lost: the record catches up', async () => {
    const world = await create()
    const client = await withOldHandle(world)
    const id = (await client.me()).body.sessionId ?? ''
    const { sessions } = world.store.opened()
    const before = (await sessions.find(id)).value?.session
    const late = client.copy()
    await client.refresh()
    const after = (await sessions.find(id)).value?.session
    if (before === undefined || after === undefined) throw new Error('The session is there.')
    await sessions.replace(before, after.version)

    expect((await client.refresh()).status).toBe(200)
    expect((await sessions.find(id)).value?.session.generation).toBe(after.generation)
    world.clock.advance(grace)
    expect((await client.refresh()).status).toBe(200)
    world.clock.advance(grace)
    expect((await late.refresh()).status).toBe(401)
    expect(theftsIn(world)).toBe(1)
  })

  test.each([
    [
      'a session cookie',
      (held: Client, cookie: Client) => ({ refresh_token: cookie.cookie('session'), not: held }),
    ],
    ['an access token', (held: Client) => ({ refresh_token: held.held.accessToken?.slice(0, 128) })],
    ['junk of the right length', () => ({ refresh_token: 'A'.repeat(72) })],
  ])('%s is no refresh token', async (_what, pick) => {
    const world = await create()
    const tokens = await world.signedIn('token')
    const { refresh_token } = pick(tokens, await world.signedIn('session'))
    const reply = await world.client().send('POST', '/auth/refresh', { json: { refresh_token } })
    expect([reply.status, reply.body.code]).toEqual([401, 'refresh_refused'])
  })

  test('nothing at all is refused with a sentence', async () => {
    const world = await create()
    const reply = await world.client().send('POST', '/auth/refresh')
    expect([reply.status, reply.body.code, reply.body.detail]).toEqual([
      401,
      'refresh_refused',
      'Send the refresh token as refresh_token.',
    ])
  })
})

describe('when the server secret is rotated', () => {
  const [one, other] = [
    'the first server secret, long enough',
    'the second server secret, long enough',
  ] as const

  test.each(['session', 'token', 'hybrid'] as const)(
    '%s mode goes on, and its handle is reissued in passing',
    async (mode) => {
      const [, setUp] = setUps
      if (setUp === undefined) throw new Error('There is a second set-up.')
      const before = await setUp.create({ secrets: [one] })
      const client = await before.signedIn(mode)
      const { source } = before.store
      const after = await setUp.create({
        secrets: [other, one],
        store: source,
        clock: before.clock,
        empty: true,
        seed: 'after',
      })
      const moved = after.client().copy(client.held)
      if (mode === 'token') await moved.refresh()
      else expect((await moved.me()).status).toBe(200)
      expect(moved.held).not.toEqual(client.held)

      const again = mode === 'token' ? await moved.copy().refresh() : await moved.me()
      expect(again.body.refresh_token ?? null).toBe(moved.held.refreshToken)
      expect(again.setCookies).toEqual([])
    },
  )
})
