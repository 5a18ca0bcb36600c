// How often one may try: counted before the work, by account and by address, however the name is spelt.

import { describe, expect, test } from 'vitest'
import { atOnce, createWorld, nextPassword, password, setUps, tally, type World } from '../../support/auth.js'
import { createForeignUsers } from '../../support/foreign-users.js'
import { clientAt, guesses, guessOn, waitOf, wrong } from '../../support/guessing.js'

const statusesOf = (replies: readonly { readonly status: number }[]): object =>
  tally(replies.map(({ status }) => status))

const signIn = (world: World): Promise<number> =>
  world
    .client()
    .login('ada', password)
    .then((reply) => reply.status)

describe.each(setUps)('on $name', ({ create }) => {
  test('five wrong guesses, then a wait that the right password does not shorten', async () => {
    const world = await create()
    expect(statusesOf(await guesses(world.client(), 5, 'ada'))).toEqual({ 401: 5 })
    expect(waitOf(await world.client().login('ada', password))).toBe(2)
    world.clock.advance(1999)
    expect(waitOf(await world.client().login('ada', password))).toBe(1)
    world.clock.advance(1)
    expect(await signIn(world)).toBe(200)
  })

  test('a hundred at once are five guesses', async () => {
    const world = await create()
    const before = world.passwords.verified.length
    const replies = await atOnce(100, () => world.client().login('ada', wrong))
    expect(statusesOf(replies)).toEqual({ 401: 5, 429: 95 })
    expect(world.passwords.verified.length - before).toBe(5)
  })

  test('a hundred at once after a wait are one guess', async () => {
    const world = await create()
    await guesses(world.client(), 5, 'ada')
    world.clock.advance(2000)
    const replies = await atOnce(100, () => world.client().login('ada', wrong))
    expect(statusesOf(replies)).toEqual({ 401: 1, 429: 99 })
  })

  test('another spelling of the name buys no further guess', async () => {
    const world = await create()
    const spellings = ['ada', 'ADA', ' ada', '\tada', 'ａｄａ', 'Ａda', 'ada\u3000', '  ada  ', '\u00a0ada']
    expect(statusesOf(await guesses(world.client(), 9, (index) => spellings[index] ?? ''))).toEqual({
      401: 5,
      429: 4,
    })
  })

  test('names that nobody has are limited alike, those that nobody can have too', async () => {
    const world = await create()
    for (const name of ['nobody', 'x'.repeat(100), 'a\u0000b']) {
      const replies = await guesses(world.client(), 6, (index) => `${name}${' '.repeat(index)}`)
      expect(statusesOf(replies), name).toEqual({ 401: 5, 429: 1 })
    }
  })

  test('the right password forgives the wrong ones before it', async () => {
    const world = await create()
    for (let round = 0; round < 3; round++) {
      expect(statusesOf(await guesses(world.client(), 4, 'ada'))).toEqual({ 401: 4 })
      expect(await signIn(world)).toBe(200)
    }
  })

  test('a right password that beforeSignIn turns away is no wrong guess', async () => {
    let isSunday = true
    const world = await create({
      beforeSignIn: async () => {
        const { AuthError } = await import('../../../packages/sessera/src/errors.js')
        if (isSunday) throw new AuthError('sign_in_refused')
      },
    })
    for (let index = 0; index < 7; index++) expect(await signIn(world)).toBe(403)
    isSunday = false
    expect(await signIn(world)).toBe(200)
  })

  test('the right password of a disabled user forgives nothing, or it would tell that it is right', async () => {
    const world = await create()
    const id = (await (await world.signedIn('session')).me()).body.id ?? ''
    await world.auth.users.disable(id)
    const statuses: number[] = []
    for (let index = 0; index < 6; index++) statuses.push(await signIn(world))
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429])
  })

  test('a new password lets strangers try again at once', async () => {
    const world = await create()
    const owner = await world.signedIn('session')
    await guessOn(world, world.client(), 20)
    expect(await signIn(world)).toBe(429)
    const json = { current: password, next: nextPassword }
    // The owner's own sessions have idled away meanwhile, not their browser.
    expect((await owner.login('ada', password)).status).toBe(200)
    expect((await owner.send('POST', '/auth/password', { json })).status).toBe(204)
    expect((await world.client().login('ada', nextPassword)).status).toBe(200)
  })
})

// The schedule is the stores' own, and held against their cases.
const inMemory = setUps.filter(({ name }) => name !== 'sqlite')

describe.each(inMemory)('on $name, from guess to guess', ({ create }) => {
  test('each wait is twice the one before, up to fifteen minutes; after a hundred guesses it is the end', async () => {
    const world = await create()
    const client = world.client()
    const waits = await guessOn(world, client, 100)
    expect(waits).toEqual([2, 4, 8, 16, 32, 64, 128, 256, 512, ...Array.from({ length: 86 }, () => 900)])
    for (const ms of [900_000, 86_400_000]) {
      world.clock.advance(ms)
      expect(waitOf(await client.login('ada', password))).toBe(900)
    }
    world.clock.advance(30 * 86_400_000)
    expect(await signIn(world)).toBe(200)
  })
})

test.each(inMemory)(
  'unlocking lets strangers try again at once, also after the end, on $name',
  async ({ create }) => {
    const world = await create()
    const id = (await (await world.signedIn('session')).me()).body.id ?? ''
    await guessOn(world, world.client(), 100)
    expect(await signIn(world)).toBe(429)
    await world.auth.users.unlock(id)
    expect(statusesOf(await guesses(world.client(), 5, 'ada'))).toEqual({ 401: 5 })
    await expect(world.auth.users.unlock('nobody')).rejects.toMatchObject({ code: 'not_found' })
  },
)

describe('where the app knows one user by several logins', () => {
  const createNicknamed = async (): Promise<World> => {
    const foreign = createForeignUsers()
    const { findLogin } = foreign.source
    const named = /^a(?:da)?\d*$/i
    const world = await createWorld({ foreign })
    Object.assign(foreign.source, {
      findLogin: (login: string) => findLogin(named.test(login) ? 'ada' : login),
    })
    return world
  }

  test('their guesses have one end, which a new password moves', async () => {
    const world = await createNicknamed()
    const client = world.client()
    for (let index = 0; index < 20; index++) {
      expect(statusesOf(await guesses(client, 5, `ada${index}`))).toEqual({ 401: 5 })
    }
    expect(waitOf(await client.login('ada20', password))).toBe(900)
    expect(waitOf(await client.login('a', password))).toBe(900)
  })

  test('no guess at one makes another wait, for that would tell that they are one', async () => {
    const world = await createNicknamed()
    await guesses(world.client(), 6, 'ada1')
    expect((await world.client().login('ada2', wrong)).status).toBe(401)
  })
})

describe('by address', () => {
  const spray = (
    world: World,
    count: number,
    ip: (index: number) => string | null,
  ): Promise<readonly { readonly status: number }[]> =>
    atOnce(count, (index) => clientAt(world, ip(index)).login(`name ${index}`, wrong))

  test('spraying many names from one ends after 300 attempts in five minutes', async () => {
    const world = await createWorld()
    expect(statusesOf(await spray(world, 310, () => '192.0.2.66'))).toEqual({ 401: 300, 429: 10 })
    expect((await clientAt(world, '192.0.2.67').login('ada', password)).status).toBe(200)
    expect(waitOf(await clientAt(world, '192.0.2.66').login('ada', password))).toBe(300)
    world.clock.advance(300_000)
    expect((await clientAt(world, '192.0.2.66').login('ada', password)).status).toBe(200)
  })

  test('a known device is not held up by what strangers do where it is', async () => {
    const world = await createWorld()
    const owner = clientAt(world, '192.0.2.66')
    expect((await owner.login('ada', password)).status).toBe(200)
    await spray(world, 310, () => '192.0.2.66')
    expect((await owner.login('ada', password)).status).toBe(200)
    // It vouches for its owner alone, and has a hundred guesses, not any number.
    expect((await owner.login('bob', wrong)).status).toBe(429)
    expect(statusesOf(await guesses(owner, 6, 'ada'))).toEqual({ 401: 5, 429: 1 })
  })

  test('all addresses of one IPv6 network are one', async () => {
    const world = await createWorld()
    const replies = await spray(world, 310, (index) => `2001:db8:1:2::${index.toString(16)}`)
    expect(statusesOf(replies)).toEqual({ 401: 300, 429: 10 })
    expect((await clientAt(world, '2001:db8:1:3::1').login('ada', password)).status).toBe(200)
  })

  test('those who sign in take nothing from their neighbours, and wipe out nothing', async () => {
    const world = await createWorld()
    await spray(world, 299, () => '192.0.2.66')
    for (let index = 0; index < 12; index++)
      expect((await clientAt(world, '192.0.2.66').login('ada', password)).status).toBe(200)
    expect(statusesOf(await spray(world, 2, () => '192.0.2.66'))).toEqual({ 401: 1, 429: 1 })
  })

  test('thirty accounts an hour from one', async () => {
    const world = await createWorld({ registration: 'open' })
    const register = (index: number): Promise<{ readonly status: number }> =>
      world.client().send('POST', '/auth/register', { json: { username: `user ${index}`, password } })
    expect(statusesOf(await atOnce(31, register))).toEqual({ 201: 30, 429: 1 })
    world.clock.advance(3_600_000)
    expect((await register(99)).status).toBe(201)
  })
})

describe('when more than 600 sign-ins fail in a minute', () => {
  /** From 60 networks, ten each. */
  const attack = async (world: World): Promise<void> => {
    const replies = await atOnce(600, (index) =>
      clientAt(world, `203.0.113.${index % 60}`).login(`name ${index}`, wrong),
    )
    expect(statusesOf(replies)).toEqual({ 401: 600 })
  }

  test('strangers fail ten times at an address, and a known device as often as ever', async () => {
    const world = await createWorld()
    const owner = clientAt(world, '203.0.113.7')
    expect((await owner.login('ada', password)).status).toBe(200)
    await attack(world)
    expect(waitOf(await clientAt(world, '203.0.113.7').login('ada', password))).toBe(300)
    expect((await owner.login('ada', password)).status).toBe(200)
    expect((await clientAt(world, '203.0.113.99').login('ada', password)).status).toBe(200)
    const others = await guesses(clientAt(world, '203.0.113.98'), 11, (index) => `other ${index}`)
    expect(statusesOf(others)).toEqual({ 401: 10, 429: 1 })
  })

  test('it is over with the minute', async () => {
    const world = await createWorld()
    await attack(world)
    world.clock.advance(60_000)
    expect((await clientAt(world, '203.0.113.7').login('ada', password)).status).toBe(200)
  })

  test('sign-ins that succeed are no attack', async () => {
    const world = await createWorld()
    await atOnce(60, (index) => world.addUser(`user ${index}`))
    for (let round = 0; round < 11; round++) {
      const replies = await atOnce(60, (index) =>
        clientAt(world, '192.0.2.1').login(`user ${index}`, password),
      )
      expect(statusesOf(replies)).toEqual({ 200: 60 })
    }
  })

  test('an app that hands on no addresses is not closed to everybody', async () => {
    const world = await createWorld()
    await attack(world)
    await guesses(world.client(), 20, (index) => `other ${index}`)
    expect(await signIn(world)).toBe(200)
  })
})

describe.each(inMemory)('a proof of the password, on $name', ({ create }) => {
  test('is slowed by session: five, then waits up to five minutes, and a hundred are the end', async () => {
    const world = await create()
    const thief = await world.signedIn('session', 'ada', { remember: true })
    const owner = await world.signedIn('session', 'ada', { remember: true })
    const waits: number[] = []
    for (let tried = 0; tried < 100; ) {
      const reply = await thief.reauthenticate(wrong)
      if (reply.status === 401) tried += 1
      else {
        waits.push(waitOf(reply))
        world.clock.advance(waitOf(reply) * 1000)
      }
    }
    expect(waits.slice(0, 9)).toEqual([2, 4, 8, 16, 32, 64, 128, 256, 300])
    expect(new Set(waits.slice(9))).toEqual(new Set([300]))
    expect(waits).toHaveLength(95)
    world.clock.advance(300_000)
    const refused = await thief.reauthenticate(password)
    expect([waitOf(refused), refused.body.detail]).toEqual([300, 'Too many wrong passwords. Sign in again.'])
    const change = { json: { current: password, next: nextPassword } }
    expect((await thief.send('POST', '/auth/password', change)).status).toBe(429)
    expect((await owner.reauthenticate(password)).status).toBe(200)
    expect((await thief.login('ada', password)).status).toBe(200)
    expect((await thief.reauthenticate(password)).status).toBe(200)
  })

  test('fifty at once are five guesses, at the proof and the change of password together', async () => {
    const world = await create()
    const client = await world.signedIn('session')
    const before = world.passwords.verified.length
    const replies = await atOnce(50, (index) =>
      index % 2 === 0
        ? client.copy().reauthenticate(wrong)
        : client.copy().send('POST', '/auth/password', { json: { current: wrong, next: nextPassword } }),
    )
    expect(statusesOf(replies)).toEqual({ 401: 5, 429: 45 })
    expect(world.passwords.verified.length - before).toBe(5)
  })
})
