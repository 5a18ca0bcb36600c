// Whoever is removed is gone with all that lets them in, and nobody else ever gets their id.

import assert from 'node:assert/strict'
import { isOutranked } from '../../domain/user.js'
import { applied, atOnce, crowd, present, type StoreCase, storeCase } from './case.js'
import { changesIn } from './following.js'
import { sessionRecord, userRecord } from './records.js'

export const userRemovalCases: readonly StoreCase[] = [
  storeCase('users.remove removes the user, their sessions and what these hold', async ({ store }) => {
    await store.users.create(userRecord(), 'ada')
    await store.users.create(userRecord({ id: 'u-2', username: 'Bob' }), 'bob')
    for (const id of ['s-1', 's-2']) await store.sessions.create(sessionRecord({ id, epoch: 1 }))
    await store.sessions.create(sessionRecord({ id: 'other', userId: 'u-2' }))
    await store.sessions.writeData('s-1', { cart: [1] }, 1)
    const ended = await applied(store.users.remove('u-1', null))
    assert.deepEqual(
      ended.map((session) => ({ ...session })).sort((a, b) => a.id.localeCompare(b.id)),
      [sessionRecord({ id: 's-1', epoch: 1 }), sessionRecord({ id: 's-2', epoch: 1 })],
    )
    assert.equal((await store.users.find('u-1')).value, null)
    assert.equal((await store.users.findByUsername('ada')).value, null)
    assert.deepEqual((await store.sessions.list('u-1')).value, [])
    for (const id of ['s-1', 's-2']) {
      assert.equal((await store.sessions.find(id)).value, null)
      assert.equal((await store.sessions.readData(id)).value, null)
    }
    assert.notEqual((await store.users.findByUsername('bob')).value, null)
    assert.notEqual((await store.sessions.find('other')).value, null)
  }),
  storeCase('users.remove leaves the subject, disabled and raised, sparing nobody', async ({ store }) => {
    await store.users.create(userRecord(), 'ada')
    await store.subjects.raiseEpoch('u-1', 's-1')
    const { now } = await store.users.remove('u-1', null)
    const subject = await present(store.subjects.find('u-1'))
    assert.deepEqual({ ...subject }, { userId: 'u-1', epoch: 3, revision: 1, disabledAt: now, spared: null })
    assert.equal(isOutranked(subject, { sessionId: 's-1', epoch: 2 }), true)
    const change = (await changesIn(store)).at(-1)
    assert.deepEqual([change?.kind, change?.subject, change?.epoch, change?.spared], ['user', 'u-1', 3, null])
  }),
  storeCase('users.remove keeps the time at which the user was disabled', async ({ store, clock }) => {
    await store.users.create(userRecord(), 'ada')
    const { disabledAt } = await applied(store.subjects.disable('u-1', null))
    await clock.advance(5)
    await store.users.remove('u-1', null)
    assert.equal((await present(store.subjects.find('u-1'))).disabledAt, disabledAt)
  }),
  storeCase('users.remove frees the name, never the id', async ({ store }) => {
    await store.users.create(userRecord(), 'ada')
    await store.users.remove('u-1', null)
    await store.subjects.enable('u-1')
    assert.equal((await store.users.create(userRecord(), 'ada')).value, false)
    assert.equal((await store.users.createFirst(userRecord(), 'ada', 'admin')).value, 'taken')
    const row = { user: userRecord(), usernameKey: 'ada', disabled: false }
    assert.deepEqual((await store.users.createMany([row])).value, [false])
    assert.equal((await store.users.findByUsername('ada')).value, null)
    assert.equal((await store.users.create(userRecord({ id: 'u-2' }), 'ada')).value, true)
    assert.equal((await present(store.users.findByUsername('ada'))).user.id, 'u-2')
  }),
  storeCase('users.remove of many at once: one gets the sessions', async (trial) => {
    await trial.store.users.create(userRecord(), 'ada')
    await trial.store.sessions.create(sessionRecord({ epoch: 1 }))
    const values = await atOnce(trial, (store) => store.users.remove('u-1', null))
    const winners = values.filter((value) => value !== null)
    assert.equal(winners.length, 1)
    assert.equal(winners[0]?.length, 1)
    assert.equal((await changesIn(trial.store)).length, 1)
  }),
  storeCase('users.remove among changes at once: whatever comes after it finds nobody', async (trial) => {
    await trial.store.users.create(userRecord(), 'ada')
    await atOnce<unknown>(trial, (store, index) => {
      if (index === crowd / 2) return store.users.remove('u-1', null)
      if (index % 3 === 0) return store.users.replacePassword('u-1', 'hash', null, null)
      if (index % 3 === 1) return store.users.replaceRoles('u-1', ['admin'], null)
      return store.users.replaceClaims('u-1', { index })
    })
    assert.equal((await trial.store.users.find('u-1')).value, null)
    assert.notEqual((await present(trial.store.subjects.find('u-1'))).disabledAt, null)
    const query = { after: null, limit: 9, startsWith: null, role: 'admin', disabled: null }
    assert.deepEqual((await trial.store.users.list(query)).value.users, [])
  }),
]
