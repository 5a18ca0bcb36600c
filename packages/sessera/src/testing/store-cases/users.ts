import assert from 'node:assert/strict'
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
import { spellings, userRecord } from './records.js'

export const userCases: readonly StoreCase[] = [
  storeCase('users.create adds the user and a subject row', async ({ store }) => {
    const user = userRecord()
    assert.equal((await store.users.create(user, 'ada')).value, true)
    const found = await present(store.users.find('u-1'))
    assert.deepEqual({ ...found.user }, user)
    assert.deepEqual(
      { ...found.subject },
      { userId: 'u-1', epoch: 1, revision: 1, disabledAt: null, spared: null },
    )
    assert.deepEqual(await present(store.users.findByUsername('ada')), found)
    assert.deepEqual(await present(store.subjects.find('u-1')), found.subject)
  }),
  storeCase('users: absent is null', async ({ store }) => {
    await store.users.create(userRecord(), 'ada')
    assert.equal((await store.users.find('u-2')).value, null)
    assert.equal((await store.users.find('ada')).value, null)
    assert.equal((await store.users.findByUsername('u-1')).value, null)
    assert.equal((await store.users.findByUsername('Ada')).value, null)
    assert.equal((await store.users.replacePassword('u-2', 'hash', null, null)).value, null)
    assert.equal((await store.users.replaceRoles('u-2', [], null)).value, null)
    assert.equal((await store.users.replaceRoles('u-2', [], 'teller')).value, null)
    assert.equal((await store.users.replaceClaims('u-2', {})).value, null)
    assert.equal((await store.users.remove('u-2', null)).value, null)
    assert.equal((await store.subjects.find('u-2')).value, null)
  }),
  storeCase('users: a subject without a user is not a user', async ({ store }) => {
    await store.subjects.ensure('u-1')
    assert.equal((await store.users.find('u-1')).value, null)
    assert.equal((await store.users.replacePassword('u-1', 'hash', null, null)).value, null)
    assert.equal((await store.users.replaceRoles('u-1', ['admin'], null)).value, null)
    assert.equal((await store.users.replaceClaims('u-1', {})).value, null)
    assert.equal((await store.users.remove('u-1', null)).value, null)
    const subject = await present(store.subjects.find('u-1'))
    assert.deepEqual([subject.epoch, subject.revision], [1, 1])
  }),
  storeCase('users.create with a taken name writes nothing', async ({ store }) => {
    await store.users.create(userRecord(), 'ada')
    const second = userRecord({ id: 'u-2', username: 'ADA', roles: ['admin'] })
    assert.equal((await store.users.create(second, 'ada')).value, false)
    assert.equal((await store.users.find('u-2')).value, null)
    assert.equal((await store.subjects.find('u-2')).value, null)
    assert.equal((await present(store.users.findByUsername('ada'))).user.id, 'u-1')
  }),
  storeCase('users.create with a taken id writes nothing', async ({ store }) => {
    await store.users.create(userRecord(), 'ada')
    assert.equal(
      (await store.users.create(userRecord({ username: 'Eve', roles: ['admin'] }), 'eve')).value,
      false,
    )
    assert.equal((await store.users.findByUsername('eve')).value, null)
    assert.deepEqual({ ...(await present(store.users.find('u-1'))).user }, userRecord())
  }),
  storeCase(
    'users.create with the id of a subject that was there before writes nothing',
    async ({ store }) => {
      await store.subjects.ensure('u-1')
      const before = await present(store.subjects.raiseEpoch('u-1', null))
      assert.equal((await store.users.create(userRecord(), 'ada')).value, false)
      assert.equal((await store.users.find('u-1')).value, null)
      assert.equal((await store.users.findByUsername('ada')).value, null)
      assert.deepEqual(await present(store.subjects.find('u-1')), before)
      assert.equal((await store.users.create(userRecord({ id: 'u-2' }), 'ada')).value, true)
    },
  ),
  storeCase(
    'users.create of many at once under one name: one wins, the others leave nothing',
    async (trial) => {
      const results = await atOnce(trial, (store, index) =>
        store.users.create(userRecord({ id: `u-${index}` }), 'ada'),
      )
      assert.equal(countWinners(results), 1)
      const winner = `u-${results.indexOf(true)}`
      assert.equal((await present(trial.store.users.findByUsername('ada'))).user.id, winner)
      for (let index = 0; index < crowd; index += 1) {
        const { value } = await trial.store.subjects.find(`u-${index}`)
        assert.equal(value !== null, `u-${index}` === winner)
      }
    },
  ),
  storeCase('users.replacePassword sets the hash and raises the epoch in one step', async ({ store }) => {
    await store.users.create(userRecord(), 'ada')
    const subject = await present(store.users.replacePassword('u-1', 'another hash', null, null))
    assert.deepEqual({ ...subject }, { userId: 'u-1', epoch: 2, revision: 1, disabledAt: null, spared: null })
    const found = await present(store.users.find('u-1'))
    assert.deepEqual({ ...found.user }, userRecord({ passwordHash: 'another hash' }))
    assert.deepEqual(found.subject, subject)
  }),
  storeCase('users.replacePassword spares as raiseEpoch does', async ({ store }) => {
    await store.users.create(userRecord(), 'ada')
    const first = await present(store.users.replacePassword('u-1', 'hash 2', 's-1', null))
    assert.deepEqual({ ...first.spared }, { sessionId: 's-1', fromEpoch: 1 })
    await store.subjects.raiseEpoch('u-1', 's-1')
    const third = await present(store.users.replacePassword('u-1', 'hash 3', 's-1', null))
    assert.equal(third.epoch, 4)
    assert.deepEqual({ ...third.spared }, { sessionId: 's-1', fromEpoch: 1 })
    assert.equal((await present(store.users.replacePassword('u-1', 'hash 4', null, null))).spared, null)
  }),
  storeCase('users.replacePassword of many at once raises the epoch once for each', async (trial) => {
    await trial.store.users.create(userRecord(), 'ada')
    const subjects = await atOnce(trial, (store, index) =>
      store.users.replacePassword('u-1', `hash ${index}`, null, null),
    )
    const { user, subject } = await present(trial.store.users.find('u-1'))
    assert.equal(subject.epoch, 1 + crowd)
    const last = subjects.findIndex((raised) => raised?.epoch === 1 + crowd)
    assert.equal(user.passwordHash, `hash ${last}`, 'the stored hash is not the one of the latest raise')
  }),
  storeCase('users.upgradePassword changes the hash and nothing else', async ({ store }) => {
    await store.users.create(userRecord({ passwordHash: 'hash 1' }), 'ada')
    const before = await present(store.users.find('u-1'))
    assert.equal((await store.users.upgradePassword('u-1', 'hash 1', 'hash 2')).value, true)
    const found = await present(store.users.find('u-1'))
    assert.deepEqual({ ...found.user }, userRecord({ passwordHash: 'hash 2' }))
    assert.deepEqual(found.subject, before.subject)
    assert.deepEqual(await present(store.users.findByUsername('ada')), found)
  }),
  storeCase('users.upgradePassword from another hash, or from none, writes nothing', async ({ store }) => {
    await store.users.create(userRecord({ passwordHash: 'Hash' }), 'ada')
    await store.users.create(userRecord({ id: 'u-2', username: 'Eve', passwordHash: null }), 'eve')
    for (const from of ['hash', 'Hash ', 'Has', '', 'null', '%']) {
      assert.equal((await store.users.upgradePassword('u-1', from, 'another')).value, false, from)
      assert.equal((await store.users.upgradePassword('u-2', from, 'another')).value, false, from)
    }
    assert.equal((await store.users.upgradePassword('u-9', 'Hash', 'another')).value, false)
    assert.equal((await present(store.users.find('u-1'))).user.passwordHash, 'Hash')
    assert.equal((await present(store.users.find('u-2'))).user.passwordHash, null)
  }),
  storeCase('users.upgradePassword of many at once from one hash: one wins', async (trial) => {
    await trial.store.users.create(userRecord({ passwordHash: 'from' }), 'ada')
    const results = await atOnce(trial, (store, index) =>
      store.users.upgradePassword('u-1', 'from', `hash ${index}`),
    )
    assert.equal(countWinners(results), 1)
    const { user, subject } = await present(trial.store.users.find('u-1'))
    assert.equal(user.passwordHash, `hash ${results.indexOf(true)}`)
    assert.deepEqual([subject.epoch, subject.revision], [1, 1])
  }),
  storeCase(
    'users.upgradePassword among changes of the password never brings the old one back',
    async (trial) => {
      await trial.store.users.create(userRecord({ passwordHash: 'old' }), 'ada')
      await atOnce<unknown>(trial, async (store, index) =>
        index % 2 === 0
          ? store.users.upgradePassword('u-1', 'old', 'old, renewed')
          : store.users.replacePassword('u-1', `new ${index}`, null, null),
      )
      const { user, subject } = await present(trial.store.users.find('u-1'))
      assert.match(user.passwordHash ?? '', /^new /)
      assert.equal(subject.epoch, 1 + crowd / 2)
    },
  ),
  storeCase('users.replaceRoles sets the roles and raises the revision in one step', async ({ store }) => {
    await store.users.create(userRecord(), 'ada')
    await store.subjects.raiseEpoch('u-1', 's-1')
    const { subject, before } = await applied(store.users.replaceRoles('u-1', [], null))
    assert.deepEqual(before, ['teller', 'pro'])
    assert.deepEqual([subject.epoch, subject.revision, subject.spared?.sessionId], [2, 2, 's-1'])
    const found = await present(store.users.find('u-1'))
    assert.deepEqual({ ...found.user }, userRecord({ roles: [] }))
    assert.deepEqual(found.subject, subject)
  }),
  storeCase('users.replaceRoles of many at once: each is told what it replaced', async (trial) => {
    await trial.store.users.create(userRecord({ roles: ['first'] }), 'ada')
    const before = await atOnce(trial, async (store, index) => {
      const { value, now } = await store.users.replaceRoles('u-1', [`role ${index}`], null)
      assert(value !== null && value !== 'last')
      return { value: value.before.join(), now }
    })
    const { user } = await present(trial.store.users.find('u-1'))
    const given = Array.from({ length: crowd }, (_, index) => `role ${index}`)
    assert.deepEqual([...before, ...user.roles].sort(), ['first', ...given].sort())
  }),
  storeCase('users.replaceClaims sets the claims and raises the revision in one step', async ({ store }) => {
    await store.users.create(userRecord(), 'ada')
    await store.subjects.raiseEpoch('u-1', 's-1')
    const claims = { team: ['a', { b: null }], 'it’s "quoted"': -0.5 }
    const subject = await present(store.users.replaceClaims('u-1', claims))
    assert.deepEqual([subject.epoch, subject.revision, subject.spared?.sessionId], [2, 2, 's-1'])
    const found = await present(store.users.find('u-1'))
    assert.deepEqual({ ...found.user }, userRecord({ claims }))
    assert.deepEqual(found.subject, subject)
  }),
  storeCase(
    'users.replacePassword with an epoch that is not the subject’s writes nothing',
    async ({ store }) => {
      await store.users.create(userRecord(), 'ada')
      await store.subjects.raiseEpoch('u-1', null)
      for (const epoch of [0, 1, 3])
        assert.equal((await store.users.replacePassword('u-1', 'hash', null, epoch)).value, null)
      assert.deepEqual({ ...(await present(store.users.find('u-1'))).user }, userRecord())
      assert.equal((await present(store.users.replacePassword('u-1', 'hash', null, 2))).epoch, 3)
      assert.equal((await present(store.users.find('u-1'))).user.passwordHash, 'hash')
      assert.equal((await store.users.replacePassword('u-1', 'again', null, 2)).value, null)
      assert.equal((await store.users.replacePassword('u-9', 'hash', null, 1)).value, null)
    },
  ),
  storeCase('users.replacePassword: the epoch asked for is the one that `find` shows', async ({ store }) => {
    await store.users.create(userRecord(), 'ada')
    const { value: epoch } = await store.deployment.raiseEpoch(0)
    assert.equal((await store.users.replacePassword('u-1', 'hash', null, 1)).value, null)
    assert.equal((await present(store.users.replacePassword('u-1', 'hash', null, epoch))).epoch, epoch + 1)
  }),
  storeCase('users.replacePassword of many at once with one epoch: one wins', async (trial) => {
    await trial.store.users.create(userRecord(), 'ada')
    const subjects = await atOnce(trial, (store, index) =>
      store.users.replacePassword('u-1', `hash ${index}`, null, 1),
    )
    const winners = subjects.filter((subject) => subject !== null)
    assert.deepEqual(
      winners.map(({ epoch }) => epoch),
      [2],
    )
    const { user, subject } = await present(trial.store.users.find('u-1'))
    assert.equal(user.passwordHash, `hash ${subjects.findIndex((each) => each !== null)}`)
    assert.equal(subject.epoch, 2)
  }),
  storeCase('users: fields that may be absent come back as null', async ({ store }) => {
    const user = userRecord({ email: null, passwordHash: null, roles: [], claims: {} })
    await store.users.create(user, 'ada')
    assert.deepEqual({ ...(await present(store.users.find('u-1'))).user }, user)
  }),
  storeCase(
    'users: texts come back byte for byte, and keys that look alike are different users',
    async ({ store }) => {
      const users = spellings.map((text, index) =>
        userRecord({
          id: `u-${index}`,
          username: text,
          email: text,
          passwordHash: text,
          roles: [text, ...spellings],
          claims: { [text]: text },
        }),
      )
      for (const user of users) assert.equal((await store.users.create(user, user.username)).value, true)
      for (const user of users) {
        assert.deepEqual({ ...(await present(store.users.findByUsername(user.username))).user }, user)
      }
    },
  ),
  storeCase('users: changing a list given or received changes nothing in the store', async ({ store }) => {
    const given = ['teller']
    const regions = ['eu']
    await store.users.create(userRecord({ roles: given, claims: { regions } }), 'ada')
    tamperWith(regions)
    tamperWith(given)
    tamperWith((await present(store.users.find('u-1'))).user.roles)
    tamperWith((await present(store.users.findByUsername('ada'))).user.roles)
    assert.deepEqual((await present(store.users.find('u-1'))).user.roles, ['teller'])
    assert.deepEqual((await present(store.users.find('u-1'))).user.claims, { regions: ['eu'] })
    const next = ['pro']
    await store.users.replaceRoles('u-1', next, null)
    tamperWith(next)
    assert.deepEqual((await present(store.users.find('u-1'))).user.roles, ['pro'])
  }),
]
