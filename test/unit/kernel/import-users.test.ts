// Users from elsewhere: each judged by itself, none half added, and no mistake that would lock out or let in.

import { describe, expect, test } from 'vitest'
import { createPasswords } from '../../../packages/sessera/src/passwords/create-passwords.js'
import {
  atOnce,
  createWorld,
  password,
  setUps,
  tally,
  temporarySqlite,
  type World,
} from '../../support/auth.js'
import { silentLog } from '../../support/silent-log.js'
import { createTwoNodes } from '../../support/two-nodes.js'

const ownTables = setUps.filter(({ name }) => name !== "the app's own users")
const hash = `plain:${password}`

const verdictsOf = async (
  world: World,
  users: readonly unknown[],
  how?: { readonly dryRun?: boolean },
): Promise<readonly string[]> =>
  (await world.auth.users.import(users as never, how)).map(({ verdict }) => verdict)

describe.each(ownTables)('on $name', ({ create }) => {
  test('who can come, comes with all they have, and signs in with the password they have', async () => {
    const world = await create()
    const claims = { plan: 'pro' }
    const who = { username: 'Grace', email: 'grace@example.org', roles: ['teller', 'clerk'], claims }
    const [verdict, bare] = await world.auth.users.import([
      { ...who, passwordHash: hash },
      { username: 'hopper' },
    ])
    expect(verdict).toMatchObject({ verdict: 'imported' })
    const id = verdict?.verdict === 'imported' ? verdict.id : ''
    expect(await world.auth.users.find({ username: 'grace' })).toMatchObject({
      id,
      ...who,
      hasPassword: true,
      disabledAt: null,
    })
    expect((await world.client().login('grace', password)).status).toBe(200)
    expect(bare).toMatchObject({ verdict: 'imported' })
    expect(await world.auth.users.find({ username: 'hopper' })).toMatchObject({
      hasPassword: false,
      email: null,
      roles: [],
      claims: {},
    })
  })

  test('the disabled come disabled, and were never anything else', async () => {
    const world = await create()
    const [verdict] = await world.auth.users.import([
      { username: 'grace', passwordHash: hash, disabled: true },
    ])
    expect(verdict?.verdict).toBe('imported')
    expect(await world.auth.users.find({ username: 'grace' })).toMatchObject({
      hasPassword: true,
      disabledAt: world.clock.now(),
    })
    expect(world.store.calls.filter((name) => name === 'subjects.disable')).toEqual([])
    expect((await world.client().login('grace', password)).status).toBe(401)
    const { id = '' } = (await world.auth.users.find({ username: 'grace' })) ?? {}
    await world.auth.users.enable(id)
    expect((await world.client().login('grace', password)).status).toBe(200)
  })

  test('whose name is taken, here or earlier in the list, changes nothing', async () => {
    const world = await create()
    const list = [
      { username: 'ADA', passwordHash: 'plain:of a thief', roles: ['admin'] },
      { username: 'grace', passwordHash: hash },
      { username: ' Ｇrace', passwordHash: 'plain:of a thief' },
      { username: 'hopper', roles: ['not one'] },
      { username: 'hopper' },
    ]
    const expected = ['exists', 'acceptable', 'exists', 'rejected', 'acceptable']
    expect(await verdictsOf(world, list, { dryRun: true })).toEqual(expected)
    const imported = expected.map((verdict) => (verdict === 'acceptable' ? 'imported' : verdict))
    expect(await verdictsOf(world, list)).toEqual(imported)
    expect(await world.auth.users.find({ username: 'ada' })).toMatchObject({ roles: ['teller'] })
    expect((await world.client().login('ada', password)).status).toBe(200)
    expect((await world.client().login('grace', password)).status).toBe(200)
    expect((await world.client().login('grace', 'of a thief')).status).toBe(401)
  })

  test('the same list again adds nobody', async () => {
    const world = await create()
    const list = Array.from({ length: 1000 }, (_, index) => ({
      username: `user ${index}`,
      passwordHash: hash,
    }))
    const once = await world.auth.users.import(list)
    expect(tally(once.map(({ verdict }) => verdict))).toEqual({ imported: 1000 })
    expect(tally(await verdictsOf(world, list))).toEqual({ exists: 1000 })
    expect(await world.auth.count()).toMatchObject({ users: 1001 })
    const ids = new Set(once.map((verdict) => (verdict.verdict === 'imported' ? verdict.id : '')))
    expect(ids.size).toBe(1000)
  })

  test('a rehearsal writes nothing at all', async () => {
    const world = await create()
    await world.auth.audit.list()
    const before = await world.auth.count()
    const events = world.events.length
    world.store.forget()
    expect(await verdictsOf(world, [{ username: 'grace' }, { username: '' }], { dryRun: true })).toEqual([
      'acceptable',
      'rejected',
    ])
    expect(tally(world.store.calls)).toEqual({ 'users.findByUsername': 1 })
    expect(await world.auth.count()).toEqual(before)
    expect(world.events).toHaveLength(events)
  })
})

describe('who cannot come is told why, in a sentence without the hash', () => {
  const secret = 'md5$abc$5f4dcc3b5aa765d61d8327deb882cf99'
  const refused: readonly (readonly [string, unknown])[] = [
    ['nothing', null],
    ['text', 'grace'],
    ['a list', [{ username: 'grace' }]],
    ['no username', { email: 'a@example.org' }],
    ['a username that is a number', { username: 7 }],
    ['an empty username', { username: '  ' }],
    ['a username with a line break', { username: 'a\nb' }],
    ['a username of half a character', { username: '\ud800' }],
    ['a username that is too long', { username: 'x'.repeat(65) }],
    ['an email address with a space', { username: 'grace', email: 'a b@example.org' }],
    ['an email address that is too long', { username: 'grace', email: 'x'.repeat(255) }],
    ['an email address that is a number', { username: 'grace', email: 7 }],
    ['roles that are text', { username: 'grace', roles: 'admin' }],
    ['roles that are numbers', { username: 'grace', roles: [7] }],
    ['a role twice', { username: 'grace', roles: ['a', 'a'] }],
    ['a role with a blank', { username: 'grace', roles: ['a b'] }],
    ['too many roles', { username: 'grace', roles: Array.from({ length: 33 }, (_, index) => `r${index}`) }],
    ['claims that are text', { username: 'grace', claims: 'pro' }],
    ['claims that are too large', { username: 'grace', claims: { text: 'x'.repeat(1100) } }],
    ['a prototype', JSON.parse('{"username":"grace","__proto__":{"disabled":true}}')],
    ['a prototype in the claims', { username: 'grace', claims: JSON.parse('{"__proto__":{"a":1}}') }],
    ['disabled as text', { username: 'grace', disabled: 'false' }],
    ['a hash that is a number', { username: 'grace', passwordHash: 7 }],
    ['a hash that nobody can verify', { username: 'grace', passwordHash: secret }],
    ['an empty hash', { username: 'grace', passwordHash: '' }],
    ['a password', { username: 'grace', password: 'in the clear' }],
    ['a misspelt hash', { username: 'grace', password_hash: secret }],
    ['an id', { username: 'grace', id: 'chosen' }],
    ['an epoch', { username: 'grace', epoch: 9 }],
  ]
  const real = createPasswords({ log: silentLog })

  test.each(refused)('%s', async (_, user) => {
    const world = await createWorld()
    Object.assign(world.passwords, { isImportable: real.isImportable })
    const [before, verdict, after] = await world.auth.users.import([
      { username: 'before' },
      user as never,
      { username: 'after' },
    ])
    expect([before?.verdict, after?.verdict]).toEqual(['imported', 'imported'])
    expect(verdict).toEqual({ verdict: 'rejected', reason: expect.stringMatching(/^\S.{10,200}\.$/) })
    expect(JSON.stringify(verdict)).not.toMatch(/5f4dcc3b|in the clear/)
    expect(await world.auth.users.find({ username: 'grace' })).toBeNull()
  })
})

test('a hash from elsewhere is one that verifies', async () => {
  const world = await createWorld()
  const real = createPasswords({ log: silentLog })
  Object.assign(world.passwords, { isImportable: real.isImportable })
  const bcrypt = '$2b$12$EixZaYVK1fsbw1ZfbX3OXePaWxn96p36WQoeG6Lruj3vjPGga31lW'
  expect(await verdictsOf(world, [{ username: 'grace', passwordHash: bcrypt }])).toEqual(['imported'])
})

test('more than a thousand at once are refused whole', async () => {
  const world = await createWorld()
  const list = Array.from({ length: 1001 }, (_, index) => ({ username: `user ${index}` }))
  await expect(world.auth.users.import(list)).rejects.toMatchObject({ code: 'invalid_request' })
  expect(await world.auth.count()).toMatchObject({ users: 1 })
})

test('one line is on record for each batch, and the app hears of each user', async () => {
  const world = await createWorld()
  await world.auth.users.import([{ username: 'grace' }, { username: 'hopper' }, { username: 'ada' }])
  const lines = await world.auth.audit.list({ name: 'user_imported' })
  expect(lines.map(({ cause, userId }) => [cause, userId])).toEqual([['2', null]])
  expect(world.events.filter(({ name }) => name === 'userCreated')).toHaveLength(3)
  await world.auth.users.import([{ username: 'grace' }])
  await world.auth.users.import([])
  expect(await world.auth.audit.list({ name: 'user_imported' })).toHaveLength(1)
})

test('whoever comes with roles or claims is on record by name, with every role', async () => {
  const world = await createWorld()
  const [grace, hopper, , ada] = await world.auth.users.import([
    { username: 'grace', roles: ['teller', 'admin'] },
    { username: 'hopper', claims: { plan: 'pro' } },
    { username: 'lovelace' },
    { username: 'ada', roles: ['admin'] },
  ])
  const ids = [grace, hopper].map((verdict) => (verdict?.verdict === 'imported' ? verdict.id : ''))
  expect(ada?.verdict).toBe('exists')
  const lines = await world.auth.audit.list({ order: 'oldest' })
  const since = lines.slice(lines.findIndex(({ name }) => name === 'user_imported'))
  expect(since.map(({ name, userId, cause }) => [name, userId, cause])).toEqual([
    ['user_imported', null, '3'],
    ['user_created', ids[0], null],
    ['privilege_permissions_changed', ids[0], '+teller'],
    ['privilege_permissions_changed', ids[0], '+admin'],
    ['user_created', ids[1], null],
  ])
})

test('more roles at once than the record can hold lose no line of it', async () => {
  const world = await createWorld()
  const heard: string[] = []
  world.auth.on('audited', ({ name }) => heard.push(name))
  const roles = Array.from({ length: 32 }, (_, index) => `r${index}`)
  await world.auth.users.import(Array.from({ length: 400 }, (_, index) => ({ username: `u${index}`, roles })))
  expect(heard).toHaveLength(1 + 400 * 33)
  expect(world.auth.gauges()?.audit.dropped).toBe(0)
})

test('two imports of one list at once, at two processes, add each user once', async () => {
  const nodes = await createTwoNodes({ store: temporarySqlite() })
  const list = Array.from({ length: 200 }, (_, index) => ({ username: `user ${index}` }))
  const halves = await atOnce(4, (index) =>
    verdictsOf(index % 2 === 0 ? nodes.a : nodes.b, index < 2 ? list : list.toReversed()),
  )
  expect(tally(halves.flat())).toEqual({ imported: 200, exists: 600 })
  expect(await nodes.a.auth.count()).toMatchObject({ users: 201 })
})

test('a store that fails has added nobody, and nobody is said to be imported', async () => {
  const world = await createWorld()
  await world.auth.ready()
  world.store.meddle(async (call) => {
    if (call.name === 'users.createMany') throw new Error('disk full')
    return call.proceed()
  })
  await expect(world.auth.users.import([{ username: 'grace' }])).rejects.toMatchObject({
    code: 'unavailable',
  })
  world.store.meddle(null)
  expect(await world.auth.users.find({ username: 'grace' })).toBeNull()
  expect(await world.auth.audit.list({ name: 'user_imported' })).toEqual([])
})
