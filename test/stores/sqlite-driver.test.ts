// The driver: what it binds, how it rolls back, how long it waits, and that nothing comes between two statements.

import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Driver, SqlValue } from '../../packages/sessera/src/stores/sql/driver.js'
import { openDatabase } from '../../packages/sessera/src/stores/sqlite/database.js'
import { createSqliteDriver } from '../../packages/sessera/src/stores/sqlite/driver.js'
import { loadSqlite, type SqliteDatabase } from '../../packages/sessera/src/stores/sqlite/module.js'
import { createFakeClock } from '../../packages/sessera/src/testing/fake-clock.js'
import { createSeededRandom } from '../../packages/sessera/src/testing/seeded-random.js'
import { temporaryFolder } from '../support/folder.js'

const module = await loadSqlite()
const clock = createFakeClock(1_000)

function openTable(patienceMs = 5000): {
  readonly driver: Driver
  readonly database: SqliteDatabase
  readonly path: string
} {
  const path = join(temporaryFolder(), 'driver.db')
  const database = openDatabase(module, path)
  const driver = createSqliteDriver({ database, clock, random: createSeededRandom(path), patienceMs })
  database.exec('CREATE TABLE entries (name ANY, position INTEGER) STRICT')
  onTestFinished(() => driver.close())
  return { driver, database, path }
}

const insert = 'INSERT INTO entries (name, position) VALUES (?, ?)'
const select = 'SELECT name FROM entries ORDER BY position'

async function names(driver: Driver): Promise<readonly unknown[]> {
  return (await driver.read({ sql: select, params: [] })).value.map((row) => row['name'])
}

describe('binding', () => {
  test.each<[string, SqlValue]>([
    ['text', 'Ada 👩🏽‍🚀'],
    ['empty text', ''],
    ['zero', 0],
    ['the largest safe integer', Number.MAX_SAFE_INTEGER],
    ['the smallest safe integer', Number.MIN_SAFE_INTEGER],
    ['null', null],
    ['bytes', new Uint8Array([0, 255, 10])],
    ['no bytes', new Uint8Array(0)],
  ])('%s comes back as it went in', async (_, value) => {
    const { driver } = openTable()
    await driver.write({ sql: insert, params: [value, 1] })
    expect(await names(driver)).toEqual([value])
  })

  const unfit: readonly [string, unknown][] = [
    ['text with NUL', 'ada\0admin'],
    ['half a surrogate pair', 'ada\ud800'],
    ['a fraction', 1.5],
    ['an unsafe integer', 2 ** 53],
    ['NaN', Number.NaN],
    ['infinity', Number.POSITIVE_INFINITY],
    ['a bigint', 1n],
    ['a boolean', true],
    ['undefined', undefined],
    ['an object', {}],
    ['an array', ['ada']],
    ['a date', new Date(0)],
  ]

  test.each(unfit)('%s is refused, and nothing is written', async (_, value) => {
    const { driver } = openTable()
    const params = [value, 1] as SqlValue[]
    await expect(driver.write({ sql: insert, params })).rejects.toThrow(
      'Parameter 1 cannot be stored as it is',
    )
    await expect(driver.read({ sql: 'SELECT ? AS name', params: params.slice(0, 1) })).rejects.toThrow(
      TypeError,
    )
    expect(await names(driver)).toEqual([])
  })

  test('the refusal does not repeat the value', async () => {
    const { driver } = openTable()
    await expect(driver.write({ sql: insert, params: ['secret\0', 1] })).rejects.not.toThrow('secret')
  })

  test.each([[[]], [['ada']], [['ada', 1, 2]]])('%j for two placeholders is refused', async (params) => {
    const { driver } = openTable()
    await expect(driver.write({ sql: insert, params })).rejects.toThrow(`2 placeholders got ${params.length}`)
    expect(await names(driver)).toEqual([])
  })

  test('a statement is prepared once', async () => {
    let prepared = 0
    class Counting extends module.DatabaseSync {
      override prepare(sql: string): ReturnType<SqliteDatabase['prepare']> {
        prepared += 1
        return super.prepare(sql)
      }
    }
    const { path } = openTable()
    const database = new Counting(path)
    const driver = createSqliteDriver({ database, clock, random: createSeededRandom(1), patienceMs: 0 })
    for (const position of [1, 2, 3]) await driver.write({ sql: insert, params: ['ada', position] })
    expect(prepared).toBe(1)
    await driver.close()
  })
})

describe('a change', () => {
  const move = 'UPDATE entries SET position = position + 1 WHERE position >= ?'

  test('is made for the time of its answer, which says how many rows it wrote', async () => {
    const { driver } = openTable()
    const add = (name: string) =>
      driver.change((now) => ({ sql: insert, params: [`${name} at ${now}`, now] }))
    expect(await Promise.all(['ada', 'bob'].map(add))).toEqual([
      { value: 1, now: 1_000 },
      { value: 1, now: 1_000 },
    ])
    const moved = [999, 1_001, 1_003].map((from) => driver.change(() => ({ sql: move, params: [from] })))
    expect((await Promise.all(moved)).map(({ value }) => value)).toEqual([2, 2, 0])
    expect(await names(driver)).toEqual(['ada at 1000', 'bob at 1000'])
  })

  test('that fails among others takes back itself only', async () => {
    const { driver, database } = openTable()
    database.exec('CREATE UNIQUE INDEX one_each ON entries (name)')
    const add = (name: string) => driver.change(() => ({ sql: insert, params: [name, 1] }))
    const results = await Promise.allSettled(['ada', 'ada', 'cut\0here', 'bob'].map(add))
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled'])
    expect(await names(driver)).toEqual(['ada', 'bob'])
  })
})

describe('a transaction', () => {
  test('writes everything and answers with the result and the time', async () => {
    const { driver } = openTable()
    const answer = await driver.transact(function* (now) {
      yield { sql: insert, params: ['ada', 1] }
      const rows = yield { sql: select, params: [] }
      yield { sql: insert, params: ['bob', 2] }
      return [now, rows.length]
    })
    expect(answer).toEqual({ value: [1_000, 1], now: 1_000 })
    expect(await names(driver)).toEqual(['ada', 'bob'])
  })

  test('that throws leaves nothing behind, and the next one works', async () => {
    const { driver } = openTable()
    const failing = driver.transact(function* () {
      yield { sql: insert, params: ['ada', 1] }
      throw new Error('changed my mind')
    })
    const next = driver.write({ sql: insert, params: ['bob', 2] })
    await expect(failing).rejects.toThrow('changed my mind')
    await next
    expect(await names(driver)).toEqual(['bob'])
  })

  test('whose statement fails leaves nothing behind', async () => {
    const { driver } = openTable()
    const failing = driver.transact(function* () {
      yield { sql: insert, params: ['ada', 1] }
      yield { sql: insert, params: ['bob', 'not a number'] }
    })
    await expect(failing).rejects.toThrow('cannot store TEXT value in INTEGER column')
    expect(await names(driver)).toEqual([])
  })

  test('is never interleaved with another, nor seen half done', async () => {
    const { driver } = openTable()
    const raise = () =>
      driver.transact(function* () {
        const rows = yield { sql: select, params: [] }
        yield { sql: insert, params: [rows.length, rows.length] }
        yield { sql: insert, params: [rows.length + 1, rows.length + 1] }
      })
    const seen: number[] = []
    const look = async () => seen.push((await names(driver)).length)
    await Promise.all(Array.from({ length: 20 }, () => [raise(), look()]).flat())
    expect(await names(driver)).toEqual(Array.from({ length: 40 }, (_, index) => index))
    expect(seen.every((length) => length % 2 === 0)).toBe(true)
  })

  test('that cannot be rolled back reports both errors', async () => {
    const { driver, database } = openTable()
    const failing = driver.transact(function* () {
      database.exec('ROLLBACK')
      yield { sql: select, params: [] }
      throw new Error('the disk is full')
    })
    const error: unknown = await failing.catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(AggregateError)
    expect(error).toMatchObject({
      errors: [{ message: 'the disk is full' }, { message: /no transaction is active/ }],
    })
    await driver.write({ sql: insert, params: ['ada', 1] })
    expect(await names(driver)).toEqual(['ada'])
  })
})

describe('while another process writes', () => {
  // The other connection lives in this process too: it can only finish because those that wait let the event loop run.
  test('a write waits without holding up the event loop, then goes through in order', async () => {
    const { driver, path } = openTable()
    const other = new module.DatabaseSync(path)
    other.exec('BEGIN IMMEDIATE')
    const writes = ['ada', 'bob', 'eve'].map((name, index) =>
      driver.write({ sql: insert, params: [name, index] }),
    )
    await new Promise((resolve) => setTimeout(resolve, 150))
    expect(await names(driver)).toEqual([])
    other.exec("INSERT INTO entries VALUES ('other', -1)")
    other.exec('COMMIT')
    other.close()
    await Promise.all(writes)
    expect(await names(driver)).toEqual(['other', 'ada', 'bob', 'eve'])
  })

  test('a transaction that had to wait runs once, from its start, on what it finds then', async () => {
    const { driver, path } = openTable()
    const other = new module.DatabaseSync(path)
    other.exec("BEGIN IMMEDIATE; INSERT INTO entries VALUES ('other', 1)")
    let runs = 0
    const waiting = driver.transact(function* () {
      runs += 1
      return (yield { sql: select, params: [] }).length
    })
    await new Promise((resolve) => setTimeout(resolve, 50))
    other.exec('COMMIT')
    other.close()
    expect((await waiting).value).toBe(1)
    expect(runs).toBe(1)
  })

  test('patience ends for all that stand in line without a try of their own, and the next write succeeds', async () => {
    let tries = 0
    class Counting extends module.DatabaseSync {
      override exec(sql: string): void {
        if (sql === 'BEGIN IMMEDIATE') tries += 1
        super.exec(sql)
      }
    }
    const { path } = openTable()
    const driver = createSqliteDriver({
      database: new Counting(path),
      clock,
      random: createSeededRandom(1),
      patienceMs: 60,
    })
    const other = new module.DatabaseSync(path)
    other.exec('BEGIN IMMEDIATE')
    const writes = Array.from({ length: 200 }, (_, index) =>
      driver.write({ sql: insert, params: ['late', index] }),
    )
    const results = await Promise.allSettled(writes)
    expect(results.every(({ status }) => status === 'rejected')).toBe(true)
    expect(tries).toBeLessThan(60)
    await expect(writes[0]).rejects.toThrow('Other processes kept the SQLite file locked for 60 ms.')
    await expect(writes[0]).rejects.toMatchObject({ cause: { message: 'database is locked' } })
    other.exec('ROLLBACK')
    other.close()
    await driver.write({ sql: insert, params: ['ada', 1] })
    expect(await names(driver)).toEqual(['ada'])
    await driver.close()
  })

  test('without patience a write tries once, and so does the next', async () => {
    const { driver, path } = openTable(0)
    const other = new module.DatabaseSync(path)
    other.exec('BEGIN IMMEDIATE')
    await expect(driver.write({ sql: insert, params: ['late', 1] })).rejects.toThrow('locked for 0 ms')
    await expect(driver.write({ sql: insert, params: ['late', 1] })).rejects.toThrow('locked for 0 ms')
    other.exec('ROLLBACK')
    other.close()
    await driver.write({ sql: insert, params: ['ada', 1] })
    expect(await names(driver)).toEqual(['ada'])
  })

  test('reads go on', async () => {
    const { driver, path } = openTable(0)
    await driver.write({ sql: insert, params: ['ada', 1] })
    const other = new module.DatabaseSync(path)
    other.exec("BEGIN IMMEDIATE; INSERT INTO entries VALUES ('bob', 2)")
    expect(await names(driver)).toEqual(['ada'])
    other.exec('COMMIT')
    expect(await names(driver)).toEqual(['ada', 'bob'])
    other.close()
  })

  test('a read that meets an exclusive lock waits for its end', async () => {
    const { driver, database, path } = openTable()
    database.exec('PRAGMA journal_mode = DELETE')
    const other = new module.DatabaseSync(path)
    other.exec("BEGIN EXCLUSIVE; INSERT INTO entries VALUES ('ada', 1)")
    const reading = names(driver)
    await new Promise((resolve) => setTimeout(resolve, 50))
    other.exec('COMMIT')
    other.close()
    expect(await reading).toEqual(['ada'])
  })
})

test('after close nothing is accepted, and what was accepted is done', async () => {
  const { driver, path } = openTable()
  const write = driver.write({ sql: insert, params: ['ada', 1] })
  const read = names(driver)
  const closing = driver.close()
  await expect(driver.write({ sql: insert, params: ['late', 2] })).rejects.toThrow('The store is closed.')
  await expect(driver.read({ sql: select, params: [] })).rejects.toThrow('The store is closed.')
  await Promise.all([write, closing, driver.close()])
  expect(await read).toBeInstanceOf(Array)
  const again = new module.DatabaseSync(path)
  expect(again.prepare(select).all()).toMatchObject([{ name: 'ada' }])
  again.close()
})
