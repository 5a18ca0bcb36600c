// What the guide for mobile apps promises of them: secure storage, refresh, sign-out, and what happens without a network.

import { ClientError } from 'sessera/client'
import { createTestAuth, type TestAuth, type TestAuthOptions } from 'sessera/testing'
import { expect, onTestFinished, test } from 'vitest'
import { silentLog } from '../support/silent-log.js'
import { createAppClient, type KeyStore, openApp } from './mobile-app.js'

const password = 'four words of some length'
const credentials = { username: 'ada', password, remember: true }

interface Device {
  /** What the key store holds. */
  readonly kept: Map<string, string>
  online: boolean
  /** The app as it is after a start. */
  start(): ReturnType<typeof createAppClient>
}

async function setUp(options: TestAuthOptions = {}): Promise<{ t: TestAuth; device: Device }> {
  const t = createTestAuth({ origin: 'https://api.example.com', ...options })
  onTestFinished(() => t.close())
  await t.auth.users.create({ username: 'ada', password })
  const kept = new Map<string, string>()
  const keyStore: KeyStore = {
    getItemAsync: async (key) => kept.get(key) ?? null,
    setItemAsync: async (key, value) => void kept.set(key, value),
    deleteItemAsync: async (key) => void kept.delete(key),
  }
  const device: Device = {
    kept,
    online: true,
    start() {
      const client = createAppClient(keyStore, async (input, init) => {
        if (!device.online) throw new TypeError('fetch failed')
        return await t.auth.fetch(new Request(input, init))
      })
      onTestFinished(() => client.close())
      return client
    },
  }
  return { t, device }
}

test('a sign-in lasts over restarts of the app; only the refresh token is kept', async () => {
  const { t, device } = await setUp()
  expect(await openApp(device.start(), null)).toBe('Sign in')
  await device.start().signIn(credentials)
  expect([...device.kept.keys()]).toEqual(['refresh-token'])
  t.clock.advance('6d')
  expect(await openApp(device.start(), null)).toBe('Welcome, ada')
})

test('a refreshed token replaces the one that is kept', async () => {
  const { t, device } = await setUp()
  await device.start().signIn(credentials)
  const first = device.kept.get('refresh-token')
  t.clock.advance('10m')
  expect((await device.start().fetch('/auth/me')).status).toBe(200)
  expect(device.kept.get('refresh-token')).not.toBe(first)
})

test('sign-out forgets the token and ends the session; without a network nothing is forgotten', async () => {
  const { t, device } = await setUp()
  const client = device.start()
  const { user } = await client.signIn(credentials)
  device.online = false
  await expect(client.signOut()).rejects.toThrow(TypeError)
  expect(device.kept.size).toBe(1)
  device.online = true
  await client.signOut()
  expect(device.kept.size).toBe(0)
  expect(await t.auth.sessions.list(user.id)).toEqual([])
})

test('an app that is opened offline is still signed in when it is back', async () => {
  const { t, device } = await setUp()
  await device.start().signIn(credentials)
  t.clock.advance('1h')
  device.online = false
  const client = device.start()
  expect(await openApp(client, null)).toBe('No connection')
  expect(await openApp(client, 'ada')).toBe('ada, offline')
  await expect(client.fetch('/auth/me')).rejects.toThrow(TypeError)
  device.online = true
  expect((await client.fetch('/auth/me')).status).toBe(200)
})

test('a session that was ended elsewhere is over at the next contact', async () => {
  const { t, device } = await setUp()
  const client = device.start()
  const { user } = await client.signIn(credentials)
  await t.auth.sessions.endAll(user.id)
  expect((await client.fetch('/auth/me')).status).toBe(401)
  expect(client.session.current).toBeNull()
  expect(await openApp(device.start(), 'ada')).toBe('Sign in')
})

test('a lost answer is asked for again within the grace, and signs out after it', async () => {
  const { t, device } = await setUp({ sessions: { refreshGrace: '60s' }, log: silentLog })
  await device.start().signIn(credentials)
  const before = device.kept.get('refresh-token') ?? ''
  t.clock.advance('10m')
  await device.start().fetch('/auth/me')
  // As if the app had been ended before it could save.
  device.kept.set('refresh-token', before)
  t.clock.advance('50s')
  expect(await openApp(device.start(), null)).toBe('Welcome, ada')

  device.kept.set('refresh-token', before)
  t.clock.advance('20m')
  expect(await openApp(device.start(), null)).toBe('Sign in')
})

test('a wrong password is a refusal with a code, not a failed network', async () => {
  const { device } = await setUp()
  const refusal = await device
    .start()
    .signIn({ ...credentials, password: 'not her password' })
    .catch(String)
  expect(refusal).toContain('ClientError')
  await expect(device.start().signIn({ ...credentials, username: 'bob' })).rejects.toBeInstanceOf(ClientError)
})
