import assert from 'node:assert/strict'
import { modes } from '../../domain/principal.js'
import type { Session } from '../../domain/session.js'
import { isOutranked } from '../../domain/user.js'
import type { Store } from '../../ports/store.js'
import {
  applied,
  atOnce,
  countWinners,
  crowd,
  present,
  type StoreCase,
  storeCase,
  tamperWith,
} from './case.js'
import { sessionRecord, spellings, userRecord } from './records.js'

async function add(store: Store, fields: Partial<Session> = {}): Promise<Session> {
  const session = sessionRecord(fields)
  await store.subjects.ensure(session.userId)
  assert.equal((await store.sessions.create(session)).value, true)
  return session
}

async function read(store: Store, id = 's-1'): Promise<Session> {
  return { ...(await present(store.sessions.find(id))).session }
}

async function isValid(store: Store, id: string): Promise<boolean> {
  const { session, subject } = await present(store.sessions.find(id))
  return !isOutranked(subject, { sessionId: id, epoch: session.epoch })
}

async function idsOf(store: Store, userId = 'u-1'): Promise<readonly string[]> {
  return (await store.sessions.list(userId)).value.map(({ id }) => id)
}

export const sessionCases: readonly StoreCase[] = [
  storeCase('sessions.create keeps every field', async ({ store }) => {
    const session = await add(store)
    const found = await present(store.sessions.find('s-1'))
    assert.deepEqual({ ...found.session }, session)
    assert.deepEqual(found.subject, await present(store.subjects.find('u-1')))
  }),
  storeCase('sessions: fields that may be absent come back as null', async ({ store }) => {
    const session = await add(store, { clientId: null, ip: null, userAgent: null, label: null, factors: [] })
    assert.deepEqual(await read(store), session)
  }),
  storeCase('sessions: every mode, purpose and transition is kept', async ({ store }) => {
    for (const mode of modes) {
      for (const purpose of ['session', 'refresh'] as const) {
        for (const lastTransition of ['refresh', 'raise', 'exchange'] as const) {
          const id = `${mode} ${purpose} ${lastTransition}`
          const session = await add(store, { id, mode, purpose, lastTransition })
          assert.deepEqual(await read(store, id), session)
        }
      }
    }
  }),
  storeCase('sessions: the largest numbers are kept', async ({ store }) => {
    const session = await add(store, { generation: 2 ** 32 - 1, expiresAt: 8.64e15, version: 2 ** 53 - 1 })
    assert.deepEqual(await read(store), session)
  }),
  storeCase(
    'sessions: texts come back byte for byte, and ids that look alike are different sessions',
    async ({ store }) => {
      const sessions: Session[] = []
      for (const text of spellings) {
        const fields = {
          id: text,
          clientId: text,
          ip: text,
          userAgent: text,
          label: text,
          factors: spellings,
        }
        sessions.push(await add(store, fields))
      }
      for (const session of sessions) assert.deepEqual(await read(store, session.id), session)
    },
  ),
  storeCase('sessions: text with NUL is refused or kept whole, never cut', async ({ store }) => {
    await add(store, { id: 'cut' })
    const [found] = await Promise.allSettled([store.sessions.find('cut\0here')])
    if (found?.status === 'fulfilled') assert.equal(found.value.value, null)
    const session = sessionRecord({ userAgent: 'cut\0here' })
    const [created] = await Promise.allSettled([store.sessions.create(session)])
    const { value } = await store.sessions.find('s-1')
    if (created?.status === 'fulfilled') assert.deepEqual({ ...value?.session }, session)
    else assert.equal(value, null)
  }),
  storeCase('sessions.create with a taken id writes nothing', async ({ store }) => {
    const session = await add(store)
    assert.equal((await store.sessions.create(sessionRecord({ userId: 'u-2', version: 1 }))).value, false)
    assert.deepEqual(await read(store), session)
    assert.deepEqual(await idsOf(store, 'u-2'), [])
  }),
  storeCase('sessions.create of many at once under one id: one wins', async (trial) => {
    await trial.store.subjects.ensure('u-1')
    const results = await atOnce(trial, (store, index) =>
      store.sessions.create(sessionRecord({ generation: index })),
    )
    assert.equal(countWinners(results), 1)
    assert.equal((await read(trial.store)).generation, results.indexOf(true))
  }),
  storeCase('sessions.find is null without the session, and without its subject', async ({ store }) => {
    assert.equal((await store.sessions.find('s-1')).value, null)
    await store.sessions.create(sessionRecord())
    assert.equal((await store.sessions.find('s-1')).value, null)
    await store.subjects.ensure('u-1')
    assert.notEqual((await store.sessions.find('s-1')).value, null)
  }),
  storeCase('sessions.find reads the subject as it is now', async ({ store }) => {
    await add(store)
    await store.subjects.raiseEpoch('u-1', 's-1')
    await store.subjects.raiseRevision('u-1')
    assert.deepEqual(
      (await present(store.sessions.find('s-1'))).subject,
      await present(store.subjects.find('u-1')),
    )
    const disabled = await applied(store.subjects.disable('u-1', null))
    assert.deepEqual((await present(store.sessions.find('s-1'))).subject, disabled)
  }),
  storeCase('sessions.find reads the user of our own table as they are now', async ({ store }) => {
    const { username, roles, claims } = userRecord()
    await store.users.create(userRecord(), 'ada')
    await add(store)
    const named = async () => ({ ...(await present(store.sessions.find('s-1'))).user })
    assert.deepEqual(await named(), { username, roles, claims })
    await store.users.replaceRoles('u-1', [], null)
    assert.deepEqual(await named(), { username, roles: [], claims })
    await store.users.replaceClaims('u-1', { plan: 'free' })
    assert.deepEqual(await named(), { username, roles: [], claims: { plan: 'free' } })
  }),
  storeCase('sessions.find names nobody else', async ({ store }) => {
    await add(store)
    await store.users.create(userRecord({ id: 'u-2' }), 'ada')
    await store.users.create(userRecord({ id: 'U-1' }), 'bob')
    assert.equal((await present(store.sessions.find('s-1'))).user, null)
  }),
  storeCase(
    'sessions.replace writes what a generation changes when the version is the expected one',
    async ({ store }) => {
      const session = await add(store)
      for (const [index, lastTransition] of (['refresh', 'raise', 'exchange'] as const).entries()) {
        const next: Session = {
          ...session,
          mode: index === 1 ? 'session' : 'token',
          purpose: index === 1 ? 'session' : 'refresh',
          generation: 5 + index,
          lastTransition,
          epoch: 3 + index,
          provenAt: 13_000 + index,
          factors: ['hwk', `factor ${index}`],
          lastSeenAt: 1_900_000_000_000 + index,
          version: 8 + index,
        }
        const { value: won, now: rotatedAt } = await store.sessions.replace(next, 7 + index)
        assert.equal(won, true)
        assert.deepEqual(await read(store), { ...next, rotatedAt })
      }
    },
  ),
  storeCase('sessions.replace never alters what a session is born with', async ({ store }) => {
    const session = await add(store)
    const other: Session = {
      ...session,
      userId: 'u-2',
      clientId: null,
      seed: 'DwECAwQFBgcICQoLDA0ODw',
      createdAt: 12,
      idleSeconds: 1_000_000,
      expiresAt: 8.64e15,
      ip: null,
      userAgent: 'curl/8',
      label: null,
    }
    for (const [index, lastTransition] of (['refresh', 'raise', 'exchange'] as const).entries()) {
      const version = 8 + index
      const { value: won, now } = await store.sessions.replace(
        { ...other, lastTransition, version },
        7 + index,
      )
      assert.equal(won, true)
      assert.deepEqual(await read(store), { ...session, lastTransition, version, rotatedAt: now })
    }
  }),
  storeCase('sessions.replace: a generation begins at the write, whatever time was read', async (trial) => {
    const { store, clock } = trial
    const session = await add(store)
    const readAt = (await store.sessions.find('s-1')).now
    let version = session.version
    for (const rotatedAt of [readAt, 0, 9e15]) {
      for (const lastTransition of ['refresh', 'raise', 'exchange'] as const) {
        await clock.advance(5)
        const next = { ...session, lastTransition, rotatedAt, version: version + 1 }
        const { now } = await store.sessions.replace(next, version)
        assert(now >= readAt + 5)
        assert.equal((await read(store)).rotatedAt, now)
        version += 1
      }
    }
  }),
  storeCase('sessions.replace with another version writes nothing', async ({ store }) => {
    const session = await add(store)
    for (const expected of [6, 8, 0]) {
      assert.equal(
        (await store.sessions.replace({ ...session, generation: 9, version: 8 }, expected)).value,
        false,
      )
    }
    assert.deepEqual(await read(store), session)
  }),
  storeCase('sessions.replace never makes a session', async ({ store }) => {
    await store.subjects.ensure('u-1')
    assert.equal((await store.sessions.replace(sessionRecord(), 7)).value, false)
    const session = await add(store)
    await store.sessions.end('s-1')
    assert.equal((await store.sessions.replace({ ...session, version: 8 }, 7)).value, false)
    assert.equal((await store.sessions.find('s-1')).value, null)
    assert.equal((await store.sessions.readData('s-1')).value, null)
  }),
  storeCase('sessions.replace of many at once with one expected version: exactly one wins', async (trial) => {
    const session = await add(trial.store)
    const results = await atOnce(trial, (store, index) =>
      store.sessions.replace({ ...session, generation: 100 + index, version: 8 }, 7),
    )
    assert.equal(countWinners(results), 1)
    const stored = await read(trial.store)
    assert.deepEqual([stored.version, stored.generation], [8, 100 + results.indexOf(true)])
  }),
  storeCase('sessions.replace keeps the later lastSeenAt and leaves data alone', async ({ store }) => {
    const session = await add(store)
    const seenAt = session.lastSeenAt + 50_000
    await store.sessions.touch('s-1', seenAt)
    await store.sessions.writeData('s-1', { cart: [1] }, 1)
    assert.equal((await store.sessions.replace({ ...session, version: 8 }, 7)).value, true)
    assert.equal((await read(store)).lastSeenAt, seenAt)
    assert.deepEqual(
      { ...(await present(store.sessions.readData('s-1'))) },
      { data: { cart: [1] }, version: 2 },
    )
    await store.sessions.replace({ ...session, lastSeenAt: seenAt + 1, version: 9 }, 8)
    assert.equal((await read(store)).lastSeenAt, seenAt + 1)
  }),
  storeCase('sessions.touch moves lastSeenAt forward, never back, and nothing else', async ({ store }) => {
    const session = await add(store)
    const seenAt = session.lastSeenAt + 1000
    assert.equal((await store.sessions.touch('s-1', seenAt)).value, true)
    assert.equal((await store.sessions.touch('s-1', seenAt - 1)).value, true)
    assert.deepEqual(await read(store), { ...session, lastSeenAt: seenAt })
  }),
  storeCase('sessions.touch of many at once keeps the latest', async (trial) => {
    const { lastSeenAt } = await add(trial.store)
    await atOnce(trial, (store, index) => store.sessions.touch('s-1', lastSeenAt + ((index * 7) % crowd)))
    assert.equal((await read(trial.store)).lastSeenAt, lastSeenAt + crowd - 1)
  }),
  storeCase('sessions.touch never revives', async (trial) => {
    const { lastSeenAt } = await add(trial.store)
    await atOnce<unknown>(trial, (store, index) =>
      index === 3 ? store.sessions.end('s-1') : store.sessions.touch('s-1', lastSeenAt + index),
    )
    assert.equal((await trial.store.sessions.find('s-1')).value, null)
    assert.equal((await trial.store.sessions.touch('s-1', lastSeenAt + 99)).value, false)
    assert.equal((await trial.store.sessions.find('s-1')).value, null)
    assert.deepEqual(await idsOf(trial.store), [])
  }),
  storeCase(
    'sessions.end removes the session and its data, and answers with what it was',
    async ({ store }) => {
      const session = await add(store)
      await store.sessions.writeData('s-1', 'secret', 1)
      assert.deepEqual({ ...(await present(store.sessions.end('s-1'))) }, session)
      assert.equal((await store.sessions.end('s-1')).value, null)
      assert.equal((await store.sessions.find('s-1')).value, null)
      assert.equal((await store.sessions.readData('s-1')).value, null)
      await add(store)
      assert.deepEqual({ ...(await present(store.sessions.readData('s-1'))) }, { data: null, version: 1 })
    },
  ),
  storeCase('sessions.end of many at once: one gets it', async (trial) => {
    const session = await add(trial.store)
    const ended = (await atOnce(trial, (store) => store.sessions.end('s-1'))).filter(
      (value) => value !== null,
    )
    assert.equal(ended.length, 1)
    assert.deepEqual({ ...ended[0] }, session)
  }),
  storeCase(
    'sessions.end and sessions.replace at once: the session is gone whoever was first',
    async (trial) => {
      const session = await add(trial.store)
      await atOnce<unknown>(trial, (store, index) =>
        index === 5 ? store.sessions.end('s-1') : store.sessions.replace({ ...session, version: 8 }, 7),
      )
      assert.equal((await trial.store.sessions.find('s-1')).value, null)
    },
  ),
  storeCase('sessions.endAll removes all of one user, and answers with what they were', async ({ store }) => {
    const first = await add(store)
    const second = await add(store, { id: 's-2' })
    await add(store, { id: 's-3', userId: 'u-2' })
    const { value } = await store.sessions.endAll('u-1', null, 3)
    const ended = value.map((session) => ({ ...session })).sort((a, b) => (a.id < b.id ? -1 : 1))
    assert.deepEqual(ended, [first, second])
    assert.deepEqual([await idsOf(store), await idsOf(store, 'u-2')], [[], ['s-3']])
    assert.deepEqual((await store.sessions.endAll('u-1', null, 3)).value, [])
  }),
  storeCase('sessions.endAll leaves the excepted one, and only if it is the user’s', async ({ store }) => {
    await add(store)
    await add(store, { id: 's-2' })
    await add(store, { id: 's-3', userId: 'u-2' })
    assert.deepEqual(
      (await store.sessions.endAll('u-1', 's-2', 3)).value.map(({ id }) => id),
      ['s-1'],
    )
    assert.deepEqual(await idsOf(store), ['s-2'])
    assert.deepEqual(
      (await store.sessions.endAll('u-1', 's-3', 3)).value.map(({ id }) => id),
      ['s-2'],
    )
    assert.deepEqual(await idsOf(store, 'u-2'), ['s-3'])
  }),
  storeCase('sessions.endAll removes what the epoch has outranked, nothing else', async ({ store }) => {
    for (const epoch of [1, 2, 3, 4, 5]) await add(store, { id: `s-${epoch}`, epoch })
    const { value } = await store.sessions.endAll('u-1', 's-2', 4)
    assert.deepEqual(value.map(({ id }) => id).sort(), ['s-1', 's-3'])
    assert.deepEqual([...(await idsOf(store))].sort(), ['s-2', 's-4', 's-5'])
    assert.deepEqual((await store.sessions.endAll('u-1', null, 1)).value, [])
  }),
  storeCase(
    'sessions.endAll: what has begun since the raise stays, what it has ended goes',
    async (trial) => {
      const { store } = trial
      const { epoch: before } = (await store.subjects.ensure('u-1')).value
      await add(store, { id: 'mine', epoch: before })
      await add(store, { id: 'other', epoch: before })
      const raised = await present(store.subjects.raiseEpoch('u-1', 'mine'))
      await add(store, { id: 'new', epoch: raised.epoch })
      await add(store, { id: 'late', epoch: before })
      for (const id of ['mine', 'new']) assert.equal(await isValid(store, id), true)
      for (const id of ['other', 'late']) assert.equal(await isValid(store, id), false)
      const { value: ended } = await store.sessions.endAll('u-1', 'mine', raised.epoch)
      assert.deepEqual(ended.map(({ id }) => id).sort(), ['late', 'other'])
      assert.deepEqual([...(await idsOf(store))].sort(), ['mine', 'new'])
    },
  ),
  storeCase('sessions.endAll of many at once, each after a raise: the last to begin stays', async (trial) => {
    const { store } = trial
    await store.subjects.ensure('u-1')
    const epochs = await atOnce(trial, async ({ subjects, sessions }, index) => {
      const { epoch } = await present(subjects.raiseEpoch('u-1', null))
      const created = await sessions.create(sessionRecord({ id: `s-${index}`, epoch }))
      await sessions.endAll('u-1', null, epoch)
      return { ...created, value: epoch }
    })
    const { epoch } = await present(store.subjects.find('u-1'))
    await store.sessions.endAll('u-1', null, epoch)
    assert.deepEqual(await idsOf(store), [`s-${epochs.indexOf(epoch)}`])
  }),
  storeCase('sessions.list shows the latest seen first', async ({ store }) => {
    const { lastSeenAt } = await add(store)
    const third = await add(store, { id: 's-3', lastSeenAt: lastSeenAt + 2 })
    await add(store, { id: 's-2', lastSeenAt: lastSeenAt + 1 })
    await add(store, { id: 's-4', userId: 'u-2' })
    assert.deepEqual(await idsOf(store), ['s-3', 's-2', 's-1'])
    await store.sessions.touch('s-1', lastSeenAt + 3)
    assert.deepEqual(await idsOf(store), ['s-1', 's-3', 's-2'])
    assert.deepEqual({ ...(await store.sessions.list('u-1')).value[1] }, third)
    assert.deepEqual(await idsOf(store, 'nobody'), [])
  }),
  storeCase('sessions.list says nothing about validity', async ({ store }) => {
    await add(store, { expiresAt: 1, lastSeenAt: 1, idleSeconds: 1 })
    await store.subjects.disable('u-1', null)
    assert.deepEqual(await idsOf(store), ['s-1'])
    assert.notEqual((await store.sessions.find('s-1')).value, null)
  }),
  storeCase('sessions.removeExpired removes those past their absolute end', async ({ store }) => {
    const lasting = { lastSeenAt: 100_000, idleSeconds: 1_000_000 }
    await add(store, { id: 'before', expiresAt: 100_999, ...lasting })
    await add(store, { id: 'at', expiresAt: 101_000, ...lasting })
    await add(store, { id: 'after', expiresAt: 101_001, ...lasting })
    assert.equal((await store.sessions.removeExpired(101_000)).value, 2)
    assert.deepEqual(await idsOf(store), ['after'])
    assert.equal((await store.sessions.removeExpired(101_000)).value, 0)
  }),
  storeCase('sessions.removeExpired removes those past their idle end', async ({ store }) => {
    await add(store, { id: 'before', lastSeenAt: 99_999, idleSeconds: 1 })
    await add(store, { id: 'at', lastSeenAt: 100_000, idleSeconds: 1 })
    await add(store, { id: 'after', lastSeenAt: 100_001, idleSeconds: 1 })
    await add(store, { id: 'patient', lastSeenAt: 100_000, idleSeconds: 2 })
    await add(store, { id: 'both', lastSeenAt: 1, idleSeconds: 1, expiresAt: 1 })
    assert.equal((await store.sessions.removeExpired(101_000)).value, 3)
    assert.deepEqual(await idsOf(store), ['after', 'patient'])
    assert.equal((await store.sessions.readData('at')).value, null)
  }),
  storeCase('sessions.removeExpired takes any number', async ({ store }) => {
    await add(store, { id: 'alive' })
    const many = Array.from({ length: 1203 }, (_, index) => index)
    await Promise.all(
      many.map((index) => store.sessions.create(sessionRecord({ id: `old ${index}`, expiresAt: 1 }))),
    )
    assert.equal((await store.sessions.removeExpired(2)).value, many.length)
    assert.deepEqual(await idsOf(store), ['alive'])
  }),
  storeCase(
    'sessions.readData is null at version 1 to begin with, and null without a session',
    async ({ store }) => {
      await add(store)
      assert.deepEqual({ ...(await present(store.sessions.readData('s-1'))) }, { data: null, version: 1 })
      assert.equal((await store.sessions.readData('s-2')).value, null)
    },
  ),
  storeCase('sessions.writeData keeps anything JSON can say', async ({ store }) => {
    const session = await add(store)
    const values = [
      0,
      -1.5,
      true,
      '',
      [],
      {},
      [null, [1, { a: [] }]],
      spellings,
      JSON.parse('{"__proto__":{"admin":true}}'),
      null,
      'nul \0 and half a pair \ud800',
    ]
    for (const [index, data] of values.entries()) {
      assert.equal((await store.sessions.writeData('s-1', data, index + 1)).value, true)
      const stored = await present(store.sessions.readData('s-1'))
      assert.deepEqual([JSON.stringify(stored.data), stored.version], [JSON.stringify(data), index + 2])
    }
    assert.deepEqual(await read(store), session)
  }),
  storeCase(
    'sessions.writeData with another version, or without a session, writes nothing',
    async ({ store }) => {
      await add(store)
      await store.sessions.writeData('s-1', 'first', 1)
      for (const expected of [0, 1, 3]) {
        assert.equal((await store.sessions.writeData('s-1', 'late', expected)).value, false)
      }
      assert.deepEqual({ ...(await present(store.sessions.readData('s-1'))) }, { data: 'first', version: 2 })
      assert.equal((await store.sessions.writeData('s-2', 'stray', 1)).value, false)
      assert.equal((await store.sessions.readData('s-2')).value, null)
    },
  ),
  storeCase(
    'sessions.writeData of many at once with one expected version: exactly one wins',
    async (trial) => {
      await add(trial.store)
      const results = await atOnce(trial, (store, index) => store.sessions.writeData('s-1', index, 1))
      assert.equal(countWinners(results), 1)
      const stored = await present(trial.store.sessions.readData('s-1'))
      assert.deepEqual({ ...stored }, { data: results.indexOf(true), version: 2 })
    },
  ),
  storeCase(
    'sessions: changing what was given or received changes nothing in the store',
    async ({ store }) => {
      const factors = ['pwd']
      const data = ['kept']
      await add(store, { factors })
      await store.sessions.writeData('s-1', data, 1)
      tamperWith(factors)
      tamperWith(data)
      tamperWith((await present(store.sessions.find('s-1'))).session.factors)
      const { value: list } = await store.sessions.list('u-1')
      tamperWith(list[0]?.factors ?? [])
      tamperWith(list)
      const received = (await present(store.sessions.readData('s-1'))).data
      tamperWith(Array.isArray(received) ? received : [])
      assert.deepEqual((await read(store)).factors, ['pwd'])
      assert.deepEqual((await present(store.sessions.readData('s-1'))).data, ['kept'])
      assert.deepEqual(await idsOf(store), ['s-1'])
    },
  ),
]
