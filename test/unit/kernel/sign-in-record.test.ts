// What is on record of signing in and of guessing: who and why, never what was typed, and no flood of lines.

import { describe, expect, test } from 'vitest'
import type { AuditEvent } from '../../../packages/sessera/src/domain/audit.js'
import { createRefusals } from '../../../packages/sessera/src/kernel/refusals.js'
import { atOnce, createWorld, password, setUps, type World } from '../../support/auth.js'
import { clientAt, deviceWith, guesses, guessOn, markOf, recordOf, wrong } from '../../support/guessing.js'

const refusalsIn = (lines: readonly AuditEvent[]): readonly (string | null)[] =>
  lines.filter(({ name }) => name === 'excess_rate_limit_exceeded').map(({ cause }) => cause)

async function idOf(world: World): Promise<string> {
  return (await (await world.signedIn('session')).me()).body.id ?? ''
}

describe.each(setUps)('on $name', ({ create }) => {
  test('a sign-in is a session that was created and a success, with who and where from', async () => {
    const world = await create()
    const lines = recordOf(world)
    const client = clientAt(world, '192.0.2.1')
    const { body } = await client.login('ada', password, { mode: 'token' })
    const common = {
      actorId: body.user?.id,
      userId: body.user?.id,
      sessionId: body.session?.id,
      ip: '192.0.2.1',
      cause: 'token',
    }
    expect(lines).toMatchObject([
      { name: 'session_created', ...common },
      { name: 'authn_login_success', ...common },
    ])
  })

  test('a failure names whom it was about, nobody as its actor, and never what was typed', async () => {
    const world = await create()
    const id = await idOf(world)
    const lines = recordOf(world)
    await clientAt(world, '192.0.2.1').login('ada', wrong)
    await world.client().login('my password instead', wrong)
    expect(lines).toMatchObject([
      { name: 'authn_login_fail', userId: id, actorId: null, ip: '192.0.2.1', cause: 'invalid_credentials' },
      { name: 'authn_login_fail', userId: null, actorId: null },
    ])
    expect(JSON.stringify(lines)).not.toMatch(/my password|four wrong/)
  })
})

test('of each wait the first refusal is on record, of the hundredth failure the lock', async () => {
  const world = await createWorld()
  const id = await idOf(world)
  const lines = recordOf(world)
  await guesses(world.client(), 5, 'ada')
  await atOnce(50, () => world.client().login('ada', wrong))
  expect(refusalsIn(lines)).toEqual(['account'])
  await guessOn(world, world.client(), 94)
  expect(lines.filter(({ name }) => name === 'authn_login_lock')).toEqual([])
  expect(refusalsIn(lines)).toHaveLength(94)
  world.clock.advance(900_000)
  await world.client().login('ada', wrong)
  await guesses(world.client(), 3, 'ada')
  expect(lines.slice(-3)).toMatchObject([
    { name: 'authn_login_fail', userId: id },
    { name: 'authn_login_lock', userId: id },
    { name: 'excess_rate_limit_exceeded', userId: id, cause: 'account' },
  ])
  expect(lines.filter(({ name }) => name === 'authn_login_fail')).toHaveLength(100)
})

test('a hundredth guess that is right locks nothing', async () => {
  const world = await createWorld()
  await guessOn(world, world.client(), 99)
  world.clock.advance(900_000)
  const lines = recordOf(world)
  expect((await world.client().login('ada', password)).status).toBe(200)
  expect(lines.map(({ name }) => name)).toEqual(['session_created', 'authn_login_success'])
})

test('a known device, an address, a proof and strangers who register are refused under names of their own', async () => {
  const world = await createWorld({ registration: 'open' })
  const client = await world.signedIn('session')
  const lines = recordOf(world)
  await guesses(deviceWith(client, markOf(client)), 7, 'ada')
  expect(refusalsIn(lines)).toEqual(['device'])
  for (let index = 0; index < 7; index++) await client.reauthenticate(wrong)
  expect(refusalsIn(lines)).toEqual(['device', 'proof'])
  await atOnce(310, (index) => clientAt(world, '192.0.2.1').login(`name ${index}`, wrong))
  expect(refusalsIn(lines)).toEqual(['device', 'proof', 'address'])
  const register = (index: number): Promise<unknown> =>
    world.client().send('POST', '/auth/register', { json: { username: `user ${index}`, password: 'short' } })
  await atOnce(40, register)
  expect(refusalsIn(lines)).toEqual(['device', 'proof', 'address', 'register'])
  world.clock.advance(3_600_000)
  await atOnce(40, register)
  expect(refusalsIn(lines)).toEqual(['device', 'proof', 'address', 'register', 'register'])
})

test('a session that ends because there are too many is on record', async () => {
  const world = await createWorld({ sessions: { perUser: 1 } })
  const client = await world.signedIn('session')
  const sessionId = (await client.me()).body.sessionId
  const lines = recordOf(world)
  await world.signedIn('session')
  expect(lines).toContainEqual(
    expect.objectContaining({ name: 'session_ended', sessionId, cause: 'too_many' }),
  )
})

test('what is known of refusals is bounded', () => {
  const refusals = createRefusals()
  expect([refusals.isFirst('a', 1), refusals.isFirst('a', 1), refusals.isFirst('a', 2)]).toEqual([
    true,
    false,
    true,
  ])
  for (let index = 0; index < 10_000; index++) refusals.isFirst(`key ${index}`, 1)
  expect(refusals.isFirst('key 9999', 1)).toBe(false)
  expect(refusals.isFirst('a', 2)).toBe(true)
})
