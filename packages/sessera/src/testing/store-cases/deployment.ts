// The epoch of the deployment: one row, one entry, and nobody's credentials stand.

import assert from 'node:assert/strict'
import { isOutranked, type Subject } from '../../domain/user.js'
import type { Store } from '../../ports/store.js'
import { atOnce, crowd, present, type StoreCase, storeCase } from './case.js'
import { changesIn } from './following.js'
import { sessionRecord, userRecord } from './records.js'

/** The subject as every method that answers with it shows it. */
async function everyView({ subjects, users, sessions }: Store): Promise<readonly Subject[]> {
  return [
    await present(subjects.find('u-1')),
    (await subjects.ensure('u-1')).value,
    await present(subjects.enable('u-1')),
    (await present(users.find('u-1'))).subject,
    (await present(users.findByUsername('ada'))).subject,
    (await present(sessions.find('s-1'))).subject,
  ]
}

async function addAda(store: Store): Promise<void> {
  await store.users.create(userRecord(), 'ada')
  await store.sessions.create(sessionRecord())
}

export const deploymentCases: readonly StoreCase[] = [
  storeCase('deployment.raiseEpoch shows in every answer, and spares nobody', async ({ store }) => {
    await addAda(store)
    for (const _ of [2, 3, 4]) await store.subjects.raiseEpoch('u-1', 's-1')
    assert.equal((await store.deployment.raiseEpoch()).value, 5)
    for (const subject of await everyView(store)) {
      assert.deepEqual([subject.epoch, subject.spared], [5, null])
      assert.equal(isOutranked(subject, { sessionId: 's-1', epoch: 4 }), true)
      assert.equal(isOutranked(subject, { sessionId: 's-1', epoch: 5 }), false)
    }
  }),
  storeCase('deployment.raiseEpoch goes above every user’s epoch and its own', async ({ store }) => {
    await store.subjects.ensure('u-1')
    await store.subjects.ensure('u-2')
    for (const _ of [2, 3, 4]) await store.subjects.raiseEpoch('u-2', null)
    assert.equal((await store.deployment.raiseEpoch()).value, 5)
    assert.equal((await store.deployment.raiseEpoch()).value, 6)
    assert.equal((await present(store.subjects.find('u-1'))).epoch, 6)
    assert.equal((await present(store.subjects.find('u-2'))).epoch, 6)
  }),
  storeCase('deployment.raiseEpoch works before there is anybody', async ({ store }) => {
    const { value: epoch } = await store.deployment.raiseEpoch()
    assert.equal((await store.subjects.ensure('u-1')).value.epoch, epoch)
  }),
  storeCase('deployment.raiseEpoch is one entry, however many users there are', async ({ store }) => {
    for (let index = 0; index < crowd; index += 1) await store.subjects.ensure(`u-${index}`)
    const { value: epoch } = await store.deployment.raiseEpoch()
    assert.deepEqual(
      (await changesIn(store)).map((change) => [change.kind, change.subject, change.epoch]),
      [['everyone', '', epoch]],
    )
  }),
  storeCase('deployment: new subjects and users start at its epoch', async ({ store }) => {
    await store.subjects.ensure('old')
    const { value: epoch } = await store.deployment.raiseEpoch()
    assert.equal((await store.subjects.ensure('u-2')).value.epoch, epoch)
    await store.users.create(userRecord(), 'ada')
    const { subject } = await present(store.users.find('u-1'))
    assert.deepEqual({ ...subject }, { userId: 'u-1', epoch, revision: 1, disabledAt: null, spared: null })
  }),
  storeCase('deployment: a user’s raise goes above its epoch, and may spare again', async ({ store }) => {
    await addAda(store)
    await store.subjects.raiseEpoch('u-1', 's-1')
    const { value: epoch } = await store.deployment.raiseEpoch()
    const raised = await present(store.subjects.raiseEpoch('u-1', 's-1'))
    assert.equal(raised.epoch, epoch + 1)
    assert.deepEqual({ ...raised.spared }, { sessionId: 's-1', fromEpoch: epoch })
    assert.equal(isOutranked(raised, { sessionId: 's-1', epoch: epoch - 1 }), true)
    assert.deepEqual(await present(store.subjects.find('u-1')), raised)
    const again = await present(store.users.replacePassword('u-1', 'hash', 's-1'))
    assert.deepEqual([again.epoch, again.spared?.fromEpoch], [epoch + 2, epoch])
    const disabled = await present(store.subjects.disable('u-1'))
    assert.deepEqual([disabled.epoch, disabled.spared], [epoch + 3, null])
  }),
  storeCase('deployment: a raise of the revision changes nothing about its epoch', async ({ store }) => {
    await addAda(store)
    await store.subjects.raiseEpoch('u-1', 's-1')
    const { value: epoch } = await store.deployment.raiseEpoch()
    const raised = await present(store.users.replaceRoles('u-1', []))
    assert.deepEqual([raised.epoch, raised.revision, raised.spared], [epoch, 2, null])
    const change = (await changesIn(store)).at(-1)
    assert.deepEqual([change?.epoch, change?.revision, change?.spared], [epoch, 2, null])
  }),
  storeCase('deployment: raises of many at once lose none', async (trial) => {
    await trial.store.subjects.ensure('u-1')
    await atOnce<unknown>(trial, (store, index) =>
      index % 2 === 0 ? store.deployment.raiseEpoch() : store.subjects.raiseEpoch('u-1', null),
    )
    assert.equal((await present(trial.store.subjects.find('u-1'))).epoch, 1 + crowd)
    const epochs = (await changesIn(trial.store)).map(({ epoch }) => epoch)
    assert.deepEqual(
      epochs,
      Array.from({ length: crowd }, (_, index) => index + 2),
    )
  }),
]
