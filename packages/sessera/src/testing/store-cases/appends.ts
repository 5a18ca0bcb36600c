// Which write appends what to the change feed, and that one without effect appends nothing.

import assert from 'node:assert/strict'
import type { ChangeBody } from '../../domain/change.js'
import type { Answer, Store } from '../../ports/store.js'
import { atOnce, present, type StoreCase, storeCase } from './case.js'
import { bodyOf, changesIn } from './following.js'
import { keyRecord, sessionRecord, userRecord } from './records.js'

const silent = { userId: null, epoch: null, revision: null, spared: null, mode: null }
const user = (fields: Partial<ChangeBody>): ChangeBody => ({
  ...silent,
  kind: 'user',
  subject: 'u-1',
  ...fields,
})
const moved: ChangeBody = { ...silent, kind: 'session_moved', subject: 's-1', userId: 'u-1', mode: 'hybrid' }
const ended: ChangeBody = { ...silent, kind: 'session_ended', subject: 's-1', userId: 'u-1' }
const key = (subject: string): ChangeBody => ({ ...silent, kind: 'keys', subject })

interface Write {
  readonly name: string
  readonly appends: ChangeBody | null
  run(store: Store): Promise<Answer<unknown>>
}

const session = sessionRecord({ epoch: 1 })
const next = { ...session, generation: 5, version: 8 }
const newKey = keyRecord({ kid: 'k-2', signsFrom: keyRecord().signsFrom + 1 })

/** Every write of the port, and every way in which one has no effect: on ada with two sessions, and one key. */
const writes: readonly Write[] = [
  { name: 'sessions.end', appends: ended, run: ({ sessions }) => sessions.end('s-1') },
  { name: 'sessions.end of an unknown one', appends: null, run: ({ sessions }) => sessions.end('s-9') },
  {
    name: 'sessions.replace by a raise',
    appends: moved,
    run: ({ sessions }) => sessions.replace({ ...next, lastTransition: 'raise' }, 7),
  },
  {
    name: 'sessions.replace by an exchange',
    appends: { ...moved, mode: 'token' },
    run: ({ sessions }) =>
      sessions.replace({ ...next, lastTransition: 'exchange', mode: 'token', purpose: 'refresh' }, 7),
  },
  {
    name: 'sessions.replace by a refresh',
    appends: null,
    run: ({ sessions }) => sessions.replace({ ...next, lastTransition: 'refresh' }, 7),
  },
  {
    name: 'sessions.replace that lost',
    appends: null,
    run: ({ sessions }) => sessions.replace({ ...next, lastTransition: 'raise' }, 6),
  },
  {
    name: 'sessions.replace of an unknown one',
    appends: null,
    run: ({ sessions }) => sessions.replace({ ...next, id: 's-9', lastTransition: 'raise' }, 7),
  },
  {
    name: 'sessions.create',
    appends: null,
    run: ({ sessions }) => sessions.create(sessionRecord({ id: 's-3' })),
  },
  { name: 'sessions.touch', appends: null, run: ({ sessions }) => sessions.touch('s-1', 9e15) },
  { name: 'sessions.writeData', appends: null, run: ({ sessions }) => sessions.writeData('s-1', 1, 1) },
  { name: 'sessions.endAll', appends: null, run: ({ sessions }) => sessions.endAll('u-1', null, 2) },
  { name: 'sessions.endBeyond', appends: ended, run: ({ sessions }) => sessions.endBeyond('u-1', 1, 's-2') },
  {
    name: 'sessions.endBeyond with few enough',
    appends: null,
    run: ({ sessions }) => sessions.endBeyond('u-1', 2, 's-2'),
  },
  { name: 'sessions.removeExpired', appends: null, run: ({ sessions }) => sessions.removeExpired(8e15) },
  {
    name: 'subjects.raiseEpoch',
    appends: user({ epoch: 2, revision: 1 }),
    run: ({ subjects }) => subjects.raiseEpoch('u-1', null),
  },
  {
    name: 'subjects.raiseEpoch that spares',
    appends: user({ epoch: 2, revision: 1, spared: { sessionId: 's-1', fromEpoch: 1 } }),
    run: ({ subjects }) => subjects.raiseEpoch('u-1', 's-1'),
  },
  {
    name: 'subjects.raiseEpoch of an unknown one',
    appends: null,
    run: ({ subjects }) => subjects.raiseEpoch('u-9', null),
  },
  {
    name: 'subjects.raiseRevision',
    appends: user({ epoch: 1, revision: 2 }),
    run: ({ subjects }) => subjects.raiseRevision('u-1'),
  },
  {
    name: 'subjects.raiseRevision of an unknown one',
    appends: null,
    run: ({ subjects }) => subjects.raiseRevision('u-9'),
  },
  {
    name: 'subjects.disable',
    appends: user({ epoch: 2, revision: 1 }),
    run: ({ subjects }) => subjects.disable('u-1', null),
  },
  {
    name: 'subjects.disable of an unknown one',
    appends: null,
    run: ({ subjects }) => subjects.disable('u-9', null),
  },
  {
    name: 'subjects.disable that would take the last',
    appends: null,
    run: ({ subjects }) => subjects.disable('u-1', 'teller'),
  },
  { name: 'subjects.enable', appends: null, run: ({ subjects }) => subjects.enable('u-1') },
  { name: 'subjects.ensure', appends: null, run: ({ subjects }) => subjects.ensure('u-9') },
  {
    name: 'users.create',
    appends: null,
    run: ({ users }) => users.create(userRecord({ id: 'u-2' }), 'eve'),
  },
  {
    name: 'users.createFirst',
    appends: null,
    run: ({ users }) => users.createFirst(userRecord({ id: 'u-2' }), 'eve', 'admin'),
  },
  {
    name: 'users.createMany',
    appends: null,
    run: ({ users }) =>
      users.createMany([{ user: userRecord({ id: 'u-2' }), usernameKey: 'eve', disabled: true }]),
  },
  {
    name: 'users.create under a taken name',
    appends: null,
    run: ({ users }) => users.create(userRecord({ id: 'u-2' }), 'ada'),
  },
  {
    name: 'users.upgradePassword',
    appends: null,
    run: ({ users }) => users.upgradePassword('u-1', userRecord().passwordHash ?? '', 'hash'),
  },
  {
    name: 'users.replacePassword',
    appends: user({ epoch: 2, revision: 1, spared: { sessionId: 's-1', fromEpoch: 1 } }),
    run: ({ users }) => users.replacePassword('u-1', 'hash', 's-1', null),
  },
  {
    name: 'users.replacePassword of an unknown one',
    appends: null,
    run: ({ users }) => users.replacePassword('u-9', 'hash', null, null),
  },
  {
    name: 'users.replaceRoles',
    appends: user({ epoch: 1, revision: 2 }),
    run: ({ users }) => users.replaceRoles('u-1', [], null),
  },
  {
    name: 'users.replacePassword with another epoch',
    appends: null,
    run: ({ users }) => users.replacePassword('u-1', 'hash', null, 9),
  },
  {
    name: 'users.replaceRoles that would take the last',
    appends: null,
    run: ({ users }) => users.replaceRoles('u-1', [], 'teller'),
  },
  {
    name: 'users.replaceClaims',
    appends: user({ epoch: 1, revision: 2 }),
    run: ({ users }) => users.replaceClaims('u-1', {}),
  },
  {
    name: 'users.replaceClaims of an unknown one',
    appends: null,
    run: ({ users }) => users.replaceClaims('u-9', {}),
  },
  {
    name: 'users.remove',
    appends: user({ epoch: 2, revision: 1 }),
    run: ({ users }) => users.remove('u-1', null),
  },
  { name: 'users.remove of an unknown one', appends: null, run: ({ users }) => users.remove('u-9', null) },
  {
    name: 'users.remove that would take the last',
    appends: null,
    run: ({ users }) => users.remove('u-1', 'teller'),
  },
  {
    name: 'users.replaceRoles of an unknown one',
    appends: null,
    run: ({ users }) => users.replaceRoles('u-9', [], null),
  },
  { name: 'keys.add', appends: key('k-2'), run: ({ keys }) => keys.add(newKey, 'k-1') },
  { name: 'keys.add that lost', appends: null, run: ({ keys }) => keys.add(newKey, null) },
  {
    name: 'keys.add of a taken key id',
    appends: null,
    run: ({ keys }) => keys.add({ ...newKey, kid: 'k-1' }, 'k-1'),
  },
  { name: 'keys.remove', appends: key('k-1'), run: ({ keys }) => keys.remove('k-1') },
  { name: 'keys.remove of an unknown one', appends: null, run: ({ keys }) => keys.remove('k-9') },
  { name: 'limits.count', appends: null, run: ({ limits }) => limits.count('ada', 1000) },
  {
    name: 'deployment.raiseEpoch',
    appends: { ...silent, kind: 'everyone', subject: '', epoch: 2 },
    run: ({ deployment }) => deployment.raiseEpoch(0),
  },
]

async function populate(store: Store): Promise<number> {
  await store.users.create(userRecord(), 'ada')
  await store.sessions.create(session)
  await store.sessions.create(sessionRecord({ id: 's-2', epoch: 1 }))
  await store.keys.add(keyRecord(), null)
  return (await store.feed.read(0, 1)).value.head
}

const writeCases = writes.map(({ name, appends, run }) =>
  storeCase(`feed: ${name} appends ${appends === null ? 'nothing' : appends.kind}`, async ({ store }) => {
    const before = await populate(store)
    const { now } = await run(store)
    const changes = await changesIn(store, before)
    assert.deepEqual(changes.map(bodyOf), appends === null ? [] : [appends])
    for (const { at } of changes) assert.equal(at, now)
  }),
)

export const appendCases: readonly StoreCase[] = [
  ...writeCases,
  storeCase('feed: many at once of whom one wins append one entry', async (trial) => {
    const before = await populate(trial.store)
    await atOnce(trial, (store) => store.sessions.replace({ ...next, lastTransition: 'raise' }, 7))
    await atOnce(trial, (store) => store.sessions.end('s-1'))
    await atOnce(trial, (store) => store.keys.remove('k-1'))
    assert.deepEqual((await changesIn(trial.store, before)).map(bodyOf), [moved, ended, key('k-1')])
  }),
  storeCase('feed: a write that fails leaves neither state nor entry nor gap', async ({ store }) => {
    const before = await populate(store)
    const cut = { ...next, lastTransition: 'raise', userAgent: 'cut\0here' } as const
    const [replaced] = await Promise.allSettled([store.sessions.replace(cut, 7)])
    await store.sessions.end('s-2')
    const changes = await changesIn(store, before)
    const wasKept = replaced?.status === 'fulfilled' && replaced.value.value
    assert.deepEqual(
      changes.map(({ seq, subject }) => [seq - before, subject]),
      wasKept
        ? [
            [1, 's-1'],
            [2, 's-2'],
          ]
        : [[1, 's-2']],
    )
    assert.equal((await present(store.sessions.find('s-1'))).session.version, wasKept ? 8 : 7)
  }),
]
