// Users in a file: what an older version left is listed like the rest, and an index leads to every page.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { AuditQuery, Store, UserQuery } from '../../packages/sessera/src/ports/store.js'
import { loadSqlite } from '../../packages/sessera/src/stores/sqlite/module.js'
import { sqlite } from '../../packages/sessera/src/stores/sqlite.js'
import { createFakeClock } from '../../packages/sessera/src/testing/fake-clock.js'
import { createSeededRandom } from '../../packages/sessera/src/testing/seeded-random.js'
import { temporaryFolder } from '../support/folder.js'

const means = { clock: createFakeClock(), random: createSeededRandom('users'), keepChangesMs: 360_000 }
const module = await loadSqlite()
const everybody: UserQuery = { after: null, limit: 10, startsWith: null, role: null, disabled: null }

async function idsOf({ users }: Store, query: Partial<UserQuery>): Promise<readonly string[]> {
  return (await users.list({ ...everybody, ...query })).value.users.map(({ user }) => user.id)
}

describe('a file of version 2', () => {
  function createOldFile(): string {
    const path = join(temporaryFolder(), 'auth.db')
    const old = new module.DatabaseSync(path)
    old.exec(readFileSync(new URL('schema-2.sql', import.meta.url), 'utf8'))
    old.exec(`INSERT INTO sessera_migrations VALUES (1, 0), (2, 0);
      INSERT INTO sessera_subjects VALUES ('u-1', 7, 3, NULL, NULL, NULL), ('u-2', 2, 1, 99, NULL, NULL),
        ('u-3', 1, 1, NULL, NULL, NULL), ('theirs', 1, 1, 5, NULL, NULL);
      INSERT INTO sessera_users VALUES ('u-1', 'Ada', 'ada', 'ÄDA@Example.org', 'hash', '["teller","admin"]', 1),
        ('u-2', 'Bob', 'bob', NULL, NULL, '["admin"]', 2), ('u-3', 'Eve', 'eve', 'EVE@example.org', NULL, '[]', 3);
      INSERT INTO sessera_sessions VALUES ('s-1', 'u-1', NULL, 'session', 'session', 0, 'seed', 'raise', 1, 7, 1, 1000,
        '["pwd"]', 1, 3600, 9000000000000, NULL, NULL, NULL, 1, 'null', 1);`)
    old.close()
    return path
  }

  async function openOldFile(): Promise<Store> {
    const store = await sqlite(createOldFile()).open(means)
    onTestFinished(() => store.close())
    return store
  }

  test('keeps its users, who have no claims yet', async () => {
    const store = await openOldFile()
    expect((await store.users.findByUsername('ada')).value).toMatchObject({
      user: { id: 'u-1', username: 'Ada', passwordHash: 'hash', roles: ['teller', 'admin'], claims: {} },
      subject: { epoch: 7, revision: 3 },
    })
    expect((await store.sessions.find('s-1')).value?.user).toEqual({
      username: 'Ada',
      roles: ['teller', 'admin'],
      claims: {},
    })
    const counts = { users: 3, disabledUsers: 1, sessions: 1, changes: 0, auditEvents: 0 }
    expect((await store.deployment.count()).value).toEqual(counts)
  })

  test('lists them by role, by address and by who is disabled', async () => {
    const store = await openOldFile()
    expect(await idsOf(store, {})).toEqual(['u-1', 'u-2', 'u-3'])
    expect(await idsOf(store, { role: 'admin' })).toEqual(['u-1', 'u-2'])
    expect(await idsOf(store, { role: 'teller' })).toEqual(['u-1'])
    expect(await idsOf(store, { disabled: true })).toEqual(['u-2'])
    expect(await idsOf(store, { role: 'admin', disabled: false })).toEqual(['u-1'])
    expect(await idsOf(store, { startsWith: 'äda@ex' })).toEqual(['u-1'])
    expect(await idsOf(store, { startsWith: 'eve@' })).toEqual(['u-3'])
  })

  test('keeps its last administrator', async () => {
    const store = await openOldFile()
    expect((await store.users.remove('u-1', 'admin')).value).toBe('last')
    expect((await store.users.createFirst(newcomer, 'new', 'admin')).value).toBe('exists')
    await store.subjects.enable('u-2')
    await store.users.replacePassword('u-2', 'hash', null, null)
    expect((await store.users.remove('u-1', 'admin')).value).toMatchObject([{ id: 's-1' }])
    expect(await idsOf(store, { role: 'admin' })).toEqual(['u-2'])
  })

  test('becomes exactly what a new file is', async () => {
    const schemas: unknown[] = []
    for (const path of [createOldFile(), join(temporaryFolder(), 'fresh.db')]) {
      await (await sqlite(path).open(means)).close()
      const database = new module.DatabaseSync(path)
      schemas.push(database.prepare('SELECT name, sql FROM sqlite_master ORDER BY name').all())
      database.close()
    }
    expect(schemas[0]).toEqual(schemas[1])
  })
})

const newcomer = {
  id: 'u-9',
  username: 'New',
  email: null,
  passwordHash: null,
  roles: ['admin'],
  claims: {},
  createdAt: 1,
}

describe('a page is found by an index', () => {
  /** How SQLite goes about what `use` asks, as far as it touches our tables. */
  async function planOf(use: (store: Store) => Promise<unknown>): Promise<readonly string[]> {
    const path = join(temporaryFolder(), 'auth.db')
    const prepared: string[] = []
    class Recorded extends module.DatabaseSync {
      override prepare(sql: string): ReturnType<InstanceType<typeof module.DatabaseSync>['prepare']> {
        prepared.push(sql)
        return super.prepare(sql)
      }
    }
    const store = await sqlite(path, { module: { DatabaseSync: Recorded } }).open(means)
    prepared.length = 0
    await use(store)
    await store.close()
    const database = new module.DatabaseSync(path)
    const steps = prepared.flatMap((sql) =>
      database
        .prepare(`EXPLAIN QUERY PLAN ${sql}`)
        .all(...Array<null>(sql.split('?').length - 1).fill(null))
        .map((row) => String(row['detail'])),
    )
    database.close()
    expect(steps.length).toBeGreaterThan(0)
    return steps.filter((step) => /^(SCAN|SEARCH) sessera|TEMP B-TREE/.test(step))
  }

  const isScan = (step: string): boolean => /^SCAN sessera/.test(step)
  const isSort = (step: string): boolean => step.includes('TEMP B-TREE')

  const inOrder: readonly Partial<UserQuery>[] = [
    { after: 'm' },
    { role: 'admin' },
    { role: 'admin', after: 'm' },
    { role: 'admin', disabled: false },
    { role: 'admin', disabled: true, after: 'm' },
    { disabled: true, after: 'm' },
    { disabled: false, after: 'm' },
  ]
  test.each(inOrder)('of users: %j', async (query) => {
    const plan = await planOf((store) => idsOf(store, query))
    expect(plan.filter((step) => isScan(step) || isSort(step))).toEqual([])
  })

  test.each<Partial<UserQuery>>([{}, { disabled: true }])(
    'of users: %j, from the first on',
    async (query) => {
      const plan = await planOf((store) => idsOf(store, query))
      expect(
        plan.filter((step) => isSort(step) || (isScan(step) && !step.includes('COVERING INDEX'))),
      ).toEqual([])
    },
  )

  test.each<Partial<UserQuery>>([
    { startsWith: 'a' },
    { startsWith: 'a', after: 'm' },
    { startsWith: 'a', role: 'admin' },
    { startsWith: 'a', disabled: true },
  ])('of users: %j, sorting only those that match', async (query) => {
    const plan = await planOf((store) => idsOf(store, query))
    expect(plan.filter(isScan)).toEqual([])
    expect(plan).toContainEqual(
      expect.stringContaining('INDEX sessera_users_email (email_key>? AND email_key<?)'),
    )
  })

  const record: AuditQuery = {
    order: 'newest',
    after: 9,
    limit: 10,
    userId: null,
    name: null,
    since: null,
    until: null,
  }
  test.each<readonly [Partial<AuditQuery>, readonly string[]]>([
    [{}, ['INTEGER PRIMARY KEY']],
    [{ order: 'oldest' }, ['INTEGER PRIMARY KEY']],
    [{ userId: 'u-1' }, ['sessera_audit_user', 'sessera_audit_actor']],
    [{ name: 'user_deleted' }, ['sessera_audit_name']],
    [{ since: 1, until: 2 }, ['sessera_audit_time']],
  ])('of the record: %j by %j', async (query, indexes) => {
    const plan = await planOf((store) => store.audit.list({ ...record, ...query }))
    expect(plan.filter(isScan)).toEqual([])
    for (const index of indexes) expect(plan).toContainEqual(expect.stringContaining(index))
  })

  test('and so is whatever is swept, guessed or kept', async () => {
    const backOff = { free: 1, firstWaitMs: 1, longestWaitMs: 1, most: 2, forgetMs: 1 }
    const plan = await planOf(async (store) => {
      await store.audit.removeBefore(1)
      await store.limits.guess('ada', backOff)
      await store.limits.removeEnded(1)
      await store.users.createFirst(newcomer, 'new', 'admin')
      await store.subjects.disable('u-9', 'admin')
      await store.users.remove('u-9', 'admin')
      await store.sessions.endBeyond('u-9', 1, 's-1')
    })
    expect(plan.filter(isScan)).toEqual([])
    expect(plan.length).toBeGreaterThan(12)
  })
})
