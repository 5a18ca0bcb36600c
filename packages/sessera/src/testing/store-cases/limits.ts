import assert from 'node:assert/strict'
import { atOnce, crowd, type StoreCase, storeCase } from './case.js'
import { spellings } from './records.js'

const windowMs = 1000

export const limitCases: readonly StoreCase[] = [
  storeCase(
    'limits.count counts from one, within a window that begins with the first attempt',
    async ({ store, clock }) => {
      const before = clock.now()
      const { value: first, now } = await store.limits.count('ada', windowMs)
      assert.equal(first.count, 1)
      assert.equal(first.endsAt, now + windowMs)
      assert(first.endsAt >= before + windowMs && first.endsAt <= clock.now() + windowMs)
      await clock.advance(windowMs / 4)
      assert.deepEqual(
        { ...(await store.limits.count('ada', windowMs)).value },
        { count: 2, endsAt: first.endsAt },
      )
    },
  ),
  storeCase('limits.count starts again when the window has ended', async ({ store, clock }) => {
    await store.limits.count('ada', windowMs)
    await store.limits.count('ada', windowMs)
    await clock.advance(windowMs)
    const { value, now } = await store.limits.count('ada', windowMs)
    assert.deepEqual({ ...value }, { count: 1, endsAt: now + windowMs })
  }),
  storeCase('limits.count of many at once counts every one', async (trial) => {
    const attempts = await atOnce(trial, (store) => store.limits.count('ada', 60_000))
    const counts = attempts.map(({ count }) => count).sort((a, b) => a - b)
    assert.deepEqual(
      counts,
      Array.from({ length: crowd }, (_, index) => index + 1),
    )
    assert.equal(new Set(attempts.map(({ endsAt }) => endsAt)).size, 1)
  }),
  storeCase('limits: keys that look alike are counted apart', async ({ store }) => {
    for (const key of spellings) assert.equal((await store.limits.count(key, 60_000)).value.count, 1)
    for (const key of spellings) assert.equal((await store.limits.count(key, 60_000)).value.count, 2)
  }),
  storeCase('limits.uncount takes one attempt back, of many at once each one', async (trial) => {
    const { store } = trial
    const { value: first } = await store.limits.count('ada', 60_000)
    await atOnce(trial, (each) => each.limits.count('ada', 60_000))
    await atOnce(trial, (each) => each.limits.uncount('ada'))
    const { value } = await store.limits.count('ada', 60_000)
    assert.deepEqual({ ...value }, { count: 2, endsAt: first.endsAt })
  }),
  storeCase('limits.uncount never goes below zero and begins no window', async ({ store, clock }) => {
    await store.limits.uncount('ada')
    assert.equal((await store.limits.count('ada', windowMs)).value.count, 1)
    await store.limits.uncount('ada')
    await store.limits.uncount('ada')
    assert.equal((await store.limits.count('ada', windowMs)).value.count, 1)
    await clock.advance(windowMs)
    await store.limits.uncount('ada')
    assert.equal((await store.limits.count('ada', windowMs)).value.count, 1)
  }),
  storeCase('limits.clear forgets one key', async ({ store }) => {
    await store.limits.count('ada', 60_000)
    await store.limits.count('bob', 60_000)
    assert.equal((await store.limits.clear('ada')).value, undefined)
    await store.limits.clear('nobody')
    assert.equal((await store.limits.count('ada', 60_000)).value.count, 1)
    assert.equal((await store.limits.count('bob', 60_000)).value.count, 2)
  }),
  storeCase('limits.removeEnded removes windows that ended, and only those', async ({ store }) => {
    const { value } = await store.limits.count('ended', windowMs)
    await store.limits.count('running', 60_000)
    assert.equal((await store.limits.removeEnded(value.endsAt)).value, 0)
    assert.equal((await store.limits.removeEnded(value.endsAt + 1)).value, 1)
    assert.equal((await store.limits.removeEnded(value.endsAt + 1)).value, 0)
    assert.equal((await store.limits.count('ended', windowMs)).value.count, 1)
    assert.equal((await store.limits.count('running', 60_000)).value.count, 2)
  }),
]
