// The epoch of the deployment: one row, one entry, and nobody's credentials stand.

import assert from 'node:assert/strict'
import { isOutranked, type Subject } from '../../domain/user.js'
import type { Store } from '../../ports/store.js'
import { applied, atOnce, crowd, present, type StoreCase, storeCase } from './case.js'
import { changesIn } from './following.js'
import { auditEvent, sessionRecord, userRecord } from './records.js'

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
  storeCase('deployment.count counts what there is', async ({ store }) => {
    const none = { users: 0, disabledUsers: 0, sessions: 0, changes: 0, auditEvents: 0 }
    assert.deepEqual({ ...(await store.deployment.count()).value }, none)
    await addAda(store)
    await store.sessions.create(sessionRecord({ id: 's-2', userId: 'u-2' }))
    await store.users.create(userRecord({ id: 'u-2' }), 'bob')
    await store.users.createMany([{ user: userRecord({ id: 'u-3' }), usernameKey: 'eve', disabled: true }])
    await store.subjects.ensure('u-4')
    await store.subjects.disable('u-4', null)
    await store.subjects.disable('u-2', null)
    await store.audit.append([auditEvent(), auditEvent()])
    const counts = { users: 3, disabledUsers: 2, sessions: 2, changes: 2, auditEvents: 2 }
    assert.deepEqual({ ...(await store.deployment.count()).value }, counts)
    await store.subjects.enable('u-2')
    await store.users.remove('u-3', null)
    await store.sessions.end('s-1')
    await store.feed.prune(9e15)
    await store.audit.removeBefore(9e15)
    const fewer = { users: 2, disabledUsers: 0, sessions: 1, changes: 1, auditEvents: 0 }
    assert.deepEqual({ ...(await store.deployment.count()).value }, fewer)
  }),
  storeCase('deployment.raiseEpoch shows in every answer, and spares nobody', async ({ store }) => {
    await addAda(store)
    for (const _ of [2, 3, 4]) await store.subjects.raiseEpoch('u-1', 's-1')
    assert.equal((await store.deployment.raiseEpoch(0)).value, 5)
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
    assert.equal((await store.deployment.raiseEpoch(0)).value, 5)
    assert.equal((await store.deployment.raiseEpoch(0)).value, 6)
    assert.equal((await present(store.subjects.find('u-1'))).epoch, 6)
    assert.equal((await present(store.subjects.find('u-2'))).epoch, 6)
  }),
  storeCase('deployment.raiseEpoch goes above what it is told', async ({ store }) => {
    await store.subjects.ensure('u-1')
    assert.equal((await store.deployment.raiseEpoch(1_700_000_000)).value, 1_700_000_001)
    assert.equal((await present(store.subjects.raiseEpoch('u-1', null))).epoch, 1_700_000_002)
    assert.equal((await store.deployment.raiseEpoch(5)).value, 1_700_000_003)
  }),
  storeCase('deployment.raiseEpoch works before there is anybody', async ({ store }) => {
    const { value: epoch } = await store.deployment.raiseEpoch(0)
    assert.equal((await store.subjects.ensure('u-1')).value.epoch, epoch)
  }),
  storeCase('deployment.raiseEpoch is one entry, however many users there are', async ({ store }) => {
    for (let index = 0; index < crowd; index += 1) await store.subjects.ensure(`u-${index}`)
    const { value: epoch } = await store.deployment.raiseEpoch(0)
    assert.deepEqual(
      (await changesIn(store)).map((change) => [change.kind, change.subject, change.epoch]),
      [['everyone', '', epoch]],
    )
  }),
  storeCase('deployment: new subjects and users start at its epoch', async ({ store }) => {
    await store.subjects.ensure('old')
    const { value: epoch } = await store.deployment.raiseEpoch(0)
    assert.equal((await store.subjects.ensure('u-2')).value.epoch, epoch)
    await store.users.create(userRecord(), 'ada')
    const { subject } = await present(store.users.find('u-1'))
    assert.deepEqual({ ...subject }, { userId: 'u-1', epoch, revision: 1, disabledAt: null, spared: null })
  }),
  storeCase('deployment: a user’s raise goes above its epoch, and may spare again', async ({ store }) => {
    await addAda(store)
    await store.subjects.raiseEpoch('u-1', 's-1')
    const { value: epoch } = await store.deployment.raiseEpoch(0)
    const raised = await present(store.subjects.raiseEpoch('u-1', 's-1'))
    assert.equal(raised.epoch, epoch + 1)
    assert.deepEqual({ ...raised.spared }, { sessionId: 's-1', fromEpoch: epoch })
    assert.equal(isOutranked(raised, { sessionId: 's-1', epoch: epoch - 1 }), true)
    assert.deepEqual(await present(store.subjects.find('u-1')), raised)
    const again = await present(store.users.replacePassword('u-1', 'hash', 's-1', null))
    assert.deepEqual([again.epoch, again.spared?.fromEpoch], [epoch + 2, epoch])
    const disabled = await applied(store.subjects.disable('u-1', null))
    assert.deepEqual([disabled.epoch, disabled.spared], [epoch + 3, null])
  }),
  storeCase('deployment: a raise of the revision changes nothing about its epoch', async ({ store }) => {
    await addAda(store)
    await store.subjects.raiseEpoch('u-1', 's-1')
    const { value: epoch } = await store.deployment.raiseEpoch(0)
    const { subject: raised } = await applied(store.users.replaceRoles('u-1', [], null))
    assert.deepEqual([raised.epoch, raised.revision, raised.spared], [epoch, 2, null])
    const change = (await changesIn(store)).at(-1)
    assert.deepEqual([change?.epoch, change?.revision, change?.spared], [epoch, 2, null])
  }),
  storeCase('deployment: raises of many at once lose none', async (trial) => {
    await trial.store.subjects.ensure('u-1')
    await atOnce<unknown>(trial, (store, index) =>
      index % 2 === 0 ? store.deployment.raiseEpoch(0) : store.subjects.raiseEpoch('u-1', null),
    )
    assert.equal((await present(trial.store.subjects.find('u-1'))).epoch, 1 + crowd)
    const epochs = (await changesIn(trial.store)).map(({ epoch }) => epoch)
    assert.deepEqual(
      epochs,
      Array.from({ length: crowd }, (_, index) => index + 2),
    )
  }),
]
