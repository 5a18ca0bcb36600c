import assert from 'node:assert/strict'
import type { Session } from '../../domain/session.js'
import { isOutranked, type Subject } from '../../domain/user.js'
import { applied, atOnce, crowd, present, type StoreCase, storeCase } from './case.js'
import { spellings } from './records.js'

const fresh: Subject = { userId: 'u-1', epoch: 1, revision: 1, disabledAt: null, spared: null }
const stranger = 'nobody'

/** Whether a credential of this session, issued at this epoch, still stands. */
function stands(subject: Subject, sessionId: Session['id'], epoch: number): boolean {
  return !isOutranked(subject, { sessionId, epoch })
}

export const subjectCases: readonly StoreCase[] = [
  storeCase('subjects.ensure makes a row with epoch 1 and revision 1', async ({ store }) => {
    assert.equal((await store.subjects.find('u-1')).value, null)
    assert.deepEqual({ ...(await store.subjects.ensure('u-1')).value }, fresh)
    assert.deepEqual({ ...(await present(store.subjects.find('u-1'))) }, fresh)
  }),
  storeCase('subjects.ensure leaves a row that is there as it is', async ({ store }) => {
    await store.subjects.ensure('u-1')
    await store.subjects.raiseEpoch('u-1', 's-1')
    const before = await present(store.subjects.raiseRevision('u-1'))
    assert.deepEqual((await store.subjects.ensure('u-1')).value, before)
    assert.deepEqual(await present(store.subjects.find('u-1')), before)
  }),
  storeCase('subjects.ensure of many at once makes one row, and all of them get it', async (trial) => {
    const subjects = await atOnce(trial, (store) => store.subjects.ensure('u-1'))
    for (const subject of subjects) assert.deepEqual({ ...subject }, fresh)
  }),
  storeCase('subjects: what one connection wrote, another reads', async ({ store, open }) => {
    const other = await open()
    await store.subjects.ensure('u-1')
    assert.equal((await present(other.subjects.find('u-1'))).epoch, 1)
    await other.subjects.raiseEpoch('u-1', null)
    assert.equal((await present(store.subjects.find('u-1'))).epoch, 2)
  }),
  storeCase('subjects: nothing happens to those that are not there', async ({ store }) => {
    const { subjects } = store
    assert.equal((await subjects.raiseEpoch(stranger, null)).value, null)
    assert.equal((await subjects.raiseEpoch(stranger, 's-1')).value, null)
    assert.equal((await subjects.raiseRevision(stranger)).value, null)
    assert.equal((await subjects.disable(stranger, null)).value, null)
    assert.equal((await subjects.enable(stranger)).value, null)
    assert.equal((await subjects.find(stranger)).value, null)
  }),
  storeCase('subjects: a change touches no other subject', async ({ store }) => {
    await store.subjects.ensure('u-1')
    await store.subjects.ensure('u-2')
    await store.subjects.raiseEpoch('u-2', 's-2')
    await store.subjects.raiseRevision('u-2')
    await store.subjects.disable('u-2', null)
    assert.deepEqual({ ...(await present(store.subjects.find('u-1'))) }, fresh)
  }),
  storeCase('subjects.raiseEpoch raises the epoch and nothing else', async ({ store }) => {
    await store.subjects.ensure('u-1')
    const expected = { ...fresh, epoch: 2 }
    assert.deepEqual({ ...(await present(store.subjects.raiseEpoch('u-1', null))) }, expected)
    assert.deepEqual({ ...(await present(store.subjects.find('u-1'))) }, expected)
  }),
  storeCase('subjects.raiseEpoch of many at once loses none', async (trial) => {
    await trial.store.subjects.ensure('u-1')
    const raised = await atOnce(trial, (store) => store.subjects.raiseEpoch('u-1', null))
    const epochs = raised.map((subject) => subject?.epoch ?? 0).sort((a, b) => a - b)
    assert.deepEqual(
      epochs,
      Array.from({ length: crowd }, (_, index) => index + 2),
    )
    assert.equal((await present(trial.store.subjects.find('u-1'))).epoch, 1 + crowd)
  }),
  storeCase('subjects.raiseRevision raises the revision and nothing else', async ({ store }) => {
    await store.subjects.ensure('u-1')
    const before = await present(store.subjects.raiseEpoch('u-1', 's-1'))
    const after = await present(store.subjects.raiseRevision('u-1'))
    assert.deepEqual({ ...after }, { ...before, revision: 2 })
    assert.deepEqual(await present(store.subjects.find('u-1')), after)
  }),
  storeCase('subjects.raiseRevision of many at once loses none', async (trial) => {
    await trial.store.subjects.ensure('u-1')
    await atOnce(trial, (store) => store.subjects.raiseRevision('u-1'))
    assert.equal((await present(trial.store.subjects.find('u-1'))).revision, 1 + crowd)
  }),
  storeCase('subjects.raiseEpoch spares one session from the epoch before the raise', async ({ store }) => {
    await store.subjects.ensure('u-1')
    const subject = await present(store.subjects.raiseEpoch('u-1', 's-1'))
    assert.equal(subject.epoch, 2)
    assert.deepEqual({ ...subject.spared }, { sessionId: 's-1', fromEpoch: 1 })
    assert.deepEqual(await present(store.subjects.find('u-1')), subject)
    assert.equal(stands(subject, 's-1', 1), true)
    assert.equal(stands(subject, 's-2', 1), false)
    assert.equal(stands(subject, 's-1', 0), false)
  }),
  storeCase(
    'subjects.raiseEpoch: a session spared again and again stands from where it was first spared',
    async ({ store }) => {
      await store.subjects.ensure('u-1')
      await store.subjects.raiseEpoch('u-1', null)
      for (const epoch of [3, 4, 5]) {
        const subject = await present(store.subjects.raiseEpoch('u-1', 's-1'))
        assert.equal(subject.epoch, epoch)
        assert.deepEqual({ ...subject.spared }, { sessionId: 's-1', fromEpoch: 2 })
        assert.equal(stands(subject, 's-1', 2), true)
        assert.equal(stands(subject, 's-1', 1), false)
      }
    },
  ),
  storeCase('subjects.raiseEpoch: sparing another session ends the one spared before', async ({ store }) => {
    await store.subjects.ensure('u-1')
    await store.subjects.raiseEpoch('u-1', 's-1')
    const subject = await present(store.subjects.raiseEpoch('u-1', 's-2'))
    assert.deepEqual({ ...subject.spared }, { sessionId: 's-2', fromEpoch: 2 })
    assert.equal(stands(subject, 's-1', 1), false)
    assert.equal(stands(subject, 's-2', 2), true)
    const back = await present(store.subjects.raiseEpoch('u-1', 's-1'))
    assert.deepEqual({ ...back.spared }, { sessionId: 's-1', fromEpoch: 3 })
    assert.equal(stands(back, 's-1', 2), false)
  }),
  storeCase(
    'subjects.raiseEpoch without a session to spare ends the one spared before',
    async ({ store }) => {
      await store.subjects.ensure('u-1')
      await store.subjects.raiseEpoch('u-1', 's-1')
      const subject = await present(store.subjects.raiseEpoch('u-1', null))
      assert.equal(subject.spared, null)
      assert.equal(stands(subject, 's-1', 2), false)
      const again = await present(store.subjects.raiseEpoch('u-1', 's-1'))
      assert.deepEqual({ ...again.spared }, { sessionId: 's-1', fromEpoch: 3 })
    },
  ),
  storeCase(
    'subjects.disable stamps the store’s time, raises the epoch and spares nobody',
    async ({ store, clock }) => {
      await store.subjects.ensure('u-1')
      await store.subjects.raiseEpoch('u-1', 's-1')
      const before = clock.now()
      const subject = await applied(store.subjects.disable('u-1', null))
      assert(subject.disabledAt !== null && subject.disabledAt >= before && subject.disabledAt <= clock.now())
      assert.deepEqual({ ...subject }, { ...fresh, epoch: 3, disabledAt: subject.disabledAt })
      assert.deepEqual(await present(store.subjects.find('u-1')), subject)
    },
  ),
  storeCase(
    'subjects.disable again keeps the first time and raises the epoch again',
    async ({ store, clock }) => {
      await store.subjects.ensure('u-1')
      const first = await applied(store.subjects.disable('u-1', null))
      await clock.advance(5)
      const second = await applied(store.subjects.disable('u-1', null))
      assert.equal(second.disabledAt, first.disabledAt)
      assert.equal(second.epoch, first.epoch + 1)
    },
  ),
  storeCase('subjects.enable lets in again but brings nothing back', async ({ store }) => {
    await store.subjects.ensure('u-1')
    const disabled = await applied(store.subjects.disable('u-1', null))
    const enabled = await present(store.subjects.enable('u-1'))
    assert.deepEqual({ ...enabled }, { ...disabled, disabledAt: null })
    assert.equal(stands(enabled, 's-1', 1), false)
    assert.deepEqual(await present(store.subjects.enable('u-1')), enabled)
  }),
  storeCase('subjects: ids that look alike are different subjects', async ({ store }) => {
    for (const userId of spellings) await store.subjects.ensure(userId)
    for (const userId of spellings) {
      const subject = await present(store.subjects.raiseEpoch(userId, userId))
      assert.deepEqual(
        { ...subject, spared: { ...subject.spared } },
        {
          ...fresh,
          userId,
          epoch: 2,
          spared: { sessionId: userId, fromEpoch: 1 },
        },
      )
    }
  }),
]
