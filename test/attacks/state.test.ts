// Attacks 60, 66, 67, 69 to 74, 81 and 82: what was valid once. Over real sockets, on SQLite files.

import { describe, expect, test } from 'vitest'
import { modes } from '../../packages/sessera/src/domain/principal.js'
import { createFakeClock } from '../../packages/sessera/src/testing/fake-clock.js'
import { atOnce, createWorld, password, tally, temporarySqlite, type World } from '../support/auth.js'
import type { Client } from '../support/client.js'
import { codeOf, serve, type WebServer } from '../support/server.js'

interface Scene {
  readonly world: World
  readonly server: WebServer
}

async function setScene(): Promise<Scene> {
  const world = await createWorld({ store: temporarySqlite() })
  return { world, server: await serve(world) }
}

async function meOf({ server }: Scene, client: Client): Promise<number> {
  return (await server.send({ path: '/auth/me', headers: Object.entries(client.headers()) })).status
}

async function refreshOf(
  { server }: Scene,
  client: Client,
): Promise<{ readonly status: number; readonly token: string | null }> {
  const answer = await server.send({
    path: '/auth/refresh',
    json: { refresh_token: client.held.refreshToken },
  })
  const { refresh_token = null }: { refresh_token?: string | null } = JSON.parse(answer.body)
  return { status: answer.status, token: refresh_token }
}

test('60: when the queue for hashing is full sign-ins get 503, everything else goes on', async () => {
  const scene = await setScene()
  const { AuthError } = await import('../../packages/sessera/src/errors.js')
  const client = await scene.world.signedIn('token')
  scene.world.passwords.beforeVerify = async () => {
    throw new AuthError('overloaded', { retryAfterSeconds: 1 })
  }
  const answer = await scene.server.send({ path: '/auth/login', json: { username: 'ada', password } })
  expect([answer.status, codeOf(answer), answer.all('retry-after')]).toEqual([503, 'overloaded', ['1']])
  expect(answer.all('set-cookie')).toEqual([])
  expect(await meOf(scene, client)).toBe(200)
})

test('66: a consumed refresh token used again ends the whole family', async () => {
  const scene = await setScene()
  const client = await scene.world.signedIn('token')
  scene.world.clock.advance(10_000)
  const thief = client.copy()
  await client.refresh()
  scene.world.clock.advance(10_000)
  expect((await refreshOf(scene, thief)).status).toBe(401)
  expect((await refreshOf(scene, client)).status).toBe(401)
  expect(await meOf(scene, client)).toBe(401)
})

test('67: fifty refreshes at once over fifty connections are one rotation', async () => {
  const scene = await setScene()
  const client = await scene.world.signedIn('token')
  scene.world.clock.advance(10_000)
  const answers = await atOnce(50, () => refreshOf(scene, client))
  expect(tally(answers.map(({ status }) => status))).toEqual({ 200: 50 })
  expect(new Set(answers.map(({ token }) => token)).size).toBe(1)
  const { value } = await scene.world.store.opened().sessions.find((await client.me()).body.sessionId ?? '')
  expect(value?.session.generation).toBe(2)
})

test('69: of refreshes racing a sign-out none leaves a token behind', async () => {
  const scene = await setScene()
  for (let round = 0; round < 5; round++) {
    const client = await scene.world.signedIn('token')
    scene.world.clock.advance(10_000)
    const racers = Array.from({ length: 8 }, () => client.copy())
    await Promise.all([
      ...racers.slice(0, 4).map((one) => one.refresh()),
      client.copy().logout(),
      ...racers.slice(4).map((one) => one.refresh()),
    ])
    for (const racer of racers)
      expect([await meOf(scene, racer), (await refreshOf(scene, racer)).status]).toEqual([401, 401])
  }
})

test.each(modes)('70: signed out in %s mode, every old credential is refused', async (mode) => {
  const scene = await setScene()
  const client = await scene.world.signedIn(mode)
  const old = client.copy()
  expect(await meOf(scene, old)).toBe(200)
  await client.logout()
  expect(await meOf(scene, old)).toBe(401)
  for (const cookie of Object.values(old.held.cookies)) {
    expect(await meOf(scene, old.copy({ cookies: {}, accessToken: cookie }))).toBe(401)
  }
  expect((await old.exchange('session')).status).toBe(401)
})

test.each(modes)('71: a role removed is gone with the next request in %s mode', async (mode) => {
  const scene = await setScene()
  const client = await scene.world.signedIn(mode)
  const teller = { roles: ['teller'] }
  const { id } = await scene.world.auth.authenticate(client.headers(), teller, { method: 'GET' })
  await scene.world.setRoles(id, [])
  await expect(
    scene.world.auth.authenticate(client.headers(), teller, { method: 'GET' }),
  ).rejects.toMatchObject({
    code: mode === 'token' ? 'invalid_token' : 'forbidden',
  })
  if (mode === 'token') await client.refresh()
  await expect(
    scene.world.auth.authenticate(client.headers(), teller, { method: 'GET' }),
  ).rejects.toMatchObject({ code: 'forbidden' })
})

describe('73: the clock of the machine is set', () => {
  test.each([3_600_000, -3_600_000])('by %i ms: nothing that has ended comes back', async (jump) => {
    const scene = await setScene()
    const { clock } = scene.world
    const [out, stolen, honest] = [
      await scene.world.signedIn('session'),
      await scene.world.signedIn('token'),
      await scene.world.signedIn('token'),
    ]
    await out.copy().logout()
    clock.advance(10_000)
    const used = stolen.copy()
    await stolen.refresh()
    const outdated = honest.copy()
    await honest.refresh()
    clock.advance(10_000)
    expect((await used.refresh()).status).toBe(401)
    clock.setWall(clock.now() + jump)
    for (const client of [out, stolen, used]) expect(await meOf(scene, client)).toBe(401)
    // The grace does not come back either: an outdated token never gets its successor.
    expect((await refreshOf(scene, outdated)).status).toBe(401)
  })
})

test('74: a restart and a second process keep what was ended ended', async () => {
  const clock = createFakeClock()
  const first = await createWorld({ store: temporarySqlite(), clock })
  const clients: Client[] = []
  for (const mode of modes) clients.push(await first.signedIn(mode))
  const alive = await first.signedIn('token')
  for (const client of clients) await client.copy().logout()
  await first.auth.close()
  const second = await createWorld({ store: first.store.source, clock, empty: true, seed: 'second' })
  const scene = { world: second, server: await serve(second) }
  for (const client of clients) expect(await meOf(scene, client)).toBe(401)
  expect(await meOf(scene, alive)).toBe(200)
  expect((await refreshOf(scene, alive)).status).toBe(200)
})

test('81: another user’s session can be neither seen nor ended', async () => {
  const scene = await setScene()
  const { world, server } = scene
  await world.addUser('eve')
  const [ada, eve] = [await world.signedIn('session'), await world.signedIn('session', 'eve')]
  const { sessionId } = (await ada.me()).body
  const headers = Object.entries(eve.headers())
  const answers: { readonly status: number; readonly body: string; readonly lines: object }[] = []
  for (const id of [sessionId, 'AAAAAAAAAAAAAAAAAAAAAA', 'x']) {
    const {
      status,
      body,
      headers: lines,
    } = await server.send({ method: 'DELETE', path: `/auth/sessions/${id}`, headers })
    answers.push({
      status,
      body,
      lines: lines.filter(([name]) => name !== 'date' && name !== 'x-request-id'),
    })
  }
  expect(answers[0]?.status).toBe(404)
  for (const other of answers) expect(other).toEqual(answers[0])
  expect((await server.send({ path: '/auth/sessions', headers })).body).not.toContain(sessionId)
  expect((await server.send({ method: 'DELETE', path: '/auth/sessions', headers })).body).toBe('{"ended":0}')
  expect(await meOf(scene, ada)).toBe(200)
})

test('82: a hundred guesses at once over a hundred connections are counted as a hundred', async () => {
  const scene = await setScene()
  const before = scene.world.passwords.verified.length
  const answers = await atOnce(100, () =>
    scene.server.send({
      path: '/auth/login',
      json: { username: 'ada', password: 'four wrong words of length' },
    }),
  )
  expect(tally(answers.map(({ status }) => status))).toEqual({ 401: 5, 429: 95 })
  expect(scene.world.passwords.verified.length - before).toBe(5)
})
