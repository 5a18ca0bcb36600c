// The change feed on SQLite: one statement, a connection of its own, the same transaction as the change; and how a
// file from before there was a feed gets one.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { keysChanged } from '../../packages/sessera/src/domain/change.js'
import type { FeedStore, Store } from '../../packages/sessera/src/ports/store.js'
import { createAppend } from '../../packages/sessera/src/stores/sql/append.js'
import { openDatabase } from '../../packages/sessera/src/stores/sqlite/database.js'
import { createSqliteDriver } from '../../packages/sessera/src/stores/sqlite/driver.js'
import { loadSqlite, type SqliteModule } from '../../packages/sessera/src/stores/sqlite/module.js'
import { sqlite } from '../../packages/sessera/src/stores/sqlite.js'
import { createFakeClock } from '../../packages/sessera/src/testing/fake-clock.js'
import { createSeededRandom } from '../../packages/sessera/src/testing/seeded-random.js'
import { temporaryFolder } from '../support/folder.js'

const means = { clock: createFakeClock(), random: createSeededRandom('feed'), keepChangesMs: 360_000 }
const module = await loadSqlite()

async function openStore(options: { module?: SqliteModule; patience?: string } = {}): Promise<{
  readonly path: string
  readonly store: Store
}> {
  const path = join(temporaryFolder(), 'auth.db')
  const store = await sqlite(path, options).open(means)
  onTestFinished(() => store.close())
  return { path, store }
}

async function numbersIn(feed: FeedStore): Promise<readonly number[]> {
  return (await feed.read(0, 100)).value.entries.map(({ seq }) => seq)
}

test('a transaction that throws after its entry leaves neither the entry nor a gap', async () => {
  const { path, store } = await openStore()
  const database = openDatabase(module, path)
  const driver = createSqliteDriver({ ...means, database, patienceMs: 5000 })
  const append = createAppend(means)
  const appending = (kid: string, error: Error | null) =>
    driver.transact(function* (now) {
      yield* append(keysChanged(kid), now)
      if (error !== null) throw error
    })
  const results = await Promise.allSettled([
    appending('a', null),
    appending('b', new Error('changed my mind')),
    appending('c', null),
  ])
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  const { entries, head } = (await store.feed.read(0, 10)).value
  expect([head, entries.map(({ seq, subject }) => [seq, subject])]).toEqual([
    2,
    [
      [1, 'a'],
      [2, 'c'],
    ],
  ])
  await driver.close()
})

describe('a follower', () => {
  test('reads at once, on a connection that refuses to write, entries only if there are new ones', async () => {
    const connections: InstanceType<SqliteModule['DatabaseSync']>[] = []
    const asked: [connection: number, sql: string][] = []
    class Watched extends module.DatabaseSync {
      constructor(path: string) {
        super(path)
        connections.push(this)
      }
      override prepare(sql: string): ReturnType<InstanceType<SqliteModule['DatabaseSync']>['prepare']> {
        const statement = super.prepare(sql)
        return {
          all: (...params) => {
            asked.push([connections.indexOf(this), sql])
            return statement.all(...params)
          },
          run: (...params) => statement.run(...params),
        }
      }
    }
    const { store } = await openStore({ module: { DatabaseSync: Watched } })
    await store.subjects.ensure('u-1')
    asked.length = 0
    const reading = store.feed.read(0, 10)
    const nothingNew = [1, expect.not.stringContaining('sessera_changes.*')]
    expect(asked).toEqual([nothingNew])
    await reading
    expect(asked).toEqual([nothingNew])
    await store.subjects.raiseRevision('u-1')
    asked.length = 0
    expect((await store.feed.read(0, 10)).value.entries).toHaveLength(1)
    expect(asked).toEqual([nothingNew, [1, expect.stringContaining('sessera_changes.*')]])
    expect(() => connections[1]?.exec('DELETE FROM sessera_changes')).toThrow('readonly')
    connections[0]?.exec('DELETE FROM sessera_changes')
  })

  test('reads at once while another process writes, and the writers of its own stand in line', async () => {
    const { path, store } = await openStore()
    await store.subjects.ensure('u-1')
    await store.subjects.raiseEpoch('u-1', null)
    const other = new module.DatabaseSync(path)
    other.exec("BEGIN IMMEDIATE; UPDATE sessera_subjects SET epoch = 100 WHERE user_id = 'u-1'")
    const raising = store.subjects.raiseEpoch('u-1', null)
    expect(await numbersIn(store.feed)).toEqual([1])
    other.exec('ROLLBACK')
    other.close()
    expect((await raising).value?.epoch).toBe(3)
    expect(await numbersIn(store.feed)).toEqual([1, 2])
  })
})

test('what the feed and the deployment need is found by index, not by reading every row', async () => {
  const prepared: string[] = []
  class Watched extends module.DatabaseSync {
    override prepare(sql: string): ReturnType<InstanceType<SqliteModule['DatabaseSync']>['prepare']> {
      prepared.push(sql)
      return super.prepare(sql)
    }
  }
  const { path, store } = await openStore({ module: { DatabaseSync: Watched } })
  prepared.length = 0
  await store.subjects.ensure('u-1')
  await store.subjects.raiseEpoch('u-1', 's-1')
  await store.deployment.raiseEpoch(0)
  const { entries } = (await store.feed.read(0, 10)).value
  await store.feed.reassert(entries.map((change) => ({ ...change, nonce: `lost ${change.nonce}` })))
  await store.feed.prune(9e15)
  const database = new module.DatabaseSync(path)
  const scans = prepared.flatMap((sql) =>
    database
      .prepare(`EXPLAIN QUERY PLAN ${sql}`)
      .all(...Array<null>(sql.split('?').length - 1).fill(null))
      .map((row) => String(row['detail']))
      // A MAX without an index is called a search too.
      .filter((step) => /^SCAN sessera|^SEARCH sessera_\w+( USING PRIMARY KEY)?$|TEMP B-TREE/.test(step)),
  )
  database.close()
  expect(prepared.length).toBeGreaterThan(12)
  expect(scans).toEqual([])
})

describe('a file of version 1', () => {
  function createOldFile(): string {
    const path = join(temporaryFolder(), 'auth.db')
    const old = new module.DatabaseSync(path)
    old.exec(readFileSync(new URL('schema-1.sql', import.meta.url), 'utf8'))
    old.exec(`INSERT INTO sessera_migrations VALUES (1, 0);
      INSERT INTO sessera_subjects VALUES ('u-1', 7, 3, NULL, 's-1', 5), ('u-2', 2, 1, 99, NULL, NULL);
      INSERT INTO sessera_users VALUES ('u-1', 'Ada', 'ada', NULL, 'hash', '["teller"]', 1);
      INSERT INTO sessera_sessions VALUES ('s-1', 'u-1', NULL, 'session', 'session', 0, 'seed', 'raise', 1, 6, 1, 1000,
        '["pwd"]', 1, 3600, 9000000000000, NULL, NULL, NULL, 1, 'null', 1);`)
    old.close()
    return path
  }

  test('keeps everything, and has a feed', async () => {
    const store = await sqlite(createOldFile()).open(means)
    onTestFinished(() => store.close())
    const { value: found } = await store.sessions.find('s-1')
    expect(found).toMatchObject({
      session: { epoch: 6 },
      subject: { epoch: 7, revision: 3, disabledAt: null, spared: { sessionId: 's-1', fromEpoch: 5 } },
    })
    expect((await store.users.findByUsername('ada')).value?.user.roles).toEqual(['teller'])
    expect((await store.subjects.find('u-2')).value).toMatchObject({ epoch: 2, disabledAt: 99 })
    expect((await store.feed.read(0, 10)).value).toEqual({ at: null, entries: [], head: 0, horizon: 0 })
    expect((await store.deployment.raiseEpoch(0)).value).toBe(8)
    expect((await store.subjects.find('u-2')).value).toMatchObject({ epoch: 8 })
    await store.sessions.end('s-1')
    expect(await numbersIn(store.feed)).toEqual([1, 2])
  })

  test('is brought up to date once, however many open it', async () => {
    const path = createOldFile()
    const stores = await Promise.all([1, 2, 3].map(() => sqlite(path).open(means)))
    await Promise.all(stores.map((store) => store.close()))
    const database = new module.DatabaseSync(path)
    expect(database.prepare('SELECT version FROM sessera_migrations').all()).toMatchObject([
      { version: 1 },
      { version: 2 },
      { version: 3 },
    ])
    expect(database.prepare('SELECT last, horizon FROM sessera_feed').all()).toHaveLength(1)
    database.close()
  })

  test('becomes exactly what a new file is', async () => {
    const old = createOldFile()
    const fresh = join(temporaryFolder(), 'fresh.db')
    const schemas: unknown[] = []
    for (const path of [old, fresh]) {
      await (await sqlite(path).open(means)).close()
      const database = new module.DatabaseSync(path)
      schemas.push(database.prepare('SELECT name, sql FROM sqlite_master ORDER BY name').all())
      database.close()
    }
    expect(schemas[0]).toEqual(schemas[1])
  })
})
