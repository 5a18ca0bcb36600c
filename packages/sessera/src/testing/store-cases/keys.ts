import assert from 'node:assert/strict'
import { atOnce, countWinners, type StoreCase, storeCase, tamperWith } from './case.js'
import { keyRecord, spellings } from './records.js'

export const keyCases: readonly StoreCase[] = [
  storeCase('keys.list is empty to begin with', async ({ store }) => {
    assert.deepEqual((await store.keys.list()).value, [])
  }),
  storeCase('keys.add keeps every field', async ({ store }) => {
    assert.equal((await store.keys.add(keyRecord(), null)).value, true)
    assert.deepEqual(
      (await store.keys.list()).value.map((key) => ({ ...key })),
      [keyRecord()],
    )
  }),
  storeCase('keys.list shows the oldest signsFrom first', async ({ store }) => {
    await store.keys.add(keyRecord({ kid: 'second', signsFrom: 20 }), null)
    await store.keys.add(keyRecord({ kid: 'third', signsFrom: 30 }), 'second')
    await store.keys.add(keyRecord({ kid: 'first', signsFrom: 10 }), 'third')
    const { value } = await store.keys.list()
    assert.deepEqual(
      value.map(({ kid }) => kid),
      ['first', 'second', 'third'],
    )
    assert.equal((await store.keys.add(keyRecord({ kid: 'fourth', signsFrom: 40 }), 'third')).value, true)
  }),
  storeCase('keys.add after a newest that is not the newest writes nothing', async ({ store }) => {
    assert.equal((await store.keys.add(keyRecord(), 'k-0')).value, false)
    await store.keys.add(keyRecord(), null)
    assert.equal((await store.keys.add(keyRecord({ kid: 'k-2', signsFrom: 2 }), null)).value, false)
    assert.equal((await store.keys.add(keyRecord({ kid: 'k-2', signsFrom: 2 }), 'k-2')).value, false)
    assert.deepEqual(
      (await store.keys.list()).value.map(({ kid }) => kid),
      ['k-1'],
    )
  }),
  storeCase('keys.add never replaces a key', async ({ store }) => {
    await store.keys.add(keyRecord(), null)
    assert.equal((await store.keys.add(keyRecord({ sealed: 'forged' }), 'k-1')).value, false)
    assert.deepEqual(
      (await store.keys.list()).value.map((key) => ({ ...key })),
      [keyRecord()],
    )
  }),
  storeCase('keys.add of many at once: one wins, first key or later', async (trial) => {
    const first = await atOnce(trial, (store, index) =>
      store.keys.add(keyRecord({ kid: `a-${index}` }), null),
    )
    assert.equal(countWinners(first), 1)
    const newest = `a-${first.indexOf(true)}`
    const later = await atOnce(trial, (store, index) =>
      store.keys.add(keyRecord({ kid: `b-${index}`, signsFrom: keyRecord().signsFrom + 1 + index }), newest),
    )
    assert.equal(countWinners(later), 1)
    const { value } = await trial.store.keys.list()
    assert.deepEqual(
      value.map(({ kid }) => kid),
      [newest, `b-${later.indexOf(true)}`],
    )
  }),
  storeCase('keys.remove removes one key, once', async ({ store }) => {
    await store.keys.add(keyRecord(), null)
    await store.keys.add(keyRecord({ kid: 'k-2', signsFrom: keyRecord().signsFrom + 1 }), 'k-1')
    assert.equal((await store.keys.remove('k-2')).value, true)
    assert.equal((await store.keys.remove('k-2')).value, false)
    assert.deepEqual(
      (await store.keys.list()).value.map(({ kid }) => kid),
      ['k-1'],
    )
    assert.equal(
      (await store.keys.add(keyRecord({ kid: 'k-3', signsFrom: keyRecord().signsFrom + 2 }), 'k-1')).value,
      true,
    )
  }),
  storeCase('keys: texts come back byte for byte', async ({ store }) => {
    let newest: string | null = null
    for (const [index, text] of spellings.entries()) {
      const key = keyRecord({ kid: text, algorithm: text, sealed: text, signsFrom: index })
      assert.equal((await store.keys.add(key, newest)).value, true)
      newest = text
    }
    const { value } = await store.keys.list()
    assert.deepEqual(
      value.map(({ kid, algorithm, sealed }) => [kid, algorithm, sealed]),
      spellings.map((text) => [text, text, text]),
    )
  }),
  storeCase('keys: changing a list received changes nothing in the store', async ({ store }) => {
    await store.keys.add(keyRecord(), null)
    tamperWith((await store.keys.list()).value)
    assert.equal((await store.keys.list()).value.length, 1)
  }),
]
