// How often one may try: counted before the work, by account and address, however the name is spelt.

import { describe, expect, test } from 'vitest'
import { atOnce, createWorld, password, setUps, tally, type World } from '../../support/auth.js'

const wrong = 'four wrong words of length'

async function statuses(
  world: World,
  count: number,
  login: (index: number) => string,
): Promise<Readonly<Record<string, number>>> {
  const replies: { readonly status: number }[] = []
  for (let index = 0; index < count; index++) replies.push(await world.client().login(login(index), wrong))
  return tally(replies.map(({ status }) => status))
}

describe.each(setUps)('on $name', ({ create }) => {
  test('ten wrong guesses, then 429 with a time to wait, even for the right password', async () => {
    const world = await create()
    expect(await statuses(world, 11, () => 'ada')).toEqual({ 401: 10, 429: 1 })
    world.clock.advance(60_000)
    const reply = await world.client().login('ada', password)
    expect([reply.status, reply.body.code, reply.headers.get('retry-after')]).toEqual([
      429,
      'too_many_requests',
      '240',
    ])
    world.clock.advance(240_000)
    expect((await world.client().login('ada', password)).status).toBe(200)
  })

  test('a hundred at once count as a hundred', async () => {
    const world = await create()
    const before = world.passwords.verified.length
    const replies = await atOnce(100, () => world.client().login('ada', wrong))
    expect(tally(replies.map(({ status }) => status))).toEqual({ 401: 10, 429: 90 })
    expect(world.passwords.verified.length - before).toBe(10)
  })

  test('another spelling of the name buys no further guess', async () => {
    const world = await create()
    const spellings = [
      'ada',
      'ADA',
      ' ada',
      'ada ',
      '\tada',
      'ａｄａ',
      'Ａda',
      'ada\u3000',
      '  ada  ',
      'aDa',
      ' ADA ',
      '\u00a0ada',
    ]
    expect(await statuses(world, 12, (index) => spellings[index] ?? '')).toEqual({ 401: 10, 429: 2 })
  })

  test('names that nobody has are limited alike', async () => {
    const world = await create()
    expect(await statuses(world, 11, () => 'nobody')).toEqual({ 401: 10, 429: 1 })
    expect(await statuses(world, 11, (index) => `${'x'.repeat(100)}${' '.repeat(index)}`)).toEqual({
      401: 10,
      429: 1,
    })
  })

  test('the right password forgives the wrong ones before it', async () => {
    const world = await create()
    for (let round = 0; round < 3; round++) {
      expect(await statuses(world, 9, () => 'ada')).toEqual({ 401: 9 })
      expect((await world.client().login('ada', password)).status).toBe(200)
    }
  })
})

test('a stranger at another address locks nobody out', async () => {
  const world = await createWorld()
  const guess = (ip: string): Promise<unknown> =>
    world.auth.users.signIn('ada', wrong, { from: { ip, userAgent: null } }).catch((error: unknown) => error)
  for (let index = 0; index < 20; index++) await guess('192.0.2.66')
  expect(await guess('192.0.2.66')).toMatchObject({ code: 'too_many_requests' })
  const started = await world.auth.users.signIn('ada', password, {
    from: { ip: '192.0.2.1', userAgent: null },
  })
  expect(started.sessionId).toMatch(/^[\w-]{22}$/)
})

test('spraying many names from one address ends after 300 attempts', async () => {
  const world = await createWorld()
  const replies = await atOnce(310, (index) => world.client().login(`name ${index}`, wrong))
  expect(tally(replies.map(({ status }) => status))).toEqual({ 401: 300, 429: 10 })
})

test('thirty accounts an hour from one address', async () => {
  const world = await createWorld({ registration: 'open' })
  const register = (index: number): Promise<{ readonly status: number }> =>
    world.client().send('POST', '/auth/register', { json: { username: `user ${index}`, password } })
  const replies = await atOnce(31, register)
  expect(tally(replies.map(({ status }) => status))).toEqual({ 201: 30, 429: 1 })
  world.clock.advance(3_600_000)
  expect((await register(99)).status).toBe(201)
})
