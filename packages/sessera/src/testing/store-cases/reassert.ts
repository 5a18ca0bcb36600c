// What a store that was failed over or restored is told again by those who followed it.

import assert from 'node:assert/strict'
import { isOutranked } from '../../domain/user.js'
import type { Store } from '../../ports/store.js'
import { atOnce, present, type StoreCase, storeCase } from './case.js'
import { changesIn, onlyChange } from './following.js'
import { lostChange, sessionRecord } from './records.js'

const lostRaise = lostChange({
  kind: 'user',
  subject: 'u-1',
  epoch: 4,
  revision: 3,
  spared: { sessionId: 's-1', fromEpoch: 3 },
})

/** Nothing that was issued at this epoch or below stands, whichever history has issued it; what is issued from now on does. */
async function assertEndedUpTo(store: Store, epoch: number): Promise<void> {
  const subject = await present(store.subjects.find('u-1'))
  for (const sessionId of ['s-1', 's-2', 's-3']) {
    for (let issued = 1; issued <= epoch; issued += 1) {
      assert.equal(isOutranked(subject, { sessionId, epoch: issued }), true)
    }
    assert.equal(isOutranked(subject, { sessionId, epoch: subject.epoch }), false)
  }
}

export const reassertCases: readonly StoreCase[] = [
  storeCase('feed.reassert: a session that had ended is gone again', async ({ store }) => {
    await store.subjects.ensure('u-1')
    await store.sessions.create(sessionRecord())
    await store.sessions.create(sessionRecord({ id: 's-2' }))
    await store.feed.reassert([lostChange()])
    assert.equal((await store.sessions.find('s-1')).value, null)
    assert.equal((await store.sessions.readData('s-1')).value, null)
    assert.notEqual((await store.sessions.find('s-2')).value, null)
    const { kind, subject, userId } = await onlyChange(store)
    assert.deepEqual([kind, subject, userId], ['session_ended', 's-1', 'u-1'])
  }),
  storeCase('feed.reassert: epoch and revision are raised again, sparing nobody', async ({ store }) => {
    await store.subjects.ensure('u-1')
    await store.feed.reassert([lostRaise])
    assert.deepEqual(
      { ...(await present(store.subjects.find('u-1'))) },
      { userId: 'u-1', epoch: 5, revision: 3, disabledAt: null, spared: null },
    )
    const { kind, epoch, revision, spared } = await onlyChange(store)
    assert.deepEqual([kind, epoch, revision, spared], ['user', 5, 3, null])
    await assertEndedUpTo(store, 4)
  }),
  storeCase('feed.reassert: a subject whose row was lost too is made anew', async ({ store }) => {
    await store.feed.reassert([lostRaise])
    const subject = await present(store.subjects.find('u-1'))
    assert.deepEqual([subject.epoch, subject.revision], [5, 3])
    assert.deepEqual((await store.subjects.ensure('u-1')).value, subject)
  }),
  storeCase('feed.reassert never lowers what has risen since', async ({ store }) => {
    await store.subjects.ensure('u-1')
    for (const _ of [2, 3, 4, 5, 6]) await store.subjects.raiseEpoch('u-1', null)
    for (const _ of [2, 3, 4]) await store.subjects.raiseRevision('u-1')
    await store.feed.reassert([lostRaise])
    const { kind, epoch, revision } = await onlyChange(store, 8)
    assert.deepEqual([kind, epoch, revision], ['user', 7, 4])
    await assertEndedUpTo(store, 6)
  }),
  ...[1, 2, 3, 4].map((raises) =>
    storeCase(
      `feed.reassert: whom one of two histories ended stays ended, raised ${raises} times since`,
      async ({ store }) => {
        await store.subjects.ensure('u-1')
        for (let done = 0; done < raises; done += 1) await store.subjects.raiseEpoch('u-1', 's-2')
        const { epoch } = await present(store.subjects.find('u-1'))
        await store.sessions.create(sessionRecord({ id: 's-2', epoch }))
        const spared = { sessionId: 's-1', fromEpoch: 1 }
        await store.feed.reassert([lostChange({ kind: 'user', subject: 'u-1', epoch: 3, spared })])
        await assertEndedUpTo(store, Math.max(epoch, 3))
        const row = await present(store.sessions.find('s-2'))
        assert.equal(isOutranked(row.subject, { sessionId: 's-2', epoch: row.session.epoch }), true)
      },
    ),
  ),
  storeCase('feed.reassert: the deployment’s epoch goes above all that either knows', async ({ store }) => {
    const lost = (nonce: string, epoch: number) => lostChange({ nonce, kind: 'everyone', subject: '', epoch })
    await store.subjects.ensure('u-1')
    await store.feed.reassert([lost('higher', 7)])
    assert.equal((await present(store.subjects.find('u-1'))).epoch, 8)
    await store.feed.reassert([lost('the same', 8)])
    assert.equal((await present(store.subjects.find('u-1'))).epoch, 9)
    for (const _ of [10, 11]) await store.subjects.raiseEpoch('u-1', 's-1')
    await store.feed.reassert([lost('lower', 3)])
    await assertEndedUpTo(store, 11)
    assert.deepEqual(
      (await changesIn(store)).flatMap(({ kind, epoch }) => (kind === 'everyone' ? [epoch] : [])),
      [8, 9, 12],
    )
  }),
  storeCase('feed.reassert: what only the feed can tell is told again', async ({ store }) => {
    await store.subjects.ensure('u-1')
    await store.sessions.create(sessionRecord())
    const before = await present(store.sessions.find('s-1'))
    await store.feed.reassert([
      lostChange({ nonce: 'a', kind: 'session_moved', mode: 'token' }),
      lostChange({ nonce: 'b', kind: 'keys', subject: 'k-1' }),
    ])
    assert.deepEqual(
      (await changesIn(store)).map(({ seq, kind, subject, mode }) => [seq, kind, subject, mode]),
      [
        [1, 'session_moved', 's-1', 'token'],
        [2, 'keys', 'k-1', null],
      ],
    )
    assert.deepEqual(await present(store.sessions.find('s-1')), before)
  }),
  storeCase('feed.reassert leaves alone what the store has', async ({ store }) => {
    await store.subjects.ensure('u-1')
    await store.sessions.create(sessionRecord())
    await store.sessions.end('s-1')
    await store.subjects.raiseEpoch('u-1', null)
    const known = await changesIn(store)
    await store.sessions.create(sessionRecord())
    await store.feed.reassert(known)
    await store.feed.reassert([])
    assert.deepEqual(await changesIn(store), known)
    assert.notEqual((await store.sessions.find('s-1')).value, null)
  }),
  storeCase('feed.reassert of many at once, and once more: one entry for each change', async (trial) => {
    const lost = [
      lostChange({ nonce: 'a' }),
      lostRaise,
      lostChange({ nonce: 'b', kind: 'keys', subject: 'k' }),
    ]
    await atOnce(trial, (store) => store.feed.reassert(lost))
    await trial.store.feed.reassert([...lost].reverse())
    assert.deepEqual(
      (await changesIn(trial.store)).map(({ kind }) => kind),
      ['session_ended', 'user', 'keys'],
    )
  }),
  storeCase('feed.reassert never gives a place in the feed to two histories', async ({ store }) => {
    const lost = lostChange({ seq: 1 })
    await store.feed.reassert([lost])
    const again = await onlyChange(store)
    assert.equal(again.seq, lost.seq)
    assert.notEqual(again.nonce, lost.nonce)
  }),
  storeCase('feed.reassert keeps the entry as long as the lost one, and as any', async (trial) => {
    const { store, clock, keepChangesMs } = trial
    const far = clock.now() + 10 * keepChangesMs
    await store.feed.reassert([
      lostChange({ nonce: 'a', keepUntil: 1 }),
      lostChange({ nonce: 'b', keepUntil: far }),
    ])
    const [one, other] = await changesIn(store)
    assert(one !== undefined && other !== undefined)
    assert.equal(one.keepUntil, one.at + keepChangesMs)
    assert.equal(other.keepUntil, far)
  }),
]
