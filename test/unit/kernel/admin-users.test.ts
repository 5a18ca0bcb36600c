// What an administrator sees and changes of the users in our own table, and what is left of those who were deleted.

import { describe, expect, test } from 'vitest'
import { type Mode, modes } from '../../../packages/sessera/src/domain/principal.js'
import { memory } from '../../../packages/sessera/src/stores/memory.js'
import {
  createWorld,
  nextPassword,
  password,
  setUps,
  temporarySqlite,
  type World,
} from '../../support/auth.js'
import type { Client } from '../../support/client.js'
import { createForeignUsers } from '../../support/foreign-users.js'
import { createTwoNodes } from '../../support/two-nodes.js'

const ownTables = setUps.filter(({ name }) => name !== "the app's own users")

const idOf = async (world: World, username: string): Promise<string> =>
  (await world.auth.users.find({ username }))?.id ?? ''

const claimsOf = async (client: Client): Promise<unknown> => JSON.parse((await client.me()).text).claims

describe.each(ownTables)('on $name', ({ create }) => {
  test('a user is found by id and by any spelling of the name, without the hash', async () => {
    const world = await create()
    const claims = { team: 'north' }
    const who = { username: 'Grace', email: 'Grace@example.org', roles: ['teller'], claims }
    const { id } = await world.auth.users.create({ ...who, password })
    const found = {
      id,
      ...who,
      hasPassword: true,
      createdAt: world.clock.now(),
      disabledAt: null,
    }
    for (const query of [{ id }, { username: 'grace' }, { username: ' GRACE ' }, { username: 'ｇrace' }]) {
      expect(await world.auth.users.find(query)).toEqual(found)
    }
    for (const query of [{ id: 'nobody' }, { username: 'nobody' }, { username: '' }]) {
      expect(await world.auth.users.find(query)).toBeNull()
    }
    expect(JSON.stringify(await world.auth.users.list())).not.toContain('plain:')
    world.clock.advance(1000)
    await world.auth.users.disable(id)
    expect(await world.auth.users.find({ id })).toEqual({ ...found, disabledAt: world.clock.now() })
  })

  test('users are listed in pages, and by what is looked for', async () => {
    const world = await create()
    for (const name of ['dora', 'Bob', 'carl', 'eve%', 'eve_']) await world.addUser(name)
    await world.auth.users.create({ username: 'frank', email: 'Boss@example.org' })
    await world.auth.users.disable(await idOf(world, 'carl'))
    const names = async (query?: object): Promise<readonly string[]> =>
      (await world.auth.users.list(query)).users.map(({ username }) => username)

    expect(await names()).toEqual(['ada', 'Bob', 'carl', 'dora', 'eve%', 'eve_', 'frank'])
    expect(await names({ search: ' BO' })).toEqual(['Bob', 'frank'])
    expect(await names({ search: 'boss@' })).toEqual(['frank'])
    expect(await names({ search: 'eve%' })).toEqual(['eve%'])
    expect(await names({ role: 'teller' })).toEqual(['ada'])
    expect(await names({ disabled: true })).toEqual(['carl'])
    expect(await names({ disabled: false, search: 'c' })).toEqual([])

    const pages: string[][] = []
    let after: string | null = null
    do {
      const page = await world.auth.users.list({ limit: 3, ...(after === null ? {} : { after }) })
      pages.push(page.users.map(({ username }) => username))
      after = page.next
    } while (after !== null)
    expect(pages).toEqual([['ada', 'Bob', 'carl'], ['dora', 'eve%', 'eve_'], ['frank']])
  })

  test.each(modes)('what is stored about a user reaches principals and tokens in %s mode', async (mode) => {
    const world = await create()
    const client = await world.signedIn(mode)
    const { id = '' } = (await client.me()).body
    await world.auth.users.setClaims(id, { plan: 'pro', limits: { rows: 10 } })
    if (mode === 'token') {
      expect((await client.me()).status).toBe(401)
      expect((await client.refresh()).status).toBe(200)
    }
    expect(await claimsOf(client)).toEqual({ plan: 'pro', limits: { rows: 10 } })
    if (client.held.accessToken !== null) {
      const payload = client.held.accessToken.split('.')[1] ?? ''
      expect(JSON.parse(Buffer.from(payload, 'base64url').toString()).claims).toEqual({
        plan: 'pro',
        limits: { rows: 10 },
      })
    }
    await world.auth.users.setClaims(id, {})
    if (mode === 'token') await client.refresh()
    expect(await claimsOf(client)).toEqual({})
  })

  test('who is deleted is gone with all they had, and their name is free for somebody else', async () => {
    const world = await create()
    const clients = await Promise.all(modes.map((mode) => world.signedIn(mode)))
    const id = await idOf(world, 'ada')
    await world.auth.users.delete(id)
    for (const client of clients) expect((await client.me()).status).toBe(401)
    expect(await world.auth.users.find({ id })).toBeNull()
    expect(await world.auth.sessions.list(id)).toEqual([])
    expect((await world.client().login('ada', password)).status).toBe(401)
    const ended = world.events.filter(({ name }) => name === 'sessionEnded')
    expect(ended.map((event) => 'cause' in event && event.cause)).toEqual(['deleted', 'deleted', 'deleted'])
    expect(world.events).toContainEqual({ name: 'userChanged', userId: id, cause: 'deleted' })

    const { id: next } = await world.auth.users.create({ username: 'ada', password: nextPassword })
    expect(next).not.toBe(id)
    for (const client of clients) expect((await client.me()).status).toBe(401)
    expect((await world.client().login('ada', password)).status).toBe(401)
    expect((await world.client().login('ada', nextPassword)).status).toBe(200)
  })

  test('what has been deleted is never brought back', async () => {
    const world = await create()
    const client = await world.signedIn('token')
    const id = await idOf(world, 'ada')
    await world.auth.users.delete(id)
    const { users } = world.auth
    for (const work of [
      () => users.delete(id),
      () => users.enable(id),
      () => users.disable(id),
      () => users.invite(id),
      () => users.unlock(id),
      () => users.setRoles(id, ['admin']),
      () => users.setClaims(id, {}),
    ]) {
      await expect(work()).rejects.toMatchObject({ code: 'not_found' })
    }
    await world.auth.users.changed(id)
    await expect(world.auth.sessions.start({ userId: id })).rejects.toMatchObject({
      code: 'invalid_credentials',
    })
    expect((await client.me()).status).toBe(401)
    expect((await client.refresh()).status).toBe(401)
    const found = await world.store.opened().subjects.find(id)
    expect(found.value?.disabledAt).not.toBeNull()
  })
})

describe('deletion at one process', () => {
  test.each(modes)('leaves no credential in %s mode alive at another', async (mode: Mode) => {
    const nodes = await createTwoNodes({ store: temporarySqlite() })
    const client = await nodes.signedIn(mode)
    const atA = nodes.atA(client.held)
    expect((await atA.me()).status).toBe(200)
    const { token: invitation } = await nodes.b.auth.users.invite(nodes.userId)
    const ended: string[] = []
    const { sessionId = '' } = (await atA.me()).body
    nodes.a.auth.onEnd(sessionId ?? '', () => ended.push('a'))

    await nodes.b.auth.users.delete(nodes.userId)
    nodes.pass(1001)
    expect((await atA.me()).status).toBe(401)
    if (mode === 'token') expect((await atA.refresh()).status).toBe(401)
    expect(nodes.a.auth.check(client.held.accessToken ?? 'x.y.z')).toBeNull()
    await expect(
      nodes.a.auth.users.acceptInvitation({ token: invitation, password: nextPassword }),
    ).rejects.toMatchObject({ code: 'invitation_refused' })
    await expect(nodes.a.auth.sessions.start({ userId: nodes.userId })).rejects.toMatchObject({
      code: 'invalid_credentials',
    })
    expect(ended).toEqual(['a'])
  })

  test('ends a sign-in of theirs that is under way', async () => {
    const world = await createWorld({ store: memory() })
    const id = await idOf(world, 'ada')
    world.store.meddle(async (call) => {
      if (call.name === 'sessions.create') await world.auth.users.delete(id)
      return call.proceed()
    })
    expect((await world.client().login('ada', password)).status).toBe(401)
    world.store.meddle(null)
    expect(await world.auth.sessions.list(id)).toEqual([])
  })
})

describe('what is stored about a user', () => {
  const refused: readonly (readonly [string, unknown])[] = [
    ['nothing', null],
    ['a list', ['pro']],
    ['text', 'pro'],
    ['more than 1 kB', { text: 'x'.repeat(1024) }],
    ['more than 1 kB in UTF-8', { text: 'ü'.repeat(600) }],
    ['a prototype', JSON.parse('{"__proto__":{"isAdmin":true}}')],
    ['a prototype within', JSON.parse('{"a":[{"__proto__":{"isAdmin":true}}]}')],
    ['a constructor', JSON.parse('{"constructor":{"prototype":{}}}')],
    ['a name with a backslash', { 'a\\b': 1 }],
    ['an empty name', { '': 1 }],
    ['half a character', { text: '\ud800' }],
    ['half a character in a name', { '\ud800': 1 }],
    ['a function', { run: () => 1 }],
    ['nothing within', { a: undefined }],
    ['a number that is none', { a: Number.NaN }],
    ['a number without end', { a: Number.POSITIVE_INFINITY }],
    ['a big integer', { a: 1n }],
    ['a date', { a: new Date(0) }],
    ['a map', new Map([['a', 1]])],
    ['too much within each other', { a: { b: { c: { d: {} } } } }],
    ['too many members', Object.fromEntries(Array.from({ length: 33 }, (_, index) => [`m${index}`, 1]))],
    ['itself', circular()],
  ]

  test.each(refused)('is not %s', async (_, claims) => {
    const world = await createWorld()
    const id = await idOf(world, 'ada')
    await expect(world.auth.users.setClaims(id, claims as never)).rejects.toMatchObject({
      code: 'invalid_request',
      message: expect.stringMatching(/^(Claims|A claim) .*\.$/),
    })
    await expect(world.auth.users.create({ username: 'eve', claims: claims as never })).rejects.toMatchObject(
      { code: 'invalid_request' },
    )
    expect((await world.auth.users.find({ id }))?.claims).toEqual({})
    expect(await world.auth.users.find({ username: 'eve' })).toBeNull()
  })

  test('as large as it may be still fits into a token', async () => {
    const world = await createWorld()
    const id = await idOf(world, 'ada')
    const members = Array.from({ length: 32 }, (_, index) => [`member ${index}`, 'x'.repeat(15)])
    const claims = { ...Object.fromEntries(members.slice(0, 29)), a: { b: { c: ['deep'] } } }
    await world.auth.users.setClaims(id, claims)
    const client = await world.signedIn('token')
    expect(await claimsOf(client)).toEqual(claims)
  })

  test('cannot be changed from outside once it is stored', async () => {
    const world = await createWorld()
    const id = await idOf(world, 'ada')
    const claims = { teams: ['north'] }
    await world.auth.users.setClaims(id, claims)
    claims.teams.push('south')
    expect((await world.auth.users.find({ id }))?.claims).toEqual({ teams: ['north'] })
  })

  test('gives no role, no name and no id', async () => {
    const world = await createWorld()
    const id = await idOf(world, 'ada')
    await world.auth.users.setClaims(id, { roles: ['admin'], id: 'other', sub: 'other', username: 'root' })
    for (const mode of modes) {
      const client = await world.signedIn(mode)
      expect((await client.me()).body).toMatchObject({ id, username: 'ada', roles: ['teller'] })
      await expect(world.auth.authenticate(client.headers(), { roles: ['admin'] })).rejects.toMatchObject({
        code: 'forbidden',
      })
    }
  })

  test('is what the app makes its own claims from, where it makes them', async () => {
    const seen: object[] = []
    const world = await createWorld({
      claims: (user) => {
        seen.push(user)
        return { plan: user.claims['plan'] ?? 'free' }
      },
    })
    const id = await idOf(world, 'ada')
    await world.auth.users.setClaims(id, { plan: 'pro', secret: 'note' })
    const client = await world.signedIn('session')
    expect(await claimsOf(client)).toEqual({ plan: 'pro' })
    expect(seen.at(-1)).toEqual({ id, roles: ['teller'], claims: { plan: 'pro', secret: 'note' } })
  })
})

function circular(): object {
  const claims: Record<string, unknown> = {}
  claims['self'] = claims
  return claims
}

test('unlocking lets somebody try again at once', async () => {
  const world = await createWorld()
  for (let guess = 0; guess < 12; guess++) await world.client().login('ada', `wrong ${guess}`)
  expect((await world.client().login('ada', password)).status).toBe(429)
  await world.auth.users.unlock(await idOf(world, 'ada'))
  expect((await world.client().login('ada', password)).status).toBe(200)
})

test('what is impossible is refused in a sentence', async () => {
  const world = await createWorld()
  const id = await idOf(world, 'ada')
  const { users, audit } = world.auth
  for (const limit of [0, -1, 201, 1.5, Number.NaN]) {
    await expect(users.list({ limit })).rejects.toThrow('"limit" is a whole number from 1 to 200.')
  }
  for (const limit of [0, 1001, 1.5]) {
    await expect(audit.list({ limit })).rejects.toThrow('"limit" is a whole number from 1 to 1000.')
  }
  await expect(users.setRoles(id, ['with blank'])).rejects.toMatchObject({ code: 'invalid_request' })
  for (const bad of ['', 'a\0b', 'x'.repeat(129)]) {
    await expect(users.find({ id: bad })).rejects.toMatchObject({ code: 'invalid_request' })
    await expect(users.delete(bad)).rejects.toMatchObject({ code: 'invalid_request' })
    await expect(users.disable(bad)).rejects.toMatchObject({ code: 'invalid_request' })
    await expect(users.setRoles(bad, [])).rejects.toMatchObject({ code: 'invalid_request' })
  }
})

test('where the app keeps its users, only what is for both tables works', async () => {
  const world = await createWorld({ foreign: createForeignUsers() })
  const id = await world.addUser('grace')
  const { users } = world.auth
  await users.disable(id)
  await users.enable(id)
  await users.changed(id)
  await users.unlock(id)
  for (const work of [
    () => users.create({ username: 'x' }),
    () => users.find({ id }),
    () => users.list(),
    () => users.setRoles(id, []),
    () => users.setClaims(id, {}),
    () => users.delete(id),
    () => users.import([]),
    () => users.createFirstAdministrator({ token: '', username: 'x', password }),
  ]) {
    await expect(work()).rejects.toThrow('Your app keeps its users itself')
  }
})

describe('signing keys', () => {
  test('are listed with what they are for, made, and ended', async () => {
    const world = await createWorld()
    const now = world.clock.now()
    const [first, ...none] = await world.auth.keys.list()
    expect(none).toEqual([])
    expect(first).toMatchObject({ algorithm: 'EdDSA', createdAt: now, signsFrom: now, state: 'signing' })
    const kid = await world.auth.keys.rotate()
    const states = async (): Promise<readonly string[]> =>
      (await world.auth.keys.list()).map((key) => `${key.kid === kid ? 'new' : 'old'} ${key.state}`)
    expect(await states()).toEqual(['old signing', 'new pending'])
    world.clock.advance(600_000)
    expect(await states()).toEqual(['old retiring', 'new signing'])
    expect(Object.keys((await world.auth.keys.list())[0] ?? {}).sort()).toEqual(
      ['kid', 'algorithm', 'createdAt', 'signsFrom', 'state'].sort(),
    )
    expect(await world.auth.keys.revoke('unknown')).toBe(false)
    expect(await world.auth.keys.revoke(first?.kid ?? '')).toBe(true)
    expect(await states()).toEqual(['new signing'])
    const recorded = await world.auth.audit.list({ order: 'oldest' })
    expect(
      recorded.filter(({ name }) => name.startsWith('crypto')).map(({ name, cause }) => [name, cause]),
    ).toEqual([
      ['crypto_key_rotated', kid],
      ['crypto_key_revoked', first?.kid],
    ])
  })

  test('that are ended at one process end their tokens at the other', async () => {
    const nodes = await createTwoNodes({ store: memory() })
    const client = await nodes.signedIn('token')
    const atA = nodes.atA(client.held)
    expect((await atA.me()).status).toBe(200)
    const [key] = await nodes.b.auth.keys.list()
    expect(await nodes.b.auth.keys.revoke(key?.kid ?? '')).toBe(true)
    nodes.pass(1001)
    expect((await atA.me()).status).toBe(401)
  })
})

describe('the record', () => {
  test('says who did what to whom, from where, and nothing twice', async () => {
    const world = await createWorld()
    const id = await idOf(world, 'ada')
    await world.signedIn('session')
    const { users, audit } = world.auth
    const before = (await audit.list({ limit: 1 }))[0]?.seq ?? 0
    await audit.attribute({ actorId: 'root', ip: '192.0.2.7', requestId: 'r1' }, async () => {
      await users.setRoles(id, ['teller', 'clerk'])
      await users.setRoles(id, [])
      await users.setClaims(id, { plan: 'pro' })
      await users.changed(id)
      await users.unlock(id)
      await users.invite(id)
      await users.disable(id)
      await users.enable(id)
      await users.delete(id)
    })
    const lines = await audit.list({ order: 'oldest', after: before })
    expect(lines.map(({ name, cause }) => [name, cause])).toEqual([
      ['privilege_permissions_changed', '+clerk'],
      ['privilege_permissions_changed', '-teller'],
      ['privilege_permissions_changed', '-clerk'],
      ['user_updated', 'claims'],
      ['user_updated', 'changed'],
      ['user_unlocked', null],
      ['user_invited', 'reset'],
      ['user_disabled', null],
      ['user_enabled', null],
      ['user_deleted', null],
    ])
    for (const line of lines) {
      expect(line).toMatchObject({ actorId: 'root', userId: id, ip: '192.0.2.7', requestId: 'r1' })
    }
    await audit.attribute({ actorId: 'root', ip: '192.0.2.7' }, () =>
      audit.attribute({ actorId: null, ip: undefined }, () => users.create({ username: 'hopper' })),
    )
    expect((await audit.list({ limit: 1 }))[0]).toMatchObject({ actorId: null, ip: '192.0.2.7' })
    await users.create({ username: 'grace' })
    expect((await audit.list({ limit: 1 }))[0]).toMatchObject({
      name: 'user_created',
      actorId: null,
      ip: null,
    })
  })

  const privileges = async (world: World, userId: string): Promise<readonly (string | null)[]> =>
    (
      await world.auth.audit.list({
        userId,
        name: 'privilege_permissions_changed',
        order: 'oldest',
        limit: 1000,
      })
    ).map(({ cause }) => cause)

  test('names every role that comes or goes, however many and long they are', async () => {
    const world = await createWorld()
    const long = Array.from({ length: 31 }, (_, index) => `a${index}`.padEnd(64, 'x'))
    const { id } = await world.auth.users.create({ username: 'grace', roles: [...long, 'admin'] })
    const came = [...long, 'admin'].map((role) => `+${role}`)
    expect(await privileges(world, id)).toEqual(came)
    await world.auth.users.setRoles(id, ['admin', ...long])
    expect(await privileges(world, id)).toEqual(came)
    await world.auth.users.setRoles(id, long)
    expect(await privileges(world, id)).toEqual([...came, '-admin'])
  })

  test('hides no role that came or went while somebody else was changing them', async () => {
    const world = await createWorld()
    const id = await idOf(world, 'ada')
    await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        world.auth.users.setRoles(
          id,
          index % 3 === 0 ? [] : index % 3 === 1 ? ['admin'] : ['admin', `r${index}`],
        ),
      ),
    )
    const held = new Map<string, number>()
    for (const cause of await privileges(world, id)) {
      const role = cause?.slice(1) ?? ''
      held.set(role, (held.get(role) ?? 0) + (cause?.startsWith('+') ? 1 : -1))
    }
    const { roles = [] } = (await world.auth.users.find({ id })) ?? {}
    expect([...held].filter(([, count]) => count !== 0)).toEqual(roles.map((role) => [role, 1]))
  })

  test('says nothing where nothing happened', async () => {
    const world = await createWorld()
    const before = await world.auth.audit.list()
    const { users, keys } = world.auth
    for (const work of [
      users.disable('nobody'),
      users.delete('nobody'),
      users.setRoles('nobody', []),
      users.setClaims('nobody', {}),
      users.invite('nobody'),
      users.unlock('nobody'),
    ]) {
      await expect(work).rejects.toMatchObject({ code: 'not_found' })
    }
    await keys.revoke('nobody')
    expect(await world.auth.audit.list()).toEqual(before)
  })
})

test('what is in the store can be counted', async () => {
  const world = await createWorld()
  await world.signedIn('session')
  await world.auth.users.disable(await world.addUser('grace'))
  expect(await world.auth.count()).toMatchObject({ users: 2, disabledUsers: 1, sessions: 1 })
})
