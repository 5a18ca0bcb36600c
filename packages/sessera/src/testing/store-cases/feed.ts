// In which order the change feed tells of changes, page by page, and how it forgets them.

import assert from 'node:assert/strict'
import type { Store } from '../../ports/store.js'
import { atOnce, crowd, type StoreCase, storeCase, tamperWith } from './case.js'
import { changesIn, onlyChange } from './following.js'
import { lostChange, sessionRecord, spellings } from './records.js'

/** `count` changes of ada, one after the other. */
async function raise(store: Store, count: number): Promise<void> {
  await store.subjects.ensure('u-1')
  for (let done = 0; done < count; done += 1) await store.subjects.raiseEpoch('u-1', null)
}

function numbers(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index)
}

const orderCases: readonly StoreCase[] = [
  storeCase('feed: each entry has a nonce of its own, the store’s time and its term', async (trial) => {
    const { store, clock, keepChangesMs } = trial
    await raise(store, 1)
    await clock.advance(5)
    await raise(store, 2)
    const changes = await changesIn(store)
    for (const { nonce, at, keepUntil } of changes) {
      assert.match(nonce, /^[\w-]{11}$/)
      assert.equal(keepUntil, at + keepChangesMs)
    }
    assert.equal(new Set(changes.map(({ nonce }) => nonce)).size, 3)
    assert((changes[1]?.at ?? 0) >= (changes[0]?.at ?? 0) + 5)
  }),
  storeCase('feed: many at once leave no gap, in the order in which they took effect', async (trial) => {
    await trial.store.subjects.ensure('u-1')
    const raised = await atOnce(trial, (store) => store.subjects.raiseEpoch('u-1', null))
    const changes = await changesIn(trial.store)
    assert.deepEqual(
      changes.map(({ seq }) => seq),
      numbers(1, crowd),
    )
    assert.deepEqual(
      changes.map(({ epoch }) => epoch),
      raised.map((subject) => subject?.epoch ?? 0).sort((a, b) => a - b),
    )
  }),
  storeCase('feed: whoever reads while others write never sees a gap or an entry late', async (trial) => {
    const { store, open } = trial
    const reader = await open()
    for (let index = 0; index < crowd; index += 1) await store.subjects.ensure(`u-${index}`)
    let isWriting = true
    const writing = atOnce(trial, async (each, index) => {
      for (let done = 0; done < 9; done += 1) await each.subjects.raiseRevision(`u-${index}`)
      return each.subjects.raiseRevision(`u-${index}`)
    }).finally(() => {
      isWriting = false
    })
    let position = 0
    while (isWriting || position < crowd * 10) {
      const { entries, head } = (await reader.feed.read(position, 1000)).value
      assert.deepEqual(
        entries.map(({ seq }) => seq),
        numbers(position + 1, head),
      )
      position = head
      await new Promise((resolve) => setImmediate(resolve))
    }
    await writing
    assert.equal(position, crowd * 10)
  }),
  storeCase('feed: an acknowledged change is there for a read on another connection', async (trial) => {
    const reader = await trial.open()
    await trial.store.subjects.ensure('u-1')
    for (const epoch of numbers(2, 1 + crowd)) {
      await trial.store.subjects.raiseEpoch('u-1', null)
      const { entries, head } = (await reader.feed.read(epoch - 2, 10)).value
      assert.deepEqual([head, entries.map((change) => change.epoch)], [epoch - 1, [epoch]])
    }
  }),
]

const readCases: readonly StoreCase[] = [
  storeCase('feed.read of a feed without entries', async ({ store }) => {
    for (const after of [0, 7]) {
      assert.deepEqual(
        { ...(await store.feed.read(after, 10)).value },
        { at: null, entries: [], head: 0, horizon: 0 },
      )
    }
  }),
  storeCase('feed.read answers page by page, with the head of that moment', async ({ store }) => {
    await raise(store, 10)
    const pages: readonly [number, number, readonly number[]][] = [
      [0, 4, [1, 2, 3, 4]],
      [0, 10, numbers(1, 10)],
      [3, 4, [4, 5, 6, 7]],
      [3, 1, [4]],
      [8, 4, [9, 10]],
      [10, 4, []],
      [11, 4, []],
    ]
    for (const [after, limit, expected] of pages) {
      const page = (await store.feed.read(after, limit)).value
      assert.deepEqual(
        page.entries.map(({ seq }) => seq),
        expected,
      )
      assert.deepEqual([page.head, page.horizon], [10, 0])
    }
  }),
  storeCase('feed.read shows the place at `after` as it is', async ({ store }) => {
    await raise(store, 3)
    const changes = await changesIn(store)
    for (const { seq, nonce } of changes) {
      assert.deepEqual({ ...(await store.feed.read(seq, 10)).value.at }, { seq, nonce })
    }
    for (const after of [0, 4]) assert.equal((await store.feed.read(after, 10)).value.at, null)
  }),
  storeCase('feed: texts come back byte for byte', async ({ store }) => {
    await store.subjects.ensure('u-1')
    for (const id of spellings) await store.sessions.create(sessionRecord({ id }))
    for (const id of spellings) await store.sessions.end(id)
    assert.deepEqual(
      (await changesIn(store)).map(({ subject }) => subject),
      spellings,
    )
  }),
  storeCase('feed: changing a page received changes nothing in the store', async ({ store }) => {
    await raise(store, 1)
    tamperWith((await store.feed.read(0, 10)).value.entries)
    assert.equal((await onlyChange(store)).epoch, 2)
  }),
]

const pruneCases: readonly StoreCase[] = [
  storeCase('feed.prune removes what is over, and moves the horizon', async ({ store, clock }) => {
    for (let index = 0; index < 5; index += 1) {
      await raise(store, 1)
      await clock.advance(2)
    }
    const changes = await changesIn(store)
    const third = changes[2]
    assert(third !== undefined)
    assert.equal((await store.feed.prune(third.keepUntil)).value, 2)
    assert.deepEqual(await changesIn(store), changes.slice(2))
    const page = (await store.feed.read(1, 10)).value
    assert.deepEqual([page.at, page.head, page.horizon], [null, 5, 2])
    assert.equal((await store.feed.read(2, 10)).value.at, null)
    assert.equal((await store.feed.read(3, 10)).value.at?.nonce, third.nonce)
    assert.equal((await store.feed.prune(third.keepUntil)).value, 0)
  }),
  storeCase('feed.prune never removes the last entry, and the numbers go on', async ({ store }) => {
    assert.equal((await store.feed.prune(9e15)).value, 0)
    await raise(store, 3)
    assert.equal((await store.feed.prune(9e15)).value, 2)
    assert.equal((await store.feed.prune(9e15)).value, 0)
    const last = await onlyChange(store)
    assert.deepEqual([last.seq, (await store.feed.read(0, 1)).value.horizon], [3, 2])
    await raise(store, 1)
    assert.deepEqual(
      (await changesIn(store)).map(({ seq }) => seq),
      [3, 4],
    )
    assert.equal((await store.feed.prune(9e15)).value, 1)
    assert.equal((await onlyChange(store)).seq, 4)
  }),
  storeCase('feed.prune stops at the first entry that is still needed', async ({ store }) => {
    await raise(store, 1)
    await store.feed.reassert([lostChange({ keepUntil: 9e15 })])
    await raise(store, 2)
    assert.equal((await store.feed.prune(8e15)).value, 1)
    assert.deepEqual(
      (await changesIn(store)).map(({ seq }) => seq),
      [2, 3, 4],
    )
  }),
  storeCase('feed.prune takes any number', async ({ store }) => {
    await store.subjects.ensure('u-1')
    const many = numbers(1, 1203)
    await Promise.all(many.map(() => store.subjects.raiseRevision('u-1')))
    assert.equal((await store.feed.prune(9e15)).value, many.length - 1)
    assert.deepEqual((await store.feed.read(0, 1)).value.horizon, many.length - 1)
    assert.equal((await onlyChange(store)).revision, 1 + many.length)
  }),
  storeCase('feed.prune of many at once counts each entry once', async (trial) => {
    await raise(trial.store, 9)
    const counts = await atOnce(trial, (store) => store.feed.prune(9e15))
    assert.equal(
      counts.reduce((sum, count) => sum + count, 0),
      8,
    )
    assert.equal((await onlyChange(trial.store)).seq, 9)
  }),
]

export const feedCases: readonly StoreCase[] = [...orderCases, ...readCases, ...pruneCases]
