// Writes of one turn share a commit. Each keeps its own fate, and nobody is told before all of it is on disk.

import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Driver } from '../../packages/sessera/src/stores/sql/driver.js'
import { openDatabase } from '../../packages/sessera/src/stores/sqlite/database.js'
import { createSqliteDriver } from '../../packages/sessera/src/stores/sqlite/driver.js'
import { loadSqlite, type SqliteDatabase } from '../../packages/sessera/src/stores/sqlite/module.js'
import { createFakeClock } from '../../packages/sessera/src/testing/fake-clock.js'
import { createSeededRandom } from '../../packages/sessera/src/testing/seeded-random.js'
import { temporaryFolder } from '../support/folder.js'

const module = await loadSqlite()

interface Bench {
  readonly driver: Driver
  readonly path: string
  /** What was asked of the connection outside prepared statements. */
  readonly asked: string[]
  /** Called before each of these. */
  before: (sql: string) => void
}

function openTable(patienceMs = 5000): Bench {
  const path = join(temporaryFolder(), 'groups.db')
  const asked: string[] = []
  const bench: Omit<Bench, 'driver'> = { path, asked, before: () => undefined }
  class Watched extends module.DatabaseSync {
    override exec(sql: string): void {
      asked.push(sql)
      bench.before(sql)
      super.exec(sql)
    }
  }
  const database: SqliteDatabase = openDatabase({ DatabaseSync: Watched }, path)
  database.exec('CREATE TABLE entries (name TEXT NOT NULL, seen INTEGER NOT NULL) STRICT')
  asked.length = 0
  const clock = createFakeClock(1_000)
  const driver = createSqliteDriver({ database, clock, random: createSeededRandom(path), patienceMs })
  onTestFinished(() => driver.close())
  return Object.assign(bench, { driver })
}

const count = { sql: 'SELECT COUNT(*) AS entries FROM entries', params: [] }

/** Writes `name` with how many entries it found, and answers with that. */
function enter(driver: Driver, name: string): Promise<number> {
  const entering = driver.transact(function* () {
    const [row] = yield count
    const seen = Number(row?.['entries'])
    yield { sql: 'INSERT INTO entries (name, seen) VALUES (?, ?)', params: [name, seen] }
    if (name.startsWith('failing')) throw new Error(`${name} changed its mind`)
    return seen
  })
  return entering.then(({ value }) => value)
}

async function entries(driver: Driver): Promise<readonly unknown[]> {
  const { value } = await driver.read({ sql: 'SELECT name, seen FROM entries ORDER BY rowid', params: [] })
  return value.map(({ name, seen }) => [name, seen])
}

function commits({ asked }: Bench): number {
  return asked.filter((sql) => sql === 'COMMIT').length
}

function names(length: number): readonly string[] {
  return Array.from({ length }, (_, index) => `w-${index}`)
}

function busy(): Error {
  return Object.assign(new Error('database is locked'), { errcode: 5 })
}

test('fifty writes at once are one commit, and each sees those before it', async () => {
  const bench = openTable()
  const seen = await Promise.all(names(50).map((name) => enter(bench.driver, name)))
  expect(commits(bench)).toBe(1)
  expect(seen).toEqual(Array.from({ length: 50 }, (_, index) => index))
  expect(await entries(bench.driver)).toEqual(names(50).map((name, index) => [name, index]))
})

test('writes one after the other are a commit each', async () => {
  const bench = openTable()
  for (const name of names(5)) await enter(bench.driver, name)
  expect(commits(bench)).toBe(5)
})

test('a very long line goes in groups, so that others get their turn', async () => {
  const bench = openTable()
  let turns = 0
  const counting = setInterval(() => {
    turns += 1
  }, 0)
  await Promise.all(names(1000).map((name) => enter(bench.driver, name)))
  clearInterval(counting)
  expect(commits(bench)).toBe(8)
  expect(turns).toBeGreaterThan(0)
  expect(await entries(bench.driver)).toHaveLength(1000)
})

test('one that fails among them takes back its own writes only', async () => {
  const bench = openTable()
  const all = ['a', 'failing 1', 'b', 'failing 2', 'c']
  const results = await Promise.allSettled(all.map((name) => enter(bench.driver, name)))
  expect(
    results.map((result) => (result.status === 'fulfilled' ? result.value : String(result.reason))),
  ).toEqual([0, 'Error: failing 1 changed its mind', 1, 'Error: failing 2 changed its mind', 2])
  expect(await entries(bench.driver)).toEqual([
    ['a', 0],
    ['b', 1],
    ['c', 2],
  ])
  expect(commits(bench)).toBe(1)
})

test('one whose statement fails takes back its own writes only', async () => {
  const { driver } = openTable()
  const broken = driver.transact(function* () {
    yield { sql: 'INSERT INTO entries (name, seen) VALUES (?, ?)', params: ['half', 0] }
    yield { sql: 'INSERT INTO entries (name, seen) VALUES (?, ?)', params: ['broken', null] }
  })
  const whole = enter(driver, 'whole')
  await expect(broken).rejects.toThrow('NOT NULL constraint failed')
  await whole
  expect(await entries(driver)).toEqual([['whole', 0]])
})

describe('nobody is told', () => {
  test('before the commit', async () => {
    const bench = openTable()
    const told: string[] = []
    const toldAtCommit: number[] = []
    bench.before = (sql) => {
      if (sql === 'COMMIT') toldAtCommit.push(told.length)
    }
    const all = ['a', 'failing', 'b']
    await Promise.allSettled(all.map((name) => enter(bench.driver, name).finally(() => told.push(name))))
    expect([toldAtCommit, told]).toEqual([[0], ['a', 'failing', 'b']])
  })

  test('of success when the commit fails: then all fail, nothing is written, and the next write succeeds', async () => {
    const bench = openTable()
    bench.before = (sql) => {
      if (sql !== 'COMMIT') return
      bench.before = () => undefined
      throw Object.assign(new Error('disk I/O error'), { errcode: 10 })
    }
    const results = await Promise.allSettled(names(5).map((name) => enter(bench.driver, name)))
    expect(results.map((result) => result.status === 'rejected' && String(result.reason))).toEqual(
      Array(5).fill('Error: disk I/O error'),
    )
    expect(await entries(bench.driver)).toEqual([])
    expect(await enter(bench.driver, 'next')).toBe(0)
  })

  test('twice when a busy file makes them start again', async () => {
    const bench = openTable()
    let busyTimes = 3
    bench.before = (sql) => {
      if (sql === 'COMMIT' && busyTimes-- > 0) throw busy()
    }
    const told: string[] = []
    const all = ['a', 'failing', 'b']
    await Promise.allSettled(all.map((name) => enter(bench.driver, name).finally(() => told.push(name))))
    expect(told).toEqual(all)
    expect(await entries(bench.driver)).toEqual([
      ['a', 0],
      ['b', 1],
    ])
    expect(commits(bench)).toBe(4)
  })
})

test('a statement that meets a busy file starts the whole group again', async () => {
  const { driver } = openTable()
  const before = enter(driver, 'before')
  let runs = 0
  const hindered = driver.transact(function* () {
    runs += 1
    if (runs < 3) throw busy()
    return Number((yield count)[0]?.['entries'])
  })
  const after = enter(driver, 'after')
  expect([await before, (await hindered).value, await after, runs]).toEqual([0, 1, 1, 3])
  expect(await entries(driver)).toEqual([
    ['before', 0],
    ['after', 1],
  ])
})

test('what comes while the file is busy joins the group that waits, each with its own patience', async () => {
  const bench = openTable(120)
  const other = new module.DatabaseSync(bench.path)
  other.exec('BEGIN IMMEDIATE')
  const early = enter(bench.driver, 'early').catch(String)
  await early
  const later = ['b', 'c'].map((name) => enter(bench.driver, name))
  await new Promise((resolve) => setTimeout(resolve, 20))
  const last = enter(bench.driver, 'd')
  other.exec('ROLLBACK')
  other.close()
  expect(await early).toContain('locked for 120 ms')
  expect(await Promise.all([...later, last])).toEqual([0, 1, 2])
  expect(commits(bench)).toBe(1)
})

test('closing waits for all groups', async () => {
  const { driver, path } = openTable()
  const writes = names(300).map((name) => enter(driver, name))
  await driver.close()
  expect(await Promise.all(writes)).toHaveLength(300)
  const again = new module.DatabaseSync(path)
  expect(again.prepare(count.sql).all()).toMatchObject([{ entries: 300 }])
  again.close()
})
