// As many sessions as a user may have: those that were seen latest stay, and of many sign-ins at once no more than those.

import assert from 'node:assert/strict'
import type { Store } from '../../ports/store.js'
import { atOnce, crowd, type StoreCase, storeCase } from './case.js'
import { changesIn } from './following.js'
import { sessionRecord } from './records.js'

/** Sessions of u-1 by id, seen at these times. */
async function add(store: Store, seenAt: Readonly<Record<string, number>>): Promise<void> {
  for (const [id, lastSeenAt] of Object.entries(seenAt)) {
    await store.sessions.create(sessionRecord({ id, lastSeenAt }))
  }
}

async function idsOf(store: Store, userId = 'u-1'): Promise<readonly string[]> {
  return (await store.sessions.list(userId)).value.map(({ id }) => id)
}

export const sessionCapCases: readonly StoreCase[] = [
  storeCase(
    'sessions.endBeyond ends all but those that were seen latest, and tells what they were',
    async ({ store }) => {
      await add(store, { 's-3': 3, 's-1': 1, 's-4': 4, 's-2': 2 })
      await store.sessions.create(sessionRecord({ id: 'other', userId: 'u-2', lastSeenAt: 0 }))
      const { value: ended } = await store.sessions.endBeyond('u-1', 2, 's-4')
      assert.deepEqual(
        ended.map((session) => ({ ...session })),
        [sessionRecord({ id: 's-2', lastSeenAt: 2 }), sessionRecord({ id: 's-1', lastSeenAt: 1 })],
      )
      assert.deepEqual(await idsOf(store), ['s-4', 's-3'])
      assert.deepEqual(await idsOf(store, 'u-2'), ['other'])
      assert.equal((await store.sessions.readData('s-1')).value, null)
      assert.deepEqual(
        (await changesIn(store)).map(({ kind, subject, userId }) => [kind, subject, userId]),
        [
          ['session_ended', 's-2', 'u-1'],
          ['session_ended', 's-1', 'u-1'],
        ],
      )
    },
  ),
  storeCase('sessions.endBeyond spares one that was not seen for longest', async ({ store }) => {
    await add(store, { 's-1': 1, 's-2': 2, 's-3': 3 })
    assert.equal((await store.sessions.endBeyond('u-1', 2, 's-1')).value.length, 1)
    assert.deepEqual(await idsOf(store), ['s-3', 's-1'])
    assert.equal((await store.sessions.endBeyond('u-1', 1, 's-1')).value.length, 1)
    assert.deepEqual(await idsOf(store), ['s-1'])
  }),
  storeCase('sessions.endBeyond: of those seen at one moment the later born stay', async ({ store }) => {
    for (const createdAt of [2, 3, 1]) {
      await store.sessions.create(sessionRecord({ id: `s-${createdAt}`, createdAt }))
    }
    await store.sessions.endBeyond('u-1', 2, 's-3')
    assert.deepEqual([...(await idsOf(store))].sort(), ['s-2', 's-3'])
  }),
  storeCase('sessions.endBeyond with few enough, or with one to spare that is gone', async ({ store }) => {
    await add(store, { 's-1': 1, 's-2': 2 })
    assert.deepEqual((await store.sessions.endBeyond('u-1', 2, 's-1')).value, [])
    assert.deepEqual((await store.sessions.endBeyond('u-1', 2, 'gone')).value, [])
    assert.deepEqual((await store.sessions.endBeyond('nobody', 1, 's-1')).value, [])
    assert.deepEqual(await idsOf(store), ['s-2', 's-1'])
  }),
  storeCase('sessions.endBeyond of many sign-ins at once leaves exactly the most', async (trial) => {
    const most = 3
    const ended = await atOnce(trial, async (store, index) => {
      await store.sessions.create(sessionRecord({ id: `s-${index}`, lastSeenAt: index }))
      return store.sessions.endBeyond('u-1', most, `s-${index}`)
    })
    const left = await idsOf(trial.store)
    assert.equal(left.length, most)
    const endedIds = ended.flat().map(({ id }) => id)
    assert.equal(new Set([...endedIds, ...left]).size, crowd)
    assert.equal(endedIds.length, crowd - most, 'A session was ended twice.')
    assert.equal((await changesIn(trial.store)).length, crowd - most)
  }),
]
