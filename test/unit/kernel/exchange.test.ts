// The same session, held another way: nobody is logged out, nothing of the old way works on.

import { describe, expect, test } from 'vitest'
import { type Mode, modes } from '../../../packages/sessera/src/domain/principal.js'
import { atOnce, createWorld, setUps, tally } from '../../support/auth.js'
import type { Client } from '../../support/client.js'

const grace = 10_000
const pairs = modes.flatMap((from) => modes.filter((to) => to !== from).map((to) => ({ from, to })))

/** Each credential of a client by itself. */
function parts(client: Client): readonly { readonly name: string; readonly alone: Client }[] {
  const { cookies, accessToken, refreshToken } = client.held
  const nothing = { cookies: {}, accessToken: null, refreshToken: null }
  return [
    ...Object.entries(cookies).map(([name, value]) => ({
      name,
      alone: client.copy({ ...nothing, cookies: { [name]: value } }),
    })),
    ...(accessToken === null
      ? []
      : [{ name: 'access token', alone: client.copy({ ...nothing, accessToken }) }]),
    ...(refreshToken === null
      ? []
      : [{ name: 'refresh token', alone: client.copy({ ...nothing, refreshToken }) }]),
  ]
}

describe.each(setUps)('on $name', ({ create }) => {
  test.each(pairs.filter(({ from }) => from !== 'session'))(
    '$from → $to → $from revives no access token of before, here or elsewhere, whether the feed can be read or not',
    async ({ from, to }) => {
      const world = await create()
      const there = await createWorld({
        store: world.store.source,
        clock: world.clock,
        empty: true,
        seed: 'there',
        ...(world.foreign === null ? {} : { foreign: world.foreign }),
      })
      const client = await world.signedIn(from)
      const access = from === 'token' ? client.held.accessToken : client.cookie('access')
      const name = Object.keys(client.held.cookies).find((cookie) => cookie.includes('access')) ?? ''
      const old = client.copy({
        cookies: from === 'token' ? {} : { [name]: access ?? '' },
        accessToken: from === 'token' ? access : null,
        refreshToken: null,
      })
      const elsewhere = there.client().copy(old.held)
      expect([(await old.me()).status, (await elsewhere.me()).status]).toEqual([200, 200])
      world.clock.advance(1000)
      expect((await client.exchange(to)).status).toBe(200)
      expect((await client.exchange(from)).status).toBe(200)
      expect([(await client.me()).status, (await old.me()).status]).toEqual([200, 401])
      world.clock.advance(1001)
      expect((await elsewhere.me()).status).toBe(401)
      world.store.meddle((call) =>
        call.name === 'feed.read' ? Promise.reject(new Error('The store is down.')) : call.proceed(),
      )
      world.clock.advance(1001)
      expect([(await client.me()).status, (await old.me()).status]).toEqual([200, 401])
    },
  )

  test.each(pairs)(
    '$from → $to keeps session and data, and outdates every old credential',
    async ({ from, to }) => {
      const world = await create()
      const client = await world.signedIn(from)
      world.clock.advance(grace)
      const id = (await client.me()).body.sessionId ?? ''
      await world.auth.sessions.updateData(id, () => ({ cart: [1, 2, 3] }))
      const old = client.copy()

      const reply = await client.exchange(to)
      expect(reply.status).toBe(200)
      expect(reply.body.session).toMatchObject({ id, mode: to })
      expect((await client.me()).body).toMatchObject({ sessionId: id, mode: to })
      expect(await world.auth.sessions.readData(id)).toEqual({ cart: [1, 2, 3] })

      for (const { name, alone } of parts(old)) {
        const me = await alone.me()
        const isHandle = name.includes('session')
        expect([name, me.status, isHandle ? me.body.provenAt : null]).toEqual([
          name,
          isHandle ? 200 : 401,
          isHandle ? 0 : null,
        ])
        expect(me.setCookies).toEqual([])
        expect([409, 401]).toContain((await alone.refresh()).status)
        expect([409, 401]).toContain((await alone.exchange(from)).status)
      }
      world.clock.advance(grace)
      for (const { name, alone } of parts(old)) {
        expect([name, (await alone.me()).status]).toEqual([name, 401])
        expect([name, (await alone.refresh()).status]).toEqual([name, 401])
        expect([name, (await alone.exchange(from)).status]).toEqual([name, 401])
      }
      expect((await client.me()).status).toBe(200)
      expect(world.events.filter(({ name }) => name === 'sessionEnded')).toEqual([])
    },
  )

  test.each(modes)('sixteen at once from %s mode: exactly one wins', async (from) => {
    const world = await create()
    const client = await world.signedIn(from)
    const to: Mode = from === 'session' ? 'token' : 'session'
    const racers = Array.from({ length: 16 }, () => client.copy())
    const replies = await atOnce(16, async (index) => await racers[index]?.exchange(to))
    expect(tally(replies.map((reply) => reply?.status))).toEqual({ 200: 1, 409: 15 })
    const inside = await Promise.all(racers.map(async (racer) => (await racer.me()).body.mode))
    expect(tally(inside)[to]).toBeGreaterThanOrEqual(1)
  })

  test.each(['token', 'hybrid'] as const)(
    'an access token of %s mode alone exchanges nothing',
    async (mode) => {
      const world = await create()
      const client = await world.signedIn(mode)
      const accessToken = client.held.accessToken ?? client.cookie('access')
      const cookies = Object.fromEntries(
        Object.entries(client.held.cookies).filter(([name]) => name.includes('access')),
      )
      for (const held of [
        { accessToken, cookies: {} },
        { accessToken: null, cookies },
      ]) {
        const reply = await client.copy({ ...held, refreshToken: null }).exchange('session')
        expect([reply.status, reply.body.code]).toEqual([401, 'unauthenticated'])
        expect(reply.setCookies).toEqual([])
      }
    },
  )

  test('a session cookie and a refresh token together are ambiguous', async () => {
    const world = await create()
    const client = await world.signedIn('session')
    const tokens = await world.signedIn('token')
    const reply = await client.copy({ refreshToken: tokens.held.refreshToken }).exchange('hybrid')
    expect([reply.status, reply.body.code]).toEqual([400, 'ambiguous_credentials'])
  })

  test('into a refresh cookie: the browser’s script sees the access token only', async () => {
    const world = await create()
    const client = await world.signedIn('session')
    const reply = await client.exchange('token', { refresh: 'cookie' })
    expect(reply.body.access_token).toBeDefined()
    expect(reply.body.refresh_token).toBeUndefined()
    expect(client.cookie('refresh')).toMatch(/^[\w-]{72}$/)
    expect(client.cookie('session')).toBeNull()
    world.clock.advance(grace)
    expect((await client.refresh()).status).toBe(200)
    expect((await client.me()).body.mode).toBe('token')
  })
})
