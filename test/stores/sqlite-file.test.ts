// The SQLite file: private, shared, durable by its settings; and what cannot be one is explained.

import { chmodSync, chownSync, copyFileSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { ConfigurationError } from '../../packages/sessera/src/errors.js'
import type { Store } from '../../packages/sessera/src/ports/store.js'
import { loadSqlite } from '../../packages/sessera/src/stores/sqlite/module.js'
import { sqlite } from '../../packages/sessera/src/stores/sqlite.js'
import { createFakeClock } from '../../packages/sessera/src/testing/fake-clock.js'
import { createSeededRandom } from '../../packages/sessera/src/testing/seeded-random.js'
import { sessionRecord } from '../../packages/sessera/src/testing/store-cases/records.js'
import { temporaryFolder } from '../support/folder.js'

const using = { clock: createFakeClock(), random: createSeededRandom('file'), keepChangesMs: 360_000 }
const module = await loadSqlite()

async function refusal(path: string): Promise<string> {
  const error: unknown = await sqlite(path)
    .open(using)
    .then(close, (reason: unknown) => reason)
  expect(error).toBeInstanceOf(ConfigurationError)
  return error instanceof Error ? error.message : ''
}

async function close(store: Store): Promise<null> {
  await store.close()
  return null
}

function modeOf(path: string): string {
  return (statSync(path).mode & 0o777).toString(8)
}

describe('a new file', () => {
  test('is readable by its owner alone, and so are its companions, whatever the umask', async () => {
    const path = join(temporaryFolder(), 'auth.db')
    const umask = process.umask(0)
    try {
      const store = await sqlite(path).open(using)
      await store.subjects.ensure('u-1')
      expect([modeOf(path), modeOf(`${path}-wal`), modeOf(`${path}-shm`)]).toEqual(['600', '600', '600'])
      await store.close()
    } finally {
      process.umask(umask)
    }
  })

  test('has private companions again after a restart', async () => {
    const path = join(temporaryFolder(), 'auth.db')
    await close(await sqlite(path).open(using))
    const store = await sqlite(path).open(using)
    await store.subjects.ensure('u-1')
    expect([modeOf(`${path}-wal`), modeOf(`${path}-shm`)]).toEqual(['600', '600'])
    await store.close()
  })

  test('may lie beside the tables of an app', async () => {
    const path = join(temporaryFolder(), 'app.db')
    const app = new module.DatabaseSync(path)
    app.exec(
      "CREATE TABLE users (id TEXT); CREATE TABLE sessions (id TEXT); INSERT INTO users VALUES ('theirs')",
    )
    const store = await sqlite(path).open(using)
    await store.subjects.ensure('u-1')
    await store.close()
    expect(app.prepare('SELECT id FROM users').all()).toMatchObject([{ id: 'theirs' }])
    app.close()
  })

  test('keeps its relative path when the process moves to another folder', async () => {
    const folder = temporaryFolder()
    const before = process.cwd()
    process.chdir(folder)
    const source = sqlite('auth.db')
    process.chdir(before)
    await close(await source.open(using))
    expect(statSync(join(folder, 'auth.db')).isFile()).toBe(true)
  })
})

test('after the last connection has closed, the file alone is complete', async () => {
  const path = join(temporaryFolder(), 'auth.db')
  const store = await sqlite(path).open(using)
  await store.subjects.ensure('u-1')
  await store.close()
  const copy = join(temporaryFolder(), 'copy.db')
  copyFileSync(path, copy)
  const restored = await sqlite(copy).open(using)
  expect((await restored.subjects.find('u-1')).value).toMatchObject({ epoch: 1 })
  await restored.close()
})

test.skipIf(process.platform !== 'linux')(
  'a closed store that is still referred to lets go of its files',
  async () => {
    const path = join(temporaryFolder(), 'auth.db')
    const store = await sqlite(path).open(using)
    await store.subjects.ensure('u-1')
    expect(mappingsOf(path)).not.toEqual([])
    await store.close()
    setFlagsFromString('--expose-gc')
    const collectGarbage: () => void = runInNewContext('gc')
    const mappings = (): readonly string[] => {
      collectGarbage()
      return mappingsOf(path)
    }
    await expect.poll(mappings).toEqual([])
    await expect(store.subjects.find('u-1')).rejects.toThrow('The store is closed.')
  },
)

/** The shared memory beside the file, which stays mapped as long as a connection lives. */
function mappingsOf(path: string): readonly string[] {
  return readFileSync('/proc/self/maps', 'utf8')
    .split('\n')
    .filter((line) => line.endsWith(`${path}-shm`))
}

describe('every connection', () => {
  test('is durable, waits briefly, and checks references', async () => {
    const asked: string[] = []
    class Recorded extends module.DatabaseSync {
      override exec(sql: string): void {
        asked.push(sql)
        super.exec(sql)
      }
    }
    const path = join(temporaryFolder(), 'auth.db')
    await close(await sqlite(path, { module: { DatabaseSync: Recorded } }).open(using))
    expect(asked.slice(0, 4)).toEqual([
      'PRAGMA busy_timeout = 10',
      'PRAGMA foreign_keys = ON',
      'PRAGMA journal_mode = WAL',
      'PRAGMA synchronous = FULL',
    ])
  })

  test('is found by its index, not by reading every session', async () => {
    const path = join(temporaryFolder(), 'auth.db')
    const statements: string[] = []
    class Recorded extends module.DatabaseSync {
      override prepare(sql: string): ReturnType<InstanceType<typeof module.DatabaseSync>['prepare']> {
        statements.push(sql)
        return super.prepare(sql)
      }
    }
    const store = await sqlite(path, { module: { DatabaseSync: Recorded } }).open(using)
    statements.length = 0
    await store.subjects.find('u-1')
    await store.users.find('u-1')
    await store.users.findByUsername('ada')
    await store.sessions.find('s-1')
    await store.sessions.touch('s-1', 1)
    await store.sessions.replace(sessionRecord({ lastTransition: 'refresh' }), 7)
    await store.sessions.replace(sessionRecord({ lastTransition: 'raise' }), 7)
    await store.sessions.writeData('s-1', null, 1)
    await store.sessions.end('s-1')
    await store.sessions.endAll('u-1', null, 2)
    await store.sessions.endAll('u-1', 's-1', 2)
    await store.sessions.list('u-1')
    await store.sessions.readData('s-1')
    await store.sessions.removeExpired(1)
    await store.limits.clear('ada')
    await store.limits.removeEnded(1)
    await store.close()
    const database = new module.DatabaseSync(path)
    expect(statements).toHaveLength(18)
    for (const sql of statements) {
      const explain = database.prepare(`EXPLAIN QUERY PLAN ${sql}`)
      const plan = explain
        .all(...Array<null>(sql.split('?').length - 1).fill(null))
        .map((row) => String(row['detail']))
      expect(
        plan.filter((step) => step.startsWith('SCAN')),
        sql,
      ).toEqual([])
      expect(
        plan.some((step) => step.startsWith('SEARCH')),
        sql,
      ).toBe(true)
    }
    database.close()
  })
})

describe('a path that cannot be used', () => {
  test.each(['', ':memory:', 'a\0b'])('%j is refused at once', (path) => {
    expect(() => sqlite(path)).toThrow(ConfigurationError)
    expect(() => sqlite(path)).toThrow('use memory()')
  })

  test('a patience that is no duration is refused at once', () => {
    expect(() => sqlite('auth.db', { patience: 'long' })).toThrow('is not a duration')
  })

  test('in a folder that does not exist', async () => {
    const folder = join(temporaryFolder(), 'missing')
    expect(await refusal(join(folder, 'auth.db'))).toBe(
      `The folder "${folder}" does not exist. Create it, or give the SQLite file another path.`,
    )
  })

  test('in a folder that is a file', async () => {
    const file = join(temporaryFolder(), 'file')
    writeFileSync(file, '')
    expect(await refusal(join(file, 'auth.db'))).toContain(`The folder "${file}" does not exist.`)
  })

  test('a folder', async () => {
    const folder = join(temporaryFolder(), 'auth.db')
    mkdirSync(folder)
    expect(await refusal(folder)).toContain('cannot be opened. It must be a file')
  })

  test('a file that is no database, which is left as it was', async () => {
    const path = join(temporaryFolder(), 'auth.db')
    const text = 'Minutes of the meeting of 1 January. '.repeat(100)
    writeFileSync(path, text)
    expect(await refusal(path)).toBe(
      `"${path}" is not an SQLite database. Give another path, or move the file away.`,
    )
    expect(readFileSync(path, 'utf8')).toBe(text)
  })

  test('a damaged database', async () => {
    const path = join(temporaryFolder(), 'auth.db')
    await close(await sqlite(path).open(using))
    const bytes = readFileSync(path)
    bytes.fill(0xff, 100)
    writeFileSync(path, bytes)
    expect(await refusal(path)).toContain('is damaged. Restore it from a backup')
  })

  test('a database of a newer version, which is left as it was', async () => {
    const path = join(temporaryFolder(), 'auth.db')
    await close(await sqlite(path).open(using))
    const newer = new module.DatabaseSync(path)
    newer.exec('INSERT INTO sessera_migrations (version, applied_at) VALUES (1000, 0)')
    newer.close()
    expect(await refusal(path)).toMatch(
      /newer version of Sessera \(schema 1000, .* Upgrade the sessera package/,
    )
    const after = new module.DatabaseSync(path)
    expect(after.prepare('SELECT max(version) AS version FROM sessera_migrations').all()).toMatchObject([
      { version: 1000 },
    ])
    after.close()
  })

  // The superuser may write anywhere, so these step down for a moment.
  describe.skipIf(process.seteuid === undefined)('without permission', () => {
    async function asOrdinaryUser<T>(owned: readonly string[], body: () => Promise<T>): Promise<T> {
      if (process.getuid?.() !== 0) return body()
      for (const path of owned) chownSync(path, 65534, 65534)
      process.seteuid?.(65534)
      try {
        return await body()
      } finally {
        process.seteuid?.(0)
      }
    }

    async function copiedDatabase(): Promise<{ readonly folder: string; readonly path: string }> {
      const original = join(temporaryFolder(), 'auth.db')
      await close(await sqlite(original).open(using))
      const folder = temporaryFolder()
      const path = join(folder, 'auth.db')
      copyFileSync(original, path)
      return { folder, path }
    }

    test('to write in the folder', async () => {
      const folder = temporaryFolder()
      chmodSync(folder, 0o500)
      const sentence = await asOrdinaryUser([folder], () => refusal(join(folder, 'auth.db')))
      expect(sentence).toContain(
        `This process may not create a file in "${folder}". Correct the folder's owner or mode`,
      )
    })

    test('to write to the file', async () => {
      const { folder, path } = await copiedDatabase()
      chmodSync(path, 0o400)
      const sentence = await asOrdinaryUser([folder, path], () => refusal(path))
      expect(sentence).toContain(`"${path}" is not writable for this process.`)
    })

    test('to read the file', async () => {
      const { folder, path } = await copiedDatabase()
      chmodSync(path, 0o000)
      const sentence = await asOrdinaryUser([folder, path], () => refusal(path))
      expect(sentence).toContain(`"${path}" cannot be opened.`)
    })
  })
})

describe('SQLite itself', () => {
  const peer = createRequire(import.meta.url)('@photostructure/sqlite')

  test('is Node’s own where there is one', async () => {
    const builtin = { DatabaseSync: class Own extends module.DatabaseSync {} }
    expect(await loadSqlite({ builtin: () => builtin, peer: async () => peer })).toBe(builtin)
  })

  test('is the peer package otherwise', async () => {
    expect(await loadSqlite({ builtin: () => undefined, peer: async () => peer })).toBe(peer)
  })

  test('missing is explained', async () => {
    const missing = Object.assign(new Error("Cannot find package '@photostructure/sqlite'"), {
      code: 'ERR_MODULE_NOT_FOUND',
    })
    const loading = loadSqlite({ builtin: () => undefined, peer: () => Promise.reject(missing) })
    await expect(loading).rejects.toThrow(ConfigurationError)
    await expect(loading).rejects.toThrow(
      'Run "npm install @photostructure/sqlite", or use Node 22.13 or later.',
    )
    await expect(loading).rejects.toThrow("Cannot find package '@photostructure/sqlite'")
  })

  test('of another shape is refused', async () => {
    const loading = loadSqlite({ builtin: () => undefined, peer: async () => ({ Database: class {} }) })
    await expect(loading).rejects.toThrow('has no DatabaseSync')
  })
})
