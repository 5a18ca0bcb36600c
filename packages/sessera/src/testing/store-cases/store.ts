import assert from 'node:assert/strict'
import type { Answer, Store } from '../../ports/store.js'
import { type StoreCase, storeCase } from './case.js'
import { auditEvent, backOff, keyRecord, lostChange, sessionRecord, userRecord } from './records.js'

/** Every method once, each with arguments that make it do something. */
function everyMethod({
  subjects,
  users,
  sessions,
  keys,
  limits,
  audit,
  deployment,
  feed,
}: Store): readonly (() => Promise<Answer<unknown>>)[] {
  const session = sessionRecord()
  return [
    () => subjects.ensure('u-9'),
    () => subjects.find('u-9'),
    () => subjects.raiseEpoch('u-9', null),
    () => subjects.raiseEpoch('u-9', 's-9'),
    () => subjects.raiseRevision('u-9'),
    () => subjects.disable('u-9', null),
    () => subjects.enable('u-9'),
    () => users.create(userRecord(), 'ada'),
    () => users.create(userRecord(), 'ada'),
    () => users.createFirst(userRecord({ id: 'u-2' }), 'bob', 'admin'),
    () => users.createMany([{ user: userRecord({ id: 'u-3' }), usernameKey: 'eve', disabled: false }]),
    () => users.list({ after: null, limit: 1, startsWith: null, role: null, disabled: null }),
    () => users.find('u-1'),
    () => users.findByUsername('ada'),
    () => users.findByUsername('nobody'),
    () => users.replacePassword('u-1', 'hash', null, null),
    () => users.upgradePassword('u-1', 'hash', 'another'),
    () => users.replaceRoles('u-1', [], null),
    () => users.replaceClaims('u-1', {}),
    () => users.remove('u-3', null),
    () => sessions.create(session),
    () => sessions.find('s-1'),
    () => sessions.find('s-9'),
    () => sessions.replace({ ...session, version: 8 }, 7),
    () => sessions.replace({ ...session, version: 8 }, 7),
    () => sessions.touch('s-1', session.lastSeenAt + 1),
    () => sessions.endBeyond('u-1', 1, 's-1'),
    () => sessions.list('u-1'),
    () => sessions.writeData('s-1', {}, 1),
    () => sessions.readData('s-1'),
    () => sessions.end('s-1'),
    () => sessions.end('s-1'),
    () => sessions.endAll('u-1', null, 3),
    () => sessions.removeExpired(0),
    () => keys.add(keyRecord(), null),
    () => keys.list(),
    () => keys.remove('k-1'),
    () => limits.count('ada', 1000),
    () => limits.uncount('ada'),
    () => limits.unguess('ada'),
    () => limits.guess('ada', backOff),
    () => limits.clear('ada'),
    () => limits.removeEnded(0),
    () => audit.append([auditEvent()]),
    () =>
      audit.list({
        order: 'newest',
        after: null,
        limit: 1,
        userId: null,
        name: null,
        since: null,
        until: null,
      }),
    () => audit.removeBefore(0),
    () => deployment.count(),
    () => deployment.raiseEpoch(0),
    () => feed.read(1, 10),
    () => feed.reassert([lostChange()]),
    () => feed.prune(0),
  ]
}

export const wholeStoreCases: readonly StoreCase[] = [
  storeCase('every answer carries the store’s time', async ({ store, clock }) => {
    for (const [index, method] of everyMethod(store).entries()) {
      await clock.advance(1)
      const before = clock.now()
      const { now } = await method()
      assert(Number.isSafeInteger(now), `answer ${index} has no time`)
      assert(now >= before && now <= clock.now(), `answer ${index} is not from now`)
    }
  }),
  storeCase('what was acknowledged is there when the store is opened again', async ({ store, open }) => {
    await store.users.create(userRecord(), 'ada')
    await store.sessions.create(sessionRecord())
    await store.close()
    const again = await open()
    assert.deepEqual({ ...(await again.sessions.find('s-1')).value?.session }, sessionRecord())
    assert.deepEqual({ ...(await again.users.find('u-1')).value?.user }, userRecord())
  }),
  storeCase('after close every method throws, and closing again does nothing', async ({ store }) => {
    await store.users.create(userRecord(), 'ada')
    await store.close()
    await store.close()
    for (const method of everyMethod(store)) await assert.rejects(method())
  }),
  storeCase('closing waits for what is under way', async ({ store, open }) => {
    await store.subjects.ensure('u-1')
    const raises = Promise.all(Array.from({ length: 8 }, () => store.subjects.raiseEpoch('u-1', null)))
    await store.close()
    await raises
    const again = await open()
    assert.equal((await again.subjects.find('u-1')).value?.epoch, 9)
  }),
  storeCase('closing one connection leaves the others open', async ({ store, open }) => {
    const other = await open()
    await store.close()
    await other.subjects.ensure('u-1')
    assert.equal((await other.subjects.find('u-1')).value?.epoch, 1)
  }),
]
