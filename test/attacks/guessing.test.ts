// Attacks 54 to 56: passwords are guessed, at one account and at many, from one address and from many. Over real sockets.

import { describe, expect, test } from 'vitest'
import type { RawAnswer } from '../http/raw-server.js'
import { atOnce, createWorld, password, tally, type WorldOptions } from '../support/auth.js'
import { codeOf, serve, type WebServer } from '../support/server.js'

const wrong = 'four wrong words of length'

type Lines = readonly (readonly [name: string, value: string])[]

/** A sign-in with these header lines. */
function login(server: WebServer, username: string, text: string, headers: Lines = []): Promise<RawAnswer> {
  return server.send({ path: '/auth/login', json: { username, password: text }, headers })
}

const statusesOf = (answers: readonly RawAnswer[]): object => tally(answers.map(({ status }) => status))

/** All bytes of an answer that could tell one account from another. */
const faceOf = ({ status, headers, body }: RawAnswer): object => ({
  status,
  headers: headers.filter(([name]) => !/^(?:date|x-request-id)$/.test(name)),
  body,
})

async function setScene(options: WorldOptions = {}) {
  const world = await createWorld(options)
  return { world, server: await serve(world) }
}

/** The cookies of a browser in which that user has signed in. */
async function browserOf(server: WebServer, username: string): Promise<readonly [string, string]> {
  const answer = await login(server, username, password)
  return [
    'Cookie',
    answer
      .all('set-cookie')
      .map((cookie) => cookie.split(';', 1)[0])
      .join('; '),
  ]
}

test('54: an account that is slowed, and one whose password strangers have used up, look like one that nobody has', async () => {
  const { world, server } = await setScene()
  await world.auth.users.disable(await world.addUser('bob'))
  for (let count = 0; count < 110; count++) {
    const [ada, bob, nobody] = await Promise.all([
      login(server, 'ada', wrong),
      login(server, 'bob', password),
      login(server, 'nobody', password),
    ])
    expect([faceOf(ada), faceOf(bob)]).toEqual([faceOf(nobody), faceOf(nobody)])
    // A little early first, then in time.
    world.clock.advance(count % 25 === 0 ? 1000 : 900_000)
  }
  expect(codeOf(await login(server, 'ada', password))).toBe('too_many_requests')
})

describe('55: spraying', () => {
  const forwarded = (index: number): Lines => [['X-Forwarded-For', `198.51.100.${index % 250}`]]
  const spray = (server: WebServer, count: number, headers: (index: number) => Lines) =>
    atOnce(count, (index) => login(server, `name ${index}`, wrong, headers(index)))

  test('ends at 300 from one address, whatever X-Forwarded-For says', async () => {
    const { server } = await setScene()
    expect(statusesOf(await spray(server, 305, forwarded))).toEqual({ 401: 300, 429: 5 })
  })

  test('ends at 300 behind a trusted proxy, whatever the client wrote before it', async () => {
    const { server } = await setScene({ trustedProxies: ['loopback'] })
    const appended = (index: number): Lines => [['X-Forwarded-For', `198.51.100.${index % 250}, 192.0.2.7`]]
    expect(statusesOf(await spray(server, 305, appended))).toEqual({ 401: 300, 429: 5 })
    expect((await login(server, 'ada', password, [['X-Forwarded-For', '192.0.2.8']])).status).toBe(200)
  })

  test('ends at ten from each of many addresses, and those who were here before get in', async () => {
    const { server } = await setScene({ trustedProxies: ['loopback'] })
    const browser = await browserOf(server, 'ada')
    const from = (index: number): Lines => [['X-Forwarded-For', `198.51.100.${index % 50}`]]
    expect(statusesOf(await spray(server, 600, from))).toEqual({ 401: 600 })
    expect(statusesOf(await spray(server, 50, from))).toEqual({ 429: 50 })
    expect((await login(server, 'ada', password, [...from(1), browser])).status).toBe(200)
    expect((await login(server, 'ada', password, [['X-Forwarded-For', '192.0.2.8']])).status).toBe(200)
  })
})

describe('56: somebody is locked out by guessing at their account', () => {
  const hammer = async ({ world, server }: Awaited<ReturnType<typeof setScene>>): Promise<void> => {
    for (let count = 0; count < 105; count++) {
      await login(server, 'ada', wrong)
      world.clock.advance(900_000)
    }
    expect((await login(server, 'ada', password)).status).toBe(429)
  }

  test('they still get in where they have signed in before, again and again', async () => {
    const scene = await setScene()
    const browser = await browserOf(scene.server, 'ada')
    await hammer(scene)
    const replies = await Promise.all([1, 2, 3].map(() => login(scene.server, 'ada', password, [browser])))
    expect(statusesOf(replies)).toEqual({ 200: 3 })
    expect((await login(scene.server, 'ada', password)).status).toBe(429)
  })

  test('the browser of whoever guesses is no help, with an account of its own neither', async () => {
    const scene = await setScene({ registration: 'open' })
    await scene.server.send({ path: '/auth/register', json: { username: 'mallory', password } })
    const browser = await browserOf(scene.server, 'mallory')
    await hammer(scene)
    expect((await login(scene.server, 'ada', password, [browser])).status).toBe(429)
  })

  test('elsewhere they get in as soon as an administrator unlocks them', async () => {
    const scene = await setScene()
    const { user }: { user: { id: string } } = JSON.parse((await login(scene.server, 'ada', password)).body)
    await hammer(scene)
    await scene.world.auth.users.unlock(user.id)
    expect((await login(scene.server, 'ada', password)).status).toBe(200)
  })
})
