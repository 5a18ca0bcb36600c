// What the app is told of users and sessions: once, without credentials, and no listener can do harm.

import { describe, expect, test } from 'vitest'
import { createWorld, nextPassword, password, setUps } from '../../support/auth.js'

describe.each(setUps)('on $name', ({ create }) => {
  test('everything that happens to a user is told once, without credentials', async () => {
    const world = await create()
    const client = await world.signedIn('session')
    const { id = '' } = (await client.me()).body
    const second = await world.signedIn('token')
    await world.client().login('ada', 'four wrong words of length')
    await client.send('POST', '/auth/password', { json: { current: password, next: nextPassword } })
    await world.setRoles(id, ['boss'])
    await world.auth.users.disable(id)
    await world.auth.users.enable(id)
    await second.logout()

    const told = world.events.map((event) => {
      if (event.name === 'sessionEnded' || event.name === 'userChanged') return `${event.name} ${event.cause}`
      return event.name === 'signedIn' ? `${event.name} ${event.mode}` : event.name
    })
    expect(told).toEqual([
      ...(world.foreign === null ? ['userCreated'] : []),
      'signedIn session',
      'signedIn token',
      'signInFailed',
      'sessionEnded password_changed',
      'userChanged password',
      world.foreign === null ? 'userChanged roles' : 'userChanged changed',
      'sessionEnded disabled',
      'userChanged disabled',
      'userChanged enabled',
    ])
    const text = JSON.stringify([world.events, world.log])
    for (const secret of [
      password,
      nextPassword,
      second.held.refreshToken,
      second.held.accessToken,
      client.cookie('session'),
    ]) {
      expect(text).not.toContain(secret)
    }
  })
})

test('a listener that throws or rejects changes nothing but the log', async () => {
  const world = await createWorld()
  world.auth.on('signedIn', () => {
    throw new Error('I throw.')
  })
  const reject = async (): Promise<void> => {
    throw new Error('I reject.')
  }
  world.auth.on('signedIn', reject)
  expect((await world.client().login('ada', password)).status).toBe(200)
  await new Promise((resolve) => setImmediate(resolve))
  expect(world.log.map(({ fields }) => String(fields['error']))).toEqual([
    'Error: I throw.',
    'Error: I reject.',
  ])
})

test('a listener that throws is told with the request in whose course it did', async () => {
  const world = await createWorld()
  const throwing = (): never => {
    throw new Error('I throw.')
  }
  world.auth.on('signedIn', throwing)
  const stop = world.auth.on('audited', ({ name }) => (name === 'session_created' ? throwing() : null))
  const { headers, body } = await world.client().login('ada', password)
  stop()
  const userId = body.user?.id ?? ''
  await world.auth.audit.attribute({ requestId: 'r1' }, () => world.auth.sessions.start({ userId }))
  await world.auth.sessions.start({ userId })
  const requestId = headers.get('x-request-id')
  expect(requestId).toMatch(/./)
  expect(world.log.map(({ fields: { error: _, ...fields } }) => fields)).toEqual([
    { event: 'audited', requestId },
    { event: 'signedIn', requestId },
    { event: 'signedIn', requestId: 'r1' },
    { event: 'signedIn' },
  ])
})

test('a listener can stop listening', async () => {
  const world = await createWorld()
  let heard = 0
  const stop = world.auth.on('signedIn', () => {
    heard += 1
  })
  await world.signedIn('session')
  stop()
  stop()
  await world.signedIn('session')
  expect(heard).toBe(1)
})
