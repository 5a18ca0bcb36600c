// What ends, and what lives on: password changes, disabling, roles, and one's own devices, at once in every mode.

import { describe, expect, test } from 'vitest'
import { type Mode, modes } from '../../../packages/sessera/src/domain/principal.js'
import { nextPassword, password, setUps, type World } from '../../support/auth.js'
import type { Client } from '../../support/client.js'

/** What a client is answered: with its access credential, and with its handle. */
async function standing(client: Client): Promise<{ readonly me: number; readonly refresh: number | null }> {
  const me = (await client.me()).status
  return { me, refresh: client.held.refreshToken === null ? null : (await client.copy().refresh()).status }
}

const alive = (mode: Mode): object => ({ me: 200, refresh: mode === 'token' ? 200 : null })
const dead = (mode: Mode): object => ({ me: 401, refresh: mode === 'token' ? 401 : null })

async function everyMode(world: World): Promise<ReadonlyMap<Mode, Client>> {
  const clients = new Map<Mode, Client>()
  for (const mode of modes) clients.set(mode, await world.signedIn(mode))
  for (const client of clients.values()) await client.me()
  return clients
}

async function idOf(client: Client): Promise<string> {
  return (await client.me()).body.id ?? ''
}

async function sessionOf(client: Client): Promise<string> {
  return (await client.me()).body.sessionId ?? ''
}

describe.each(setUps)('on $name', ({ create }) => {
  test.each(modes)(
    'a new password set in %s mode ends all others at once, and spares this one',
    async (mode) => {
      const world = await create()
      const others = await everyMode(world)
      const client = await world.signedIn(mode)
      const { held } = client
      const reply = await client.send('POST', '/auth/password', {
        json: { current: password, next: nextPassword },
      })
      expect([reply.status, reply.text]).toEqual([204, ''])
      for (const [other, held] of others) expect([other, await standing(held)]).toEqual([other, dead(other)])
      expect(await standing(client)).toEqual(alive(mode))
      expect(client.held.accessToken).toBe(held.accessToken)
      expect((await world.client().login('ada', password)).status).toBe(401)
      expect((await world.client().login('ada', nextPassword)).status).toBe(200)

      world.clock.advance(2000)
      expect(await standing(client)).toEqual(alive(mode))
      const list = (await client.send('GET', '/auth/sessions')).body.sessions ?? []
      expect(list.filter(({ current }) => current)).toHaveLength(1)
    },
  )

  test('a password change in a row spares only who makes it', async () => {
    const world = await create()
    const [one, other] = [await world.signedIn('token'), await world.signedIn('session')]
    await one.send('POST', '/auth/password', { json: { current: password, next: nextPassword } })
    await one.send('POST', '/auth/password', { json: { current: nextPassword, next: password } })
    expect(await standing(one)).toEqual(alive('token'))
    expect((await other.me()).status).toBe(401)
    const third = await world.signedIn('session')
    await third.send('POST', '/auth/password', { json: { current: password, next: nextPassword } })
    expect(await standing(one)).toEqual(dead('token'))
    expect((await third.me()).status).toBe(200)
  })

  test.each([
    [
      'the wrong current one',
      { current: 'not this one at all', next: nextPassword },
      401,
      'invalid_credentials',
    ],
    ['a short new one', { current: password, next: 'short' }, 400, 'password_unacceptable'],
    ['no new one', { current: password }, 400, 'invalid_request'],
  ])('a password change with %s changes nothing', async (_what, json, status, code) => {
    const world = await create()
    const client = await world.signedIn('session')
    const other = await world.signedIn('token')
    const reply = await client.send('POST', '/auth/password', { json })
    expect([reply.status, reply.body.code]).toEqual([status, code])
    expect(await standing(other)).toEqual(alive('token'))
    expect((await world.client().login('ada', password)).status).toBe(200)
  })

  test('disabling ends everything at once, keeps them out, and enabling brings nothing back', async () => {
    const world = await create()
    const clients = await everyMode(world)
    const id = await idOf(await world.signedIn('session'))
    await world.auth.users.disable(id)
    for (const [mode, client] of clients) expect([mode, await standing(client)]).toEqual([mode, dead(mode)])
    expect((await world.client().login('ada', password)).status).toBe(401)
    await world.auth.users.enable(id)
    for (const [mode, client] of clients) expect([mode, await standing(client)]).toEqual([mode, dead(mode)])
    expect((await world.client().login('ada', password)).status).toBe(200)
  })

  test('a changed role outdates access tokens; refresh and cookies bring the new one', async () => {
    const world = await create()
    const clients = await everyMode(world)
    const id = await idOf(await world.signedIn('session'))
    await world.setRoles(id, ['boss'])
    const token = clients.get('token')
    expect((await token?.me())?.body.code).toBe('invalid_token')
    expect((await token?.refresh())?.status).toBe(200)
    const renewed = await clients.get('hybrid')?.me()
    expect(renewed?.setCookies.some((cookie) => cookie.includes('sessera-access='))).toBe(true)
    for (const client of clients.values()) expect((await client.me()).body.roles).toEqual(['boss'])
  })

  test.each(modes)(
    'signing out in %s mode ends that session only, and is the same the second time',
    async (mode) => {
      const world = await create()
      const client = await world.signedIn(mode)
      const other = await world.signedIn(mode)
      const late = client.copy()
      await client.me()
      const replies = [await client.logout(), await client.logout(), await late.copy().logout()]
      expect(replies.map(({ status }) => status)).toEqual([204, 204, 204])
      expect(await standing(late)).toEqual(dead(mode))
      expect(await standing(other)).toEqual(alive(mode))
      expect(world.events.filter(({ name }) => name === 'sessionEnded')).toMatchObject([
        { cause: 'signed_out' },
      ])
    },
  )

  test('an access token under a lower epoch is refused even where its session has come through', async () => {
    const world = await create()
    const client = await world.signedIn('token')
    const { id = '', sessionId } = (await client.me()).body
    const { sessions, subjects } = world.store.opened()
    await subjects.raiseEpoch(id, null)
    const { value } = await sessions.find(sessionId ?? '')
    if (value === null) throw new Error('The session is there.')
    const { session, subject } = value
    const raised = { ...session, epoch: subject.epoch, version: session.version + 1 }
    expect((await sessions.replace(raised, session.version)).value).toBe(true)
    world.clock.advance(1001)
    expect(await standing(client)).toEqual({ me: 401, refresh: 200 })
  })

  test('my devices: listed with the current one marked, one ended, all others ended', async () => {
    const world = await create()
    const clients = [
      await world.signedIn('session'),
      await world.signedIn('token'),
      await world.signedIn('hybrid'),
    ] as const
    const [mine, second, third] = clients
    const list = (await mine.send('GET', '/auth/sessions')).body.sessions ?? []
    expect(new Set(list.map(({ mode }) => mode))).toEqual(new Set(modes))
    expect(list.filter(({ current }) => current).map(({ mode }) => mode)).toEqual(['session'])

    const path = `/auth/sessions/${await sessionOf(second)}`
    expect((await mine.send('DELETE', path)).status).toBe(204)
    expect(await standing(second)).toEqual(dead('token'))
    expect((await mine.send('DELETE', path)).status).toBe(404)

    expect((await mine.send('DELETE', '/auth/sessions')).body).toEqual({ ended: 1 })
    expect(await standing(third)).toEqual(dead('hybrid'))
    expect((await mine.me()).status).toBe(200)

    const own = await mine.send('DELETE', `/auth/sessions/${await sessionOf(mine)}`)
    expect([own.status, own.setCookies.length]).toEqual([204, 3])
    expect(Object.keys(mine.held.cookies)).toEqual(['__Host-sessera-device'])
  })

  test('ending devices takes a proof of the last fifteen minutes', async () => {
    const world = await create()
    const client = await world.signedIn('session')
    const other = await world.signedIn('session')
    world.clock.advance(15 * 60_000 + 1000)
    for (const path of ['/auth/sessions', `/auth/sessions/${await sessionOf(other)}`]) {
      expect((await client.send('DELETE', path)).body.code).toBe('reauthentication_required')
    }
    expect((await other.me()).status).toBe(200)
  })

  test('the app ends one, or all, or all but one', async () => {
    const world = await create()
    const { sessions } = world.auth
    const clients = [
      await world.signedIn('session'),
      await world.signedIn('token'),
      await world.signedIn('hybrid'),
    ] as const
    const [one, two, three] = clients
    const id = await idOf(one)
    const [first, second] = [await sessionOf(one), await sessionOf(two)]
    expect([
      await sessions.end(first),
      await sessions.end(first),
      await sessions.end('no such session'),
    ]).toEqual([true, false, false])
    expect((await one.me()).status).toBe(401)
    expect(await sessions.endAll(id, { except: second })).toBe(1)
    expect([(await two.me()).status, (await three.me()).status]).toEqual([200, 401])
    expect(await sessions.endAll(id)).toBe(1)
    expect(await standing(two)).toEqual(dead('token'))
    expect(await sessions.list(id)).toEqual([])
  })
})
