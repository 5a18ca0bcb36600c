// The last of a role is kept: whoever would take it away is refused, and of two who take each other's, one is.

import assert from 'node:assert/strict'
import type { Answer, LastOf, Store } from '../../ports/store.js'
import { applied, atOnce, crowd, present, type StoreCase, storeCase } from './case.js'
import { changesIn } from './following.js'
import { sessionRecord, userRecord } from './records.js'

async function addAdministrators(store: Store, count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    await store.users.create(userRecord({ id: `u-${index}`, roles: ['teller', 'admin'] }), `name ${index}`)
  }
  await store.users.create(userRecord({ id: 'teller', roles: ['teller', 'Admin', 'admin '] }), 'teller')
}

interface Taking {
  readonly name: string
  take(store: Store, id: string, keep: string | null): Promise<Answer<unknown>>
}

/** Every way to take a role from its last. */
const takings: readonly Taking[] = [
  { name: 'subjects.disable', take: ({ subjects }, id, keep) => subjects.disable(id, keep) },
  { name: 'users.replaceRoles', take: ({ users }, id, keep) => users.replaceRoles(id, ['teller'], keep) },
  { name: 'users.remove', take: ({ users }, id, keep) => users.remove(id, keep) },
]

const last: LastOf = 'last'

async function isAdministrator(store: Store, id: string): Promise<boolean> {
  const { value: found } = await store.users.find(id)
  if (found === null || found.subject.disabledAt !== null) return false
  return found.user.roles.includes('admin')
}

const eachCases = takings.flatMap(({ name, take }) => [
  storeCase(`${name} refuses to take the last of a role, and writes nothing`, async ({ store }) => {
    await addAdministrators(store, 1)
    await store.sessions.create(sessionRecord({ userId: 'u-0' }))
    const before = await present(store.users.find('u-0'))
    assert.equal((await take(store, 'u-0', 'admin')).value, last)
    assert.deepEqual(await present(store.users.find('u-0')), before)
    assert.notEqual((await store.sessions.find('s-1')).value, null)
    assert.deepEqual(await changesIn(store), [])
  }),
  storeCase(`${name} takes the last of a role that need not be kept`, async ({ store }) => {
    await addAdministrators(store, 1)
    assert.notEqual((await take(store, 'u-0', null)).value, last)
    assert.equal(await isAdministrator(store, 'u-0'), false)
  }),
  storeCase(`${name} takes one of two, then refuses the other`, async ({ store }) => {
    await addAdministrators(store, 2)
    assert.notEqual((await take(store, 'u-1', 'admin')).value, last)
    assert.equal(await isAdministrator(store, 'u-1'), false)
    assert.equal((await take(store, 'u-0', 'admin')).value, last)
    assert.equal((await take(store, 'teller', 'admin')).value === last, false)
  }),
  storeCase(`${name}: disabled ones and subjects without a user do not count`, async ({ store }) => {
    await addAdministrators(store, 2)
    await store.users.createMany([
      { user: userRecord({ id: 'imported', roles: ['admin'] }), usernameKey: 'imported', disabled: true },
    ])
    await store.subjects.ensure('theirs')
    await store.subjects.disable('u-1', null)
    assert.equal((await take(store, 'u-0', 'admin')).value, last)
    await store.subjects.enable('imported')
    assert.notEqual((await take(store, 'u-0', 'admin')).value, last)
  }),
  storeCase(
    `${name}: who has no password does not count, and is not the last beside one`,
    async ({ store }) => {
      await addAdministrators(store, 1)
      for (const id of ['invited', 'forgotten']) {
        await store.users.create(userRecord({ id, roles: ['admin'], passwordHash: null }), id)
      }
      assert.equal((await take(store, 'u-0', 'admin')).value, last)
      assert.notEqual((await take(store, 'forgotten', 'admin')).value, last)
      await store.users.replacePassword('invited', 'hash', null, null)
      assert.notEqual((await take(store, 'u-0', 'admin')).value, last)
      assert.equal(await isAdministrator(store, 'invited'), true)
    },
  ),
  storeCase(`${name} refuses one without a password when nobody else has one`, async ({ store }) => {
    for (const id of ['one', 'other']) {
      await store.users.create(userRecord({ id, roles: ['admin'], passwordHash: null }), id)
    }
    assert.equal((await take(store, 'one', 'admin')).value, last)
    assert.notEqual((await take(store, 'one', null)).value, last)
  }),
  storeCase(`${name} of many at once leaves one`, async (trial) => {
    await addAdministrators(trial.store, crowd)
    const values = await atOnce(trial, (store, index) => take(store, `u-${index}`, 'admin'))
    assert.equal(values.filter((value) => value === last).length, 1)
    for (const [index, value] of values.entries()) {
      assert.equal(await isAdministrator(trial.store, `u-${index}`), value === last)
    }
  }),
])

export const lastOfCases: readonly StoreCase[] = [
  ...eachCases,
  storeCase('the last of a role: in whatever ways many take it at once, one keeps it', async (trial) => {
    await addAdministrators(trial.store, crowd)
    const values = await atOnce<unknown>(trial, (store, index) => {
      const taking = takings[index % takings.length]
      assert(taking !== undefined)
      return taking.take(store, `u-${index}`, 'admin')
    })
    assert.equal(values.filter((value) => value === last).length, 1)
  }),
  storeCase('users.replaceRoles that hold the role to keep are never refused', async ({ store }) => {
    await addAdministrators(store, 1)
    const { subject } = await applied(store.users.replaceRoles('u-0', ['admin', 'more'], 'admin'))
    assert.equal(subject.revision, 2)
    assert.deepEqual((await present(store.users.find('u-0'))).user.roles, ['admin', 'more'])
  }),
  storeCase(
    'the last of a role: who is disabled already may be disabled, changed and removed',
    async ({ store }) => {
      await addAdministrators(store, 1)
      await store.subjects.disable('u-0', null)
      await applied(store.subjects.disable('u-0', 'admin'))
      await applied(store.users.replaceRoles('u-0', [], 'admin'))
      await applied(store.users.remove('u-0', 'admin'))
    },
  ),
  storeCase('the last of a role: a subject without a user is never that', async ({ store }) => {
    await store.subjects.ensure('u-0')
    await applied(store.subjects.disable('u-0', 'admin'))
    assert.equal((await store.subjects.disable('nobody', 'admin')).value, null)
    assert.equal((await store.users.remove('nobody', 'admin')).value, null)
    assert.equal((await store.users.replaceRoles('nobody', [], 'admin')).value, null)
  }),
  storeCase(
    'the last of a role: roles that are given later count, and those taken away do not',
    async ({ store }) => {
      await addAdministrators(store, 1)
      await store.users.replaceRoles('teller', ['admin'], null)
      await applied(store.users.replaceRoles('u-0', [], 'admin'))
      assert.equal((await store.users.remove('teller', 'admin')).value, last)
      await store.users.replaceRoles('u-0', ['admin', 'admin'], null)
      await applied(store.users.remove('teller', 'admin'))
      assert.equal((await store.users.remove('u-0', 'admin')).value, last)
    },
  ),
]
