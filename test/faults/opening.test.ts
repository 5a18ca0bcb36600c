// A store that cannot be opened: 503 for all, until it can.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { ConfigurationError } from '../../packages/sessera/src/errors.js'
import type { StoreSource } from '../../packages/sessera/src/ports/store.js'
import { memory } from '../../packages/sessera/src/stores/memory.js'
import { sqlite } from '../../packages/sessera/src/stores/sqlite.js'
import { createWorld, password, temporarySqlite, type World } from '../support/auth.js'
import { temporaryFolder } from '../support/folder.js'
import { createMeddledStore, type MeddledStore } from '../support/meddled-store.js'
import { serve } from '../support/server.js'
import { expectUnavailable, faults, holdTime, unavailable, waitFor } from './faults.js'

interface Flaky {
  readonly source: StoreSource
  fault: Error | null
  attempts: number
}

function createFlaky(fault: Error | null): Flaky {
  const inner = memory()
  const flaky: Flaky = {
    fault,
    attempts: 0,
    source: {
      async open(using) {
        flaky.attempts += 1
        if (flaky.fault !== null) throw flaky.fault
        return inner.open(using)
      },
    },
  }
  return flaky
}

async function expectAllRefused(world: World): Promise<void> {
  for (const [method, path, json] of [
    ['GET', '/auth/me', undefined],
    ['POST', '/auth/login', { username: 'ada', password }],
    ['POST', '/auth/logout', {}],
    ['GET', '/auth/verify', undefined],
    ['GET', '/.well-known/jwks.json', undefined],
  ] as const) {
    const reply = await world.client().send(method, path, json === undefined ? {} : { json })
    expectUnavailable(reply, path)
  }
  expect(world.auth.check('x'.repeat(72))).toBeNull()
}

test('requests get 503 and are each another attempt; when it opens, all is well', async () => {
  const flaky = createFlaky(new Error('No such host: secret.internal'))
  const world = await createWorld({ store: flaky.source, empty: true })
  await expectAllRefused(world)
  expect(flaky.attempts).toBeGreaterThanOrEqual(5)
  await expect(world.auth.ready()).rejects.toThrow('No such host')
  const refusal = { name: 'AuthError', code: 'unavailable' }
  await expect(world.auth.sessions.list('u-1')).rejects.toMatchObject(refusal)
  await expect(world.auth.users.create({ username: 'ada', password })).rejects.toMatchObject(refusal)
  expect(world.log.some(({ message }) => message === 'Sessera could not open its store.')).toBe(true)

  flaky.fault = null
  await world.auth.ready()
  await world.addUser('ada')
  expect((await (await world.signedIn('token')).me()).status).toBe(200)
})

test('a hundred requests at once share one attempt', async () => {
  const flaky = createFlaky(null)
  const world = await createWorld({ store: flaky.source })
  expect(flaky.attempts).toBe(1)
  await Promise.all(Array.from({ length: 100 }, () => world.client().me()))
  expect(flaky.attempts).toBe(1)
})

test('a guarded page over a socket gets 503 too, and recovers', async () => {
  const flaky = createFlaky(new Error('Gone.'))
  const world = await createWorld({ store: flaky.source, empty: true })
  const server = await serve(world)
  expect((await server.send({ path: '/page' })).status).toBe(503)
  flaky.fault = null
  expect((await server.send({ path: '/page' })).status).toBe(401)
})

test('a file that is no database: ready() says so, requests get 503, and the file is as it was', async () => {
  const folder = temporaryFolder()
  const file = join(folder, 'auth.db')
  const letter = 'This is somebody’s letter.'.repeat(100)
  writeFileSync(file, letter)
  const world = await createWorld({ store: sqlite(file), empty: true })
  await expect(world.auth.ready()).rejects.toThrow(ConfigurationError)
  await expectAllRefused(world)
  expect(readFileSync(file, 'utf8')).toBe(letter)
})

test('a server secret that was replaced is told by ready(), and lets nobody in', async () => {
  const before = await createWorld({ store: temporarySqlite() })
  const client = await before.signedIn('session')
  const world = await createWorld({
    store: before.store.source,
    secrets: ['another server secret altogether, long enough'],
    empty: true,
    seed: 'after',
  })
  await expect(world.auth.ready()).rejects.toThrow('No server secret opens the signing key')
  await expectAllRefused(world)
  expect((await world.client().copy(client.held).me()).status).toBe(503)
})

test('a closed Auth lets nobody in, remembered or not', async () => {
  const world = await createWorld()
  const client = await world.signedIn('session')
  expect((await client.me()).status).toBe(200)
  await world.auth.close()
  await world.auth.close()
  expect((await client.me()).status).toBe(503)
  expect(world.auth.check(client.cookie('session') ?? '')).toBeNull()
  await expect(world.auth.ready()).rejects.toThrow('closed')
})

afterEach(() => void vi.useRealTimers())

/** What opening asks of a store that has nothing yet. */
const calls = ['keys.list', 'keys.add']

describe.each(faults)('a store that $how', (fault) => {
  interface Scene {
    readonly world: World
    readonly store: MeddledStore
    /** The outcome, once the fault was met; then time passes if it has to. */
    outcome<T>(work: Promise<T>): Promise<T>
  }

  /** An Auth on a store whose calls of that name meet the fault from the start. */
  async function createUnder(name: string): Promise<Scene> {
    if (fault.takesTime) holdTime()
    const store = createMeddledStore(memory())
    let meet = (): void => undefined
    const met = new Promise<void>((resolve) => {
      meet = resolve
    })
    store.meddle((call) => {
      if (call.name !== name) return call.proceed()
      meet()
      return fault.strike(call)
    })
    const world = await createWorld({ store: store.source, empty: true, follow: 'on-demand' })
    return {
      world,
      store,
      async outcome(work) {
        await met
        return await (fault.takesTime ? waitFor([world], 12_000, work) : work)
      },
    }
  }

  test.each(calls)('at its first %s: 503, and another attempt when it is back', async (name) => {
    const { world, store, outcome } = await createUnder(name)
    expectUnavailable(await outcome(world.client().me()), name)
    store.meddle(null)
    await world.auth.ready()
    await world.addUser('ada')
    expect((await (await world.signedIn('hybrid')).me()).status).toBe(200)
  })

  test('as to its feed only: it opens, works by reading sessions, and follows when the feed is back', async () => {
    const { world, store, outcome } = await createUnder('feed.read')
    await outcome(world.auth.ready())
    await outcome(world.addUser('ada'))
    const client = await world.signedIn('token')
    store.forget()
    expect((await outcome(client.me())).status).toBe(200)
    expect(store.calls).toContain('sessions.find')
    store.meddle(null)
    expect((await client.me()).status).toBe(200)
    store.forget()
    expect((await client.me()).status).toBe(200)
    expect(store.calls).toEqual([])
    expect(world.log.map(({ level }) => level)).toEqual(['warn', 'info'])
  })
})

test('a store that hangs while it opens keeps nobody waiting for ever', async () => {
  holdTime()
  const inner = memory()
  let letThrough = (): void => undefined
  const opened = new Promise<void>((resolve) => {
    letThrough = resolve
  })
  const source: StoreSource = {
    async open(means) {
      await opened
      return inner.open(means)
    },
  }
  const world = await createWorld({ store: source, empty: true })
  onTestFinished(letThrough)
  const asking = world.auth.authenticate({ authorization: 'Bearer x' }, {}, { method: 'GET' })
  await expect(waitFor([world], 12_000, asking)).rejects.toMatchObject(unavailable)
})
