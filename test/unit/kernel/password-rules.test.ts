// What becomes of a new password on its way in: the rules, the breach check, and what happens when that cannot answer.

import { describe, expect, test } from 'vitest'
import { createWorld, password, type World, type WorldOptions } from '../../support/auth.js'
import type { Reply } from '../../support/client.js'

const next = 'some other words of length'

/** Every way in which a person chooses a password. */
const ways: readonly {
  readonly name: string
  readonly done: number
  choose(world: World, text: string): Promise<Reply>
}[] = [
  {
    name: 'registering',
    done: 201,
    choose: (world, text) =>
      world.client().send('POST', '/auth/register', {
        json: { username: 'grace', password: text, email: 'g.b.murray@navy.example' },
      }),
  },
  {
    name: 'changing it',
    done: 204,
    async choose(world, text) {
      const client = await world.signedIn('session')
      return client.send('POST', '/auth/password', { json: { current: password, next: text } })
    },
  },
]

const create = (passwords: WorldOptions['passwords'] = {}): Promise<World> =>
  createWorld({ registration: 'open', passwords })

/** Without what concerns ada: she was created under the same rules. */
const forAda = password

describe.each(ways)('$name', ({ choose, done }) => {
  test.each([
    ['a common password', 'iloveyou basketball', 'Many people use this password'],
    ['the name of the app', 'Acme Bank Acme!', 'name of this site'],
    ['the host', 'app.example 1234', 'name of this site'],
  ])('refuses %s', async (_, text, sentence) => {
    const world = await create({ contextWords: ['Acme Bank', 'Acme'] })
    const reply = await choose(world, text)
    expect([reply.status, reply.body.code]).toEqual([400, 'password_unacceptable'])
    expect(reply.body.detail).toContain(sentence)
  })

  test('refuses what is known from a breach, and asks with the very password, in NFC', async () => {
    const asked: string[] = []
    const world = await create({
      isBreached: async (text) => {
        asked.push(text)
        return text !== forAda
      },
    })
    const reply = await choose(world, `${next} cafe\u0301`)
    expect([reply.status, reply.body.code]).toEqual([400, 'password_unacceptable'])
    expect(reply.body.detail).toContain('known from a data breach')
    expect(asked).toEqual([forAda, `${next} caf\u00e9`])
  })

  test('asks nobody about a password that is refused anyway', async () => {
    const asked: string[] = []
    const world = await create({ isBreached: (text) => asked.push(text) < 0 })
    await choose(world, 'iloveyou basketball')
    expect(asked).toEqual([forAda])
  })

  const faults: readonly (readonly [string, (text: string) => boolean | Promise<boolean>, string])[] = [
    [
      'throws',
      (text) => {
        throw new RangeError(`cannot look up ${text}`)
      },
      'RangeError',
    ],
    ['rejects', (text) => Promise.reject(new Error(`GET /range/${text}`)), 'Error'],
    ['answers a count', () => 0 as unknown as boolean, 'TypeError'],
    ['answers nothing', () => undefined as unknown as boolean, 'TypeError'],
  ]

  test.each(faults)(
    'a check that %s: accepted, with a warning that holds nothing of it',
    async (_, isBreached, fault) => {
      const world = await create({ isBreached: (text) => (text === forAda ? false : isBreached(text)) })
      expect((await choose(world, next)).status).toBe(done)
      expect(world.log).toEqual([
        {
          level: 'warn',
          message: 'Whether a new password is known from a breach could not be checked.',
          fields: { requestId: expect.any(String), whenUnreachable: 'accept', fault, code: null },
        },
      ])
    },
  )

  test('where there is none, nothing is missed', async () => {
    const world = await create({})
    expect((await choose(world, next)).status).toBe(done)
    expect(world.log).toEqual([])
  })

  test.each(faults)('a check that %s: refused where the operator wants that', async (_, isBreached) => {
    const world = await create({
      whenUnreachable: 'refuse',
      isBreached: (text) => (text === forAda ? false : isBreached(text)),
    })
    const reply = await choose(world, next)
    expect([reply.status, reply.body.code]).toEqual([503, 'unavailable'])
    expect(reply.body.detail).toBe('The new password cannot be checked right now. Try again in a moment.')
    expect((await world.client().login('ada', password)).status).toBe(200)
    expect(JSON.stringify(world.log)).not.toContain(next)
  })
})

test('the email address is no password: that of a newcomer, and that of whom we know', async () => {
  const world = await create()
  const [registering] = ways
  const refused = await registering?.choose(world, 'g.b.murray 1906')
  expect(refused?.body.detail).toContain('email address')
  await world.client().send('POST', '/auth/register', {
    json: { username: 'grace', password, email: 'g.b.murray@navy.example' },
  })
  const client = await world.signedIn('session', 'grace')
  const reply = await client.send('POST', '/auth/password', {
    json: { current: password, next: 'G.B.Murray 1906' },
  })
  expect(reply.body.detail).toContain('email address')
})

test('signing in asks nobody: a password that became known since still opens the door', async () => {
  let isKnown = false
  const world = await create({ isBreached: () => isKnown })
  isKnown = true
  expect((await world.client().login('ada', password)).status).toBe(200)
  expect(world.log).toEqual([])
})
