// Token mode in a program: the app keeps the refresh token, and none is used before the next one is safe.

import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, it, vi } from 'vitest'
import { createClientOn } from '../../packages/sessera/src/client/client.js'
import type { Client, RefreshTokenStorage } from '../../packages/sessera/src/client/types.js'
import { password } from '../support/auth.js'
import { type AppServer, startApp } from './api.js'
import { nodeHost } from './browser.js'

const ada = { username: 'ada', password }
const refresh = 'POST /auth/refresh'

interface Drawer extends RefreshTokenStorage {
  token: string | null
}

function createDrawer(): Drawer {
  const drawer: Drawer = {
    token: null,
    load: async () => drawer.token,
    async save(token) {
      // Some take their time.
      await new Promise((resolve) => setImmediate(resolve))
      drawer.token = token
    },
  }
  return drawer
}

function startProgram(app: AppServer, storage?: RefreshTokenStorage): Client {
  return createClientOn(nodeHost(app.world.clock), {
    mode: 'token',
    origin: app.origin,
    ...(storage === undefined ? {} : { storage }),
  })
}

async function signedIn() {
  const app = await startApp()
  const drawer = createDrawer()
  const client = startProgram(app, drawer)
  await client.signIn(ada)
  return { app, drawer, client }
}

describe('a program', () => {
  it('signs in, stays so over a restart, and signs out', async () => {
    const { app, drawer, client } = await signedIn()
    expect(drawer.token).toMatch(/^[\w-]{72}$/)
    expect(await (await client.fetch('/hello')).text()).toBe('Hello, ada: teller')

    const again = startProgram(app, drawer)
    expect(await again.session.ready()).toEqual(client.session.current)
    await again.signOut()
    expect(drawer.token).toBeNull()
    expect((await client.fetch('/hello')).status).toBe(401)
    expect(client.session.current).toBeNull()
  })

  it('that holds nothing asks nobody', async () => {
    const app = await startApp()
    expect(await startProgram(app, createDrawer()).session.ready()).toBeNull()
    expect(app.asked).toEqual([])
  })

  it('without a place for the refresh token is signed in for as long as it runs', async () => {
    const app = await startApp()
    const client = startProgram(app)
    await client.signIn(ada)
    for (let round = 0; round < 3; round++) {
      app.world.clock.advance('5m')
      expect((await client.fetch('/hello')).status).toBe(200)
    }
    expect(await startProgram(app).session.ready()).toBeNull()
  })

  it('refreshes once, however many requests need it', async () => {
    const { app, client } = await signedIn()
    app.world.clock.advance('5m')
    const answers = await Promise.all(Array.from({ length: 20 }, () => client.fetch('/hello')))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    expect(app.count(refresh)).toBe(1)
  })

  it('remembers for as long as it is asked to', async () => {
    const app = await startApp()
    const client = startProgram(app, createDrawer())
    await client.signIn({ ...ada, remember: true })
    app.world.clock.advance('3d')
    expect((await client.fetch('/hello')).status).toBe(200)
  })
})

describe('the refresh token', () => {
  it('is saved before the access token that came with it is used', async () => {
    const { app, drawer, client } = await signedIn()
    const order: string[] = []
    const { save } = drawer
    drawer.save = async (token) => {
      await save(token)
      order.push('saved')
    }
    app.meddle = (req) => {
      order.push(req.url ?? '')
      return false
    }
    app.world.clock.advance('5m')
    await client.fetch('/hello')
    expect(order).toEqual(['/auth/refresh', 'saved', '/hello'])
  })

  it('that cannot be saved is not used, and its fault is told', async () => {
    const { app, drawer, client } = await signedIn()
    const { save } = drawer
    app.world.clock.advance('5m')
    drawer.save = () => Promise.reject(new Error('The disk is full.'))
    await expect(client.fetch('/hello')).rejects.toThrow('The disk is full.')
    expect(app.count('GET /hello')).toBe(0)
    // What is in the drawer still opens, within the grace.
    drawer.save = save
    expect((await client.fetch('/hello')).status).toBe(200)
  })

  it.each([
    ['a refresh', (client: Client) => client.fetch('/hello')],
    ['a new proof', (client: Client) => client.reauthenticate(password)],
  ])('of %s that could not be saved opens nevertheless, and is saved with the next', async (_, renew) => {
    const { app, drawer, client } = await signedIn()
    const { save } = drawer
    app.world.clock.advance('5m')
    await client.session.ready()
    await client.fetch('/hello')
    app.world.clock.advance('5m')
    drawer.save = () => Promise.reject(new Error('The disk is full.'))
    await expect(renew(client)).rejects.toThrow('The disk is full.')
    drawer.save = save
    app.world.clock.advance('1m')
    expect((await client.fetch('/hello')).status).toBe(200)
    app.world.clock.advance('5m')
    expect(await startProgram(app, drawer).session.ready()).not.toBeNull()
  })

  it('of a sign-in that could not be saved is nobody’s', async () => {
    const { app, drawer, client } = await signedIn()
    await app.world.addUser('eve')
    const { save } = drawer
    drawer.save = () => Promise.reject(new Error('The disk is full.'))
    await expect(client.signIn({ ...ada, username: 'eve' })).rejects.toThrow('The disk is full.')
    drawer.save = save
    app.world.clock.advance('5m')
    expect(await (await client.fetch('/hello')).text()).toBe('Hello, ada: teller')
  })

  it('of now counts, when another process has used the one before', async () => {
    const { app, drawer, client } = await signedIn()
    app.world.clock.advance('5m')
    await startProgram(app, drawer).session.ready()
    app.world.clock.advance('5m')
    expect((await client.fetch('/hello')).status).toBe(200)
  })

  it('is forgotten when it is refused', async () => {
    const { app, drawer, client } = await signedIn()
    await app.world.auth.sessions.end(client.session.current?.sessionId ?? '')
    app.world.clock.advance('5m')
    expect((await client.fetch('/hello')).status).toBe(401)
    expect([client.session.current, drawer.token]).toEqual([null, null])
  })

  it.each([['nonsense'], ['x'.repeat(500)], ['']])('that is none (%#) signs in nobody', async (token) => {
    const app = await startApp()
    const drawer = createDrawer()
    drawer.token = token
    expect(await startProgram(app, drawer).session.ready()).toBeNull()
    expect(drawer.token).toBeNull()
  })

  it('of a refresh that a sign-out overtook is not kept', async () => {
    const { app, drawer, client } = await signedIn()
    app.world.clock.advance('5m')
    const arrived = new Promise<void>((resolve) => {
      app.meddle = (req) => {
        if (req.url === '/auth/refresh') resolve()
        return false
      }
    })
    const greeting = client.fetch('/hello').then(
      ({ status }) => status,
      () => 401,
    )
    await arrived
    await client.signOut()
    expect(await greeting).toBe(401)
    expect(drawer.token).toBeNull()
  })

  it('that is being saved when somebody signs out is forgotten with the rest', async () => {
    const { app, drawer, client } = await signedIn()
    app.world.clock.advance('5m')
    const { save } = drawer
    const saves: Promise<void>[] = []
    const begun = new Promise<void>((resolve) => {
      drawer.save = (token) => {
        resolve()
        const saved = (token === null ? Promise.resolve() : pause(100)).then(() => save(token))
        saves.push(saved)
        return saved
      }
    })
    const greeting = client.fetch('/hello')
    await begun
    await client.signOut()
    await Promise.all([greeting, ...saves])
    expect(drawer.token).toBeNull()
  })

  it('is asked for before a sign-in that comes later, not beside it', async () => {
    const { app, client } = await signedIn()
    app.world.clock.advance('5m')
    app.meddle = async (req) => {
      if (req.url === '/auth/refresh') await pause(100)
      return false
    }
    const greeting = client.fetch('/hello')
    await Promise.resolve()
    await client.signIn(ada)
    await greeting
    const [first, second] = app.asked.slice(1)
    expect([first, second]).toEqual([`${refresh} 200`, 'POST /auth/login 200'])
  })

  it('of a sign-in stands, whatever the refresh before it brings', async () => {
    const { app, drawer, client } = await signedIn()
    await app.world.addUser('eve')
    app.world.clock.advance('5m')
    const greeting = client.fetch('/hello')
    await client.signIn({ ...ada, username: 'eve' })
    await greeting
    app.world.clock.advance('5m')
    expect(await (await client.fetch('/hello')).text()).toBe('Hello, eve: ')
    expect(await startProgram(app, drawer).session.ready()).toMatchObject({ user: { username: 'eve' } })
  })

  it('is asked for after a sign-in that goes on, not beside it', async () => {
    const { app, client } = await signedIn()
    await app.world.addUser('eve')
    app.world.clock.advance('5m')
    const entering = client.signIn({ ...ada, username: 'eve' })
    const [greeting] = await Promise.all([client.fetch('/hello'), entering, client.signOut()])
    expect([greeting.status, client.session.current]).toEqual([expect.any(Number), null])
    expect(app.asked.filter((line) => line.startsWith(refresh))).toEqual([])
  })
})

it('a request that waited for a sign-in uses what that brought', async () => {
  const { app, client } = await signedIn()
  app.world.clock.advance('5m')
  const [, greeting] = await Promise.all([client.signIn(ada), client.fetch('/hello')])
  expect(greeting.status).toBe(200)
  expect(app.count(refresh)).toBe(0)
})

it('nothing of it keeps a program alive', async () => {
  const { client } = await signedIn()
  const timers = vi.spyOn(globalThis, 'setTimeout')
  const cleared = vi.spyOn(globalThis, 'clearTimeout')
  await client.fetch('/hello')
  await client.signOut()
  const own = timers.mock.results.filter((_, index) => timers.mock.calls[index]?.[1] === 10_000)
  const ended = new Set(cleared.mock.calls.map(([timer]) => timer))
  expect(own.length).toBeGreaterThan(0)
  expect(own.every(({ value }) => ended.has(value))).toBe(true)
  timers.mockRestore()
  cleared.mockRestore()
})
