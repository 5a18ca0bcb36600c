// Guesses at a secret: the first ones go, then they wait, in the end none goes, however many come at once.

import assert from 'node:assert/strict'
import type { Guess } from '../../domain/guesses.js'
import type { Answer, Store } from '../../ports/store.js'
import { atOnce, crowd, type StoreCase, storeCase, type Trial } from './case.js'
import { backOff, spellings } from './records.js'

const { free, firstWaitMs, longestWaitMs, most, forgetMs } = backOff

function guess(store: Store, key = 'ada'): Promise<Answer<Guess>> {
  return store.limits.guess(key, backOff)
}

/** Guesses as soon as each may be made, until so many are counted. Answers with the last. */
async function guessOn({ store, clock }: Trial, count: number): Promise<Answer<Guess>> {
  for (;;) {
    const answer = await guess(store)
    assert.equal(answer.value.verdict, 'go')
    if (answer.value.count === count) return answer
    await clock.advance(answer.value.nextAt - answer.now)
  }
}

export const guessCases: readonly StoreCase[] = [
  storeCase(
    'limits.guess: the first ones go, each next waits twice as long, up to the longest',
    async (trial) => {
      const waits: number[] = []
      for (let count = 1; count < most; count += 1) {
        const { value, now } = await guess(trial.store)
        assert.deepEqual([value.verdict, value.count], ['go', count])
        waits.push(value.nextAt - now)
        await trial.clock.advance(value.nextAt - now)
      }
      assert.deepEqual(waits, [0, 0, firstWaitMs, 2 * firstWaitMs, longestWaitMs, longestWaitMs])
    },
  ),
  storeCase('limits.guess: whoever comes too early waits, and is not counted', async (trial) => {
    const { store, clock } = trial
    const { value: last, now } = await guessOn(trial, free)
    assert.equal(last.nextAt, now + firstWaitMs)
    const early = { verdict: 'wait', count: free, nextAt: last.nextAt }
    for (let times = 0; times < 3; times += 1) assert.deepEqual({ ...(await guess(store)).value }, early)
    await clock.advance(last.nextAt - now)
    const { value: next } = await guess(store)
    assert.deepEqual([next.verdict, next.count], ['go', free + 1])
  }),
  storeCase('limits.guess: after the most no more go, even after every wait', async (trial) => {
    const { store, clock } = trial
    const { value: last, now } = await guessOn(trial, most)
    assert.deepEqual({ ...last }, { verdict: 'go', count: most, nextAt: now + forgetMs })
    const spent = { verdict: 'spent', count: most, nextAt: last.nextAt }
    assert.deepEqual({ ...(await guess(store)).value }, spent)
    await clock.advance(longestWaitMs)
    assert.deepEqual({ ...(await guess(store)).value }, spent)
  }),
  storeCase('limits.guess: all is forgotten so long after the last that was counted', async (trial) => {
    const { store, clock } = trial
    for (const [count, refused] of [
      [free, 'wait'],
      [most, 'spent'],
    ] as const) {
      const { now } = await guessOn(trial, count)
      await clock.advance(firstWaitMs / 2)
      const { value: early, now: later } = await guess(store)
      assert.equal(early.verdict, refused)
      await clock.advance(now + forgetMs - later)
      const { value: first } = await guess(store)
      assert.deepEqual([first.verdict, first.count], ['go', 1])
      await store.limits.clear('ada')
    }
  }),
  storeCase('limits.guess of many at once: as many go as may', async (trial) => {
    const verdicts = (await atOnce(trial, (store) => guess(store))).map(({ verdict }) => verdict)
    assert.equal(verdicts.filter((verdict) => verdict === 'go').length, free)
    assert.equal(verdicts.filter((verdict) => verdict === 'wait').length, crowd - free)
  }),
  storeCase('limits.guess of many at once after a wait: one goes', async (trial) => {
    const { value: last, now } = await guessOn(trial, free)
    await trial.clock.advance(last.nextAt - now)
    const verdicts = (await atOnce(trial, (store) => guess(store))).map(({ verdict }) => verdict)
    assert.equal(verdicts.filter((verdict) => verdict === 'go').length, 1)
  }),
  storeCase(
    'limits.clear forgets guesses, those that were spent too, and those under no other key',
    async (trial) => {
      const { store } = trial
      await guessOn(trial, most)
      await guess(store, 'bob')
      assert.equal((await guess(store)).value.verdict, 'spent')
      await store.limits.clear('ada')
      const { value, now } = await guess(store)
      assert.deepEqual({ ...value }, { verdict: 'go', count: 1, nextAt: now })
      assert.equal((await guess(store, 'bob')).value.count, 2)
    },
  ),
  storeCase('limits.unguess takes a guess back with its wait, of many at once each one', async (trial) => {
    const { store } = trial
    const { value: last } = await guessOn(trial, free)
    await store.limits.unguess('ada')
    const { value: again, now } = await guess(store)
    assert.deepEqual({ ...again }, { ...last, nextAt: now + firstWaitMs })
    await atOnce(trial, (each) => each.limits.unguess('ada'))
    assert.deepEqual([(await guess(store)).value.verdict, (await guess(store)).value.count], ['go', 2])
    await store.limits.unguess('nobody')
    const { now: end } = await guess(store, 'nobody')
    await store.limits.unguess('nobody')
    await store.limits.clear('ada')
    assert.equal((await store.limits.removeEnded(end + 2 * forgetMs)).value, 0)
  }),
  storeCase('limits: guesses and attempts under one key do not count for each other', async ({ store }) => {
    await store.limits.count('ada', 60_000)
    assert.equal((await guess(store)).value.count, 1)
    assert.equal((await store.limits.count('ada', 60_000)).value.count, 2)
    await store.limits.uncount('ada')
    assert.equal((await guess(store)).value.count, 2)
  }),
  storeCase('limits.guess: keys that look alike are guessed at apart', async ({ store }) => {
    for (const key of spellings) assert.equal((await guess(store, key)).value.count, 1)
  }),
  storeCase('limits.removeEnded removes guesses that are forgotten, and only those', async ({ store }) => {
    const { now } = await guess(store)
    assert.equal((await store.limits.removeEnded(now + forgetMs)).value, 0)
    assert.equal((await guess(store)).value.count, 2)
    const { now: last } = await guess(store, 'bob')
    assert.equal((await store.limits.removeEnded(last + forgetMs + 1)).value, 2)
    assert.equal((await store.limits.removeEnded(last + forgetMs + 1)).value, 0)
    assert.equal((await guess(store)).value.count, 1)
  }),
]
