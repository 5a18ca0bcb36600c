// The first of a role, and many at once.

import assert from 'node:assert/strict'
import type { NewUserRow } from '../../ports/store.js'
import { applied, atOnce, crowd, present, type StoreCase, storeCase } from './case.js'
import { userRecord } from './records.js'

const admin = userRecord({ roles: ['admin'] })

function row(id: string, usernameKey: string, disabled = false): NewUserRow {
  return { user: userRecord({ id, username: usernameKey }), usernameKey, disabled }
}

export const newUserCases: readonly StoreCase[] = [
  storeCase('users.createFirst creates the first of a role as create does', async ({ store }) => {
    await store.users.create(userRecord({ id: 'u-2', roles: ['Admin', 'admins'] }), 'bob')
    assert.equal((await store.users.createFirst(admin, 'ada', 'admin')).value, 'created')
    const found = await present(store.users.findByUsername('ada'))
    assert.deepEqual({ ...found.user }, admin)
    assert.deepEqual(
      { ...found.subject },
      { userId: 'u-1', epoch: 1, revision: 1, disabledAt: null, spared: null },
    )
  }),
  storeCase(
    'users.createFirst creates nobody once somebody has the role, even if disabled',
    async ({ store }) => {
      await store.users.create(userRecord({ id: 'u-2', roles: ['teller', 'admin'] }), 'bob')
      await store.subjects.disable('u-2', null)
      assert.equal((await store.users.createFirst(admin, 'ada', 'admin')).value, 'exists')
      assert.equal((await store.users.createFirst(admin, 'bob', 'admin')).value, 'exists')
      assert.equal((await store.users.find('u-1')).value, null)
      assert.equal((await store.subjects.find('u-1')).value, null)
    },
  ),
  storeCase('users.createFirst creates again when nobody has the role any more', async ({ store }) => {
    await store.users.create(userRecord({ id: 'u-2', roles: ['admin'] }), 'bob')
    await applied(store.users.replaceRoles('u-2', [], null))
    assert.equal((await store.users.createFirst(admin, 'ada', 'admin')).value, 'created')
    await applied(store.users.remove('u-1', null))
    const next = userRecord({ id: 'u-3', roles: ['admin'] })
    assert.equal((await store.users.createFirst(next, 'ada', 'admin')).value, 'created')
  }),
  storeCase('users.createFirst with a taken name or id writes nothing', async ({ store }) => {
    await store.users.create(userRecord({ roles: [] }), 'ada')
    assert.equal((await store.users.createFirst(admin, 'other', 'admin')).value, 'taken')
    const another = userRecord({ id: 'u-2', roles: ['admin'] })
    assert.equal((await store.users.createFirst(another, 'ada', 'admin')).value, 'taken')
    assert.equal((await store.subjects.find('u-2')).value, null)
    assert.equal((await store.users.createFirst(another, 'bob', 'admin')).value, 'created')
  }),
  storeCase('users.createFirst of many at once: one creates', async (trial) => {
    const outcomes = await atOnce(trial, (store, index) =>
      store.users.createFirst(userRecord({ id: `u-${index}`, roles: ['admin'] }), `name ${index}`, 'admin'),
    )
    assert.equal(outcomes.filter((outcome) => outcome === 'created').length, 1)
    assert.equal(outcomes.filter((outcome) => outcome === 'exists').length, crowd - 1)
    assert.equal((await trial.store.deployment.count()).value.users, 1)
  }),
  storeCase('users.createMany adds those who can be added, and says who', async ({ store, clock }) => {
    await store.users.create(userRecord({ id: 'old', username: 'Old' }), 'old')
    await store.subjects.ensure('known')
    const before = clock.now()
    const { value, now } = await store.users.createMany([
      row('u-1', 'ada'),
      row('u-2', 'old'),
      row('old', 'bob'),
      row('known', 'eve'),
      row('u-3', 'ada'),
      row('u-1', 'dan'),
      row('u-4', 'kim', true),
      row('u-2', 'lee'),
    ])
    assert.deepEqual(value, [true, false, false, false, false, false, true, true])
    assert(now >= before)
    assert.deepEqual({ ...(await present(store.users.findByUsername('ada'))).user }, row('u-1', 'ada').user)
    assert.equal((await present(store.users.findByUsername('old'))).user.id, 'old')
    for (const key of ['bob', 'eve', 'dan']) assert.equal((await store.users.findByUsername(key)).value, null)
    const lee = await present(store.users.find('u-2'))
    assert.deepEqual([lee.user.username, lee.subject.disabledAt], ['lee', null])
    assert.equal((await present(store.users.find('u-4'))).subject.disabledAt, now)
    assert.equal((await store.subjects.find('u-3')).value, null)
    assert.deepEqual((await store.users.createMany([])).value, [])
  }),
  storeCase('users.createMany adds at the deployment’s epoch', async ({ store }) => {
    const { value: epoch } = await store.deployment.raiseEpoch(0)
    await store.users.createMany([row('u-1', 'ada')])
    const { subject } = await present(store.users.find('u-1'))
    assert.deepEqual({ ...subject }, { userId: 'u-1', epoch, revision: 1, disabledAt: null, spared: null })
  }),
  storeCase('users.createMany of many at once adds each name once', async (trial) => {
    const names = Array.from({ length: 20 }, (_, index) => `name ${index}`)
    const added = await atOnce(trial, (store, index) =>
      store.users.createMany(names.map((name) => row(`${name} of ${index}`, name))),
    )
    for (const [place, name] of names.entries()) {
      const winners = added.flatMap((flags, index) => (flags[place] === true ? [index] : []))
      assert.equal(winners.length, 1)
      const { user } = await present(trial.store.users.findByUsername(name))
      assert.equal(user.id, `${name} of ${winners[0]}`)
    }
    assert.equal((await trial.store.deployment.count()).value.users, names.length)
  }),
]
