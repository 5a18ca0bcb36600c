// A store that cannot be opened: 503 for all, until it can.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { AuthError, ConfigurationError } from '../../packages/sessera/src/errors.js'
import type { StoreSource } from '../../packages/sessera/src/ports/store.js'
import { memory } from '../../packages/sessera/src/stores/memory.js'
import { sqlite } from '../../packages/sessera/src/stores/sqlite.js'
import { createWorld, password, temporarySqlite, type World } from '../support/auth.js'
import { makeFolder } from '../support/folder.js'
import { serve } from '../support/server.js'

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
    expect([path, reply.status, reply.body.code]).toEqual([path, 503, 'unavailable'])
    expect(reply.text).not.toContain('secret')
  }
  expect(world.auth.check('x'.repeat(72))).toBeNull()
}

test('requests get 503 and are each another attempt; when it opens, all is well', async () => {
  const flaky = createFlaky(new Error('No such host: secret.internal'))
  const world = await createWorld({ store: flaky.source, empty: true })
  await expectAllRefused(world)
  expect(flaky.attempts).toBeGreaterThanOrEqual(5)
  await expect(world.auth.ready()).rejects.toThrow('No such host')
  await expect(world.auth.sessions.list('u-1')).rejects.toThrow(AuthError)
  await expect(world.auth.users.create({ username: 'ada', password })).rejects.toMatchObject({
    code: 'unavailable',
  })
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
  const folder = makeFolder()
  onTestFinished(folder.remove)
  const file = join(folder.path, 'auth.db')
  writeFileSync(file, 'This is somebody’s letter.'.repeat(100))
  const world = await createWorld({ store: sqlite(file), empty: true })
  await expect(world.auth.ready()).rejects.toThrow(ConfigurationError)
  await expectAllRefused(world)
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
