// A hash of yesterday becomes one of today when its password is proven, and nothing else changes by it.

import { describe, expect, test } from 'vitest'
import { atOnce, createWorld, nextPassword, password, setUps, type World } from '../../support/auth.js'
import { createForeignUsers } from '../../support/foreign-users.js'
import { createGate } from '../../support/meddled-store.js'

const wrong = 'four wrong words of length'

/** From now on `plain:` is of yesterday, and verifies still. */
function modernise(world: World): void {
  const { passwords } = world
  passwords.hash = async (text) => `today:${text}`
  passwords.verify = async (hash, text) => {
    passwords.verified.push(hash)
    await passwords.beforeVerify?.()
    return hash === `plain:${text}` || hash === `today:${text}`
  }
  passwords.isOutdated = (hash) => !hash.startsWith('today:')
}

async function idOf(world: World, username = 'ada'): Promise<string> {
  return (await (await world.signedIn('session', username)).me()).body.id ?? ''
}

async function hashOf(world: World, id: string): Promise<string | null> {
  if (world.foreign !== null) return world.foreign.row(id).passwordHash
  return (await world.store.opened().users.find(id)).value?.user.passwordHash ?? null
}

describe.each(setUps)('on $name', ({ create }) => {
  test('a sign-in renews the hash once, raises nothing, appends nothing, ends nothing', async () => {
    const world = await create()
    const before = await world.signedIn('session')
    const id = (await before.me()).body.id ?? ''
    const { subjects, feed } = world.store.opened()
    const subject = (await subjects.find(id)).value
    const { value: page } = await feed.read(0, 100)
    modernise(world)
    world.store.forget()

    expect((await world.client().login('ada', password)).status).toBe(200)
    expect(await hashOf(world, id)).toBe(`today:${password}`)
    expect((await subjects.find(id)).value).toEqual(subject)
    expect((await feed.read(0, 100)).value).toEqual(page)
    expect((await before.me()).status).toBe(200)
    expect(world.log).toEqual([])

    let hashes = 0
    world.passwords.hash = async (text) => {
      hashes += 1
      return `today:${text}`
    }
    expect((await world.client().login('ada', password)).status).toBe(200)
    expect(hashes).toBe(0)
    expect((await world.client().login('ada', wrong)).status).toBe(401)
  })

  test('so does a proof of the password', async () => {
    const world = await create()
    const client = await world.signedIn('session')
    const id = (await client.me()).body.id ?? ''
    modernise(world)
    const reply = await client.send('POST', '/auth/reauthenticate', { json: { password } })
    expect(reply.status).toBe(200)
    expect(await hashOf(world, id)).toBe(`today:${password}`)
  })

  test('a wrong password renews nothing, nor does the right one of somebody who may not enter', async () => {
    const world = await create()
    const id = await idOf(world)
    modernise(world)
    expect((await world.client().login('ada', wrong)).status).toBe(401)
    expect((await world.client().login('nobody', password)).status).toBe(401)
    await world.auth.users.disable(id)
    expect((await world.client().login('ada', password)).status).toBe(401)
    expect(await hashOf(world, id)).toBe(`plain:${password}`)
  })

  test.each([
    [
      'a full queue',
      async () => Promise.reject(Object.assign(new Error(`no room for ${password}`), { code: 'overloaded' })),
    ],
    [
      'a hash function that throws',
      () => {
        throw new Error(`cannot hash ${password}`)
      },
    ],
  ] as const)(
    '%s does not fail the sign-in, is logged without the password, and is tried again',
    async (_, hash) => {
      const world = await create()
      const id = await idOf(world)
      modernise(world)
      const working = world.passwords.hash
      world.passwords.hash = hash
      expect((await world.client().login('ada', password)).status).toBe(200)
      expect(await hashOf(world, id)).toBe(`plain:${password}`)
      expect(world.log).toHaveLength(1)
      expect(world.log[0]).toMatchObject({ level: 'warn', fields: { userId: id, fault: 'Error' } })
      expect(JSON.stringify(world.log)).not.toContain(password)
      world.passwords.hash = working
      expect((await world.client().login('ada', password)).status).toBe(200)
      expect(await hashOf(world, id)).toBe(`today:${password}`)
    },
  )

  test('five at once all enter, and one hash is kept', async () => {
    const world = await create()
    const id = await idOf(world)
    modernise(world)
    let made = 0
    world.passwords.hash = async (text) => {
      made += 1
      return `today:${text}`
    }
    const replies = await atOnce(5, () => world.client().login('ada', password))
    expect(replies.map(({ status }) => status)).toEqual(replies.map(() => 200))
    expect(made).toBeGreaterThan(0)
    expect(await hashOf(world, id)).toBe(`today:${password}`)
    expect(world.log).toEqual([])
  })

  test('a password that is changed while the new hash is made stays changed', async () => {
    const world = await create()
    const owner = await world.signedIn('session')
    const id = (await owner.me()).body.id ?? ''
    modernise(world)
    let change: Promise<unknown> | null = null
    world.passwords.hash = async (text) => {
      if (text === password && change === null) {
        const json = { current: password, next: nextPassword }
        change = owner.send('POST', '/auth/password', { json })
        expect(await change).toMatchObject({ status: 204 })
      }
      return `today:${text}`
    }
    await world.client().login('ada', password)
    expect(change).not.toBeNull()
    expect(await hashOf(world, id)).toBe(`today:${nextPassword}`)
    expect((await world.client().login('ada', password)).status).toBe(401)
    expect((await world.client().login('ada', nextPassword)).status).toBe(200)
  })
})

test('a password that is changed at the very moment of the write stays changed', async () => {
  const world = await createWorld()
  const owner = await world.signedIn('session')
  const id = (await owner.me()).body.id ?? ''
  modernise(world)
  const gate = createGate('users.upgradePassword')
  world.store.meddle(gate.meddler)
  const signingIn = world.client().login('ada', password)
  await gate.reached
  // Its own proof renews the hash first, and the change follows.
  const changed = await owner.send('POST', '/auth/password', {
    json: { current: password, next: nextPassword },
  })
  expect(changed.status).toBe(204)
  gate.open()
  expect((await signingIn).status).toBe(200)
  expect(await hashOf(world, id)).toBe(`today:${nextPassword}`)
})

test('a store that fails to write the hash does not fail the sign-in', async () => {
  const world = await createWorld()
  const id = await idOf(world)
  modernise(world)
  world.store.meddle(async (call) => {
    if (call.name === 'users.upgradePassword') throw new Error('disk full')
    return call.proceed()
  })
  expect((await world.client().login('ada', password)).status).toBe(200)
  expect(await hashOf(world, id)).toBe(`plain:${password}`)
  expect(world.log).toMatchObject([{ level: 'warn', fields: { userId: id, code: 'unavailable' } }])
})

describe("the app's own table", () => {
  test('is told what a renewed hash replaces, and that a changed one replaces nothing', async () => {
    const foreign = createForeignUsers()
    const calls: unknown[][] = []
    const { savePasswordHash } = foreign.source
    const source = {
      ...foreign.source,
      savePasswordHash: async (...args: Parameters<typeof savePasswordHash>) => {
        calls.push(args)
        return savePasswordHash(...args)
      },
    }
    const world = await createWorld({ foreign: { ...foreign, source } })
    const client = await world.signedIn('session')
    const id = (await client.me()).body.id ?? ''
    modernise(world)
    await world.client().login('ada', password)
    await client.send('POST', '/auth/password', { json: { current: password, next: nextPassword } })
    expect(calls).toEqual([
      [id, `today:${password}`, `plain:${password}`],
      [id, `today:${nextPassword}`, null],
    ])
  })

  test('that has another hash by then is left alone', async () => {
    const foreign = createForeignUsers()
    const world = await createWorld({ foreign })
    const id = await idOf(world)
    modernise(world)
    world.passwords.hash = async (text) => {
      foreign.row(id).passwordHash = 'set by the app'
      return `today:${text}`
    }
    expect((await world.client().login('ada', password)).status).toBe(200)
    expect(foreign.row(id).passwordHash).toBe('set by the app')
    expect(world.log).toEqual([])
  })

  test('that fails to save does not fail the sign-in', async () => {
    const foreign = createForeignUsers()
    const source = { ...foreign.source, savePasswordHash: async () => Promise.reject(new Error('read only')) }
    const world = await createWorld({ foreign: { ...foreign, source } })
    modernise(world)
    expect((await world.client().login('ada', password)).status).toBe(200)
    expect(world.log).toMatchObject([{ level: 'warn', fields: { code: 'unavailable' } }])
  })
})
