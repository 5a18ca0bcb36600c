// A browser that somebody has signed in with has guesses of its own: no stranger can keep its owner out with wrong ones.

import { describe, expect, test } from 'vitest'
import { modes } from '../../../packages/sessera/src/domain/principal.js'
import { AuthError } from '../../../packages/sessera/src/errors.js'
import { atOnce, createWorld, password, setUps, tally, type World } from '../../support/auth.js'
import type { Client } from '../../support/client.js'
import { deviceWith, guesses, guessOn, markOf, waitOf, wrong } from '../../support/guessing.js'

const statusesOf = (replies: readonly { readonly status: number }[]): object =>
  tally(replies.map(({ status }) => status))

/** A browser in which ada signed in once, and nothing else. */
async function knownTo(world: World): Promise<Client> {
  const client = await world.signedIn('session')
  return deviceWith(client, markOf(client))
}

describe.each(setUps)('on $name', ({ create }) => {
  test('the owner gets in while strangers guess, and when they have guessed for the last time', async () => {
    const world = await create()
    const device = await knownTo(world)
    for (const count of [5, 25, 70]) {
      await guessOn(world, world.client(), count)
      expect((await world.client().login('ada', password)).status).toBe(429)
      expect((await device.copy().login('ada', password)).status).toBe(200)
    }
  })

  test('that the owner gets in forgives strangers nothing', async () => {
    const world = await create()
    const device = await knownTo(world)
    await guesses(world.client(), 5, 'ada')
    expect((await device.login('ada', password)).status).toBe(200)
    expect(waitOf(await world.client().login('ada', wrong))).toBe(2)
  })

  test('a known device is slowed by itself, a hundred at once too, and keeps strangers from nothing', async () => {
    const world = await create()
    const device = await knownTo(world)
    const replies = await atOnce(100, () => device.copy().login('ada', wrong))
    expect(statusesOf(replies)).toEqual({ 401: 5, 429: 95 })
    expect(waitOf(await device.copy().login('ada', password))).toBe(2)
    expect((await world.client().login('ada', password)).status).toBe(200)
    world.clock.advance(2000)
    expect((await device.copy().login('ada', password)).status).toBe(200)
    expect(statusesOf(await guesses(device.copy(), 6, 'ada'))).toEqual({ 401: 5, 429: 1 })
  })

  test('what there was no room to verify is no guess, of a stranger or of the device', async () => {
    const world = await create()
    const device = await knownTo(world)
    for (const client of [world.client(), device.copy()]) {
      await guesses(client, 4, 'ada')
      world.passwords.beforeVerify = async () => {
        throw new AuthError('overloaded', { retryAfterSeconds: 1 })
      }
      const replies = await guesses(client, 20, 'ada')
      expect(statusesOf(replies)).toEqual({ 503: 20 })
      world.passwords.beforeVerify = null
      expect(statusesOf(await guesses(client, 2, 'ada'))).toEqual({ 401: 1, 429: 1 })
      world.clock.advance(2000)
    }
  })

  test('after a hundred guesses it is a stranger’s, until the owner gets in with it', async () => {
    const world = await create()
    const device = await knownTo(world)
    const waits = await guessOn(world, device.copy(), 100)
    expect(waits).toEqual([2, 4, 8, 16, 32, 64, 128, 256, ...Array.from({ length: 87 }, () => 300)])
    // Its 101st guess is the first of a stranger.
    expect(statusesOf(await guesses(device.copy(), 6, 'ada'))).toEqual({ 401: 5, 429: 1 })
    expect((await world.client().login('ada', password)).status).toBe(429)
    world.clock.advance(2000)
    expect((await device.login('ada', password)).status).toBe(200)
    await guesses(world.client(), 5, 'ada')
    expect((await device.login('ada', password)).status).toBe(200)
  })

  test('what vouches for somebody else is a stranger’s', async () => {
    const world = await create()
    await world.addUser('mallory')
    const mallory = await world.signedIn('session', 'mallory')
    await guesses(world.client(), 5, 'ada')
    expect(waitOf(await mallory.login('ada', password))).toBe(2)
    world.clock.advance(2000)
    expect((await mallory.login('ada', password)).status).toBe(200)
    // Now it is known to both.
    await guesses(world.client(), 5, 'ada')
    await guesses(world.client(), 5, 'mallory')
    expect((await mallory.login('ada', password)).status).toBe(200)
    expect((await mallory.login('mallory', password)).status).toBe(200)
  })
})

describe('a mark', () => {
  test.each(modes)(
    'comes with every sign-in in %s mode, for the longest time, and outlives signing out',
    async (mode) => {
      const world = await createWorld()
      const client = world.client()
      const reply = await client.login('ada', password, { mode })
      expect(reply.setCookies.filter((cookie) => cookie.includes('device'))).toEqual([
        `__Host-sessera-device=${markOf(client)}; Max-Age=34560000; Path=/; HttpOnly; SameSite=Lax; Secure`,
      ])
      const mark = markOf(client)
      await client.logout()
      expect(markOf(client)).toBe(mark)
      expect((await client.login('ada', wrong)).setCookies).toEqual([])
      await client.login('ada', password, { mode })
      await guesses(world.client(), 5, 'ada')
      expect((await client.login('ada', password)).status).toBe(200)
    },
  )

  test('comes with an account that somebody makes, and with no other credential', async () => {
    const world = await createWorld({ registration: 'open' })
    const client = world.client()
    await client.send('POST', '/auth/register', { json: { username: 'eve', password } })
    const mark = markOf(client)
    await guesses(world.client(), 5, 'eve')
    expect((await deviceWith(client, mark).login('eve', password)).status).toBe(200)
    for (const reply of [
      await client.exchange('hybrid'),
      await client.reauthenticate(password),
      await client.me(),
    ])
      expect(reply.setCookies.filter((cookie) => cookie.includes('device'))).toEqual([])
  })

  test('opens nothing', async () => {
    const world = await createWorld()
    const client = await world.signedIn('session')
    const mark = markOf(client)
    const thief = deviceWith(client, mark)
    expect((await thief.me()).status).toBe(401)
    for (const name of ['__Host-sessera-session', '__Host-sessera-access'])
      expect((await client.copy({ cookies: { [name]: mark } }).me()).status).toBe(401)
    expect((await client.copy({ cookies: {}, refreshToken: mark }).refresh()).status).toBe(401)
  })

  test.each([
    ['forged', () => 'A'.repeat(62)],
    ['cut short', (mark: string) => mark.slice(0, -4)],
    ['far too long', (mark: string) => mark.repeat(30)],
    ['no mark at all', () => '"{}"'],
    ['a session handle', (_: string, session: string) => session],
  ])('that is %s is a stranger’s, and refused nobody', async (_what, change) => {
    const world = await createWorld()
    const client = await world.signedIn('session')
    const bad = deviceWith(client, change(markOf(client), client.cookie('session') ?? ''))
    await guesses(world.client(), 5, 'ada')
    expect(waitOf(await bad.login('ada', password))).toBe(2)
    world.clock.advance(2000)
    expect((await bad.login('ada', password)).status).toBe(200)
    await guesses(world.client(), 5, 'ada')
    expect((await bad.login('ada', password)).status).toBe(200)
  })

  test('that comes twice is a stranger’s, and refuses nobody: whoever can plant one must not lock people out', async () => {
    const world = await createWorld()
    const device = await knownTo(world)
    const cookie = `__Host-sessera-device=${markOf(device)}`
    const login = (): Promise<{ readonly status: number }> =>
      world.client().send('POST', '/auth/login', {
        json: { username: 'ada', password },
        headers: { cookie: `${cookie}; ${cookie}` },
      })
    expect((await login()).status).toBe(200)
    await guesses(world.client(), 5, 'ada')
    expect((await login()).status).toBe(429)
  })

  test('of another deployment is a stranger’s', async () => {
    const world = await createWorld()
    const other = await createWorld({ secrets: ['another server secret for tests, as long'] })
    const device = await knownTo(other)
    await guesses(world.client(), 5, 'ada')
    expect((await deviceWith(world.client(), markOf(device)).login('ada', password)).status).toBe(429)
  })

  test('is for apps with sign-in functions of their own as well', async () => {
    const world = await createWorld()
    const first = await world.auth.users.signIn('ada', password)
    const [mark = ''] = first.setCookies.flatMap((cookie) => /device=([\w-]+);/.exec(cookie)?.[1] ?? [])
    await guesses(world.client(), 5, 'ada')
    await expect(world.auth.users.signIn('ada', password)).rejects.toMatchObject({
      code: 'too_many_requests',
    })
    const again = await world.auth.users.signIn('ada', password, { device: mark })
    expect(again.setCookies.join()).toContain('__Host-sessera-device=')
    const { id } = await world.auth.authenticate({ cookie: (again.setCookies[0] ?? '').split(';', 1)[0] })
    const started = await world.auth.sessions.start({ userId: id })
    expect(started.setCookies.join()).not.toContain('device')
  })
})
