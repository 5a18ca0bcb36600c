// Copies of a database in use, and looks at one that somebody is in doubt about.

import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { ConfigurationError } from '../../packages/sessera/src/errors.js'
import type { Store } from '../../packages/sessera/src/ports/store.js'
import { loadSqlite } from '../../packages/sessera/src/stores/sqlite/module.js'
import { backupSqlite, inspectSqlite, sqlite } from '../../packages/sessera/src/stores/sqlite.js'
import { createFakeClock } from '../../packages/sessera/src/testing/fake-clock.js'
import { createSeededRandom } from '../../packages/sessera/src/testing/seeded-random.js'
import { sessionRecord, userRecord } from '../../packages/sessera/src/testing/store-cases/records.js'
import { temporaryFolder } from '../support/folder.js'

const means = { clock: createFakeClock(), random: createSeededRandom('tools'), keepChangesMs: 360_000 }
const module = await loadSqlite()

async function openStore(path: string): Promise<Store> {
  const store = await sqlite(path).open(means)
  onTestFinished(() => store.close())
  return store
}

async function sentenceOf(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => null,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(ConfigurationError)
  return error instanceof Error ? error.message : ''
}

describe('a backup', () => {
  test('of a database in use is one moment of it, in one private file', async () => {
    const folder = temporaryFolder()
    const [path, copy] = [join(folder, 'auth.db'), join(folder, "o'copy.db")]
    const store = await openStore(path)
    await store.users.create(userRecord(), 'ada')
    await store.sessions.create(sessionRecord())
    // Still in the write-ahead log: the file itself knows nothing of them.
    expect(statSync(`${path}-wal`).size).toBeGreaterThan(0)
    const umask = process.umask(0)
    const { bytes } = await backupSqlite(path, copy).finally(() => process.umask(umask))
    await store.sessions.end('s-1')

    expect(statSync(copy).size).toBe(bytes)
    expect((statSync(copy).mode & 0o777).toString(8)).toBe('600')
    expect(readdirSync(folder).filter((name) => name.startsWith("o'copy"))).toEqual(["o'copy.db"])
    const restored = await openStore(copy)
    expect((await restored.sessions.find('s-1')).value?.session).toEqual(sessionRecord())
    expect((await restored.users.findByUsername('ada')).value?.user).toEqual(userRecord())
    expect((await store.sessions.find('s-1')).value).toBeNull()
  })

  test('taken while many write has all that was acknowledged before, and only whole steps', async () => {
    const folder = temporaryFolder()
    const store = await openStore(join(folder, 'auth.db'))
    for (let index = 0; index < 5; index += 1) await store.subjects.ensure(`u-${index}`)
    let acknowledged = 0
    const writing = Array.from({ length: 60 }, async (_, index) => {
      await store.subjects.raiseEpoch(`u-${index % 5}`, null)
      acknowledged += 1
    })
    await writing[20]
    const before = acknowledged
    await backupSqlite(join(folder, 'auth.db'), join(folder, 'copy.db'))
    await Promise.all(writing)
    const copy = await openStore(join(folder, 'copy.db'))
    let raises = 0
    for (let index = 0; index < 5; index += 1) {
      raises += ((await copy.subjects.find(`u-${index}`)).value?.epoch ?? 0) - 1
    }
    expect(raises).toBeGreaterThanOrEqual(before)
    expect((await copy.feed.read(0, 100)).value).toMatchObject({ head: raises })
    expect(await inspectSqlite(join(folder, 'copy.db'))).toMatchObject({ integrity: 'ok' })
  })

  test('never touches what is there already', async () => {
    const folder = temporaryFolder()
    const path = join(folder, 'auth.db')
    await openStore(path)
    const there = join(folder, 'there.db')
    writeFileSync(there, '')
    symlinkSync(join(folder, 'nowhere.db'), join(folder, 'link.db'))
    mkdirSync(join(folder, 'folder'))
    for (const target of [there, path, join(folder, 'link.db'), join(folder, 'folder')]) {
      expect(await sentenceOf(backupSqlite(path, target))).toBe(
        `There is a file "${target}" already. Give a path where nothing is.`,
      )
    }
    expect(readFileSync(there, 'utf8')).toBe('')
    expect(existsSync(join(folder, 'nowhere.db'))).toBe(false)
  })

  test('of nothing is refused, and makes nothing', async () => {
    const folder = temporaryFolder()
    const missing = join(folder, 'missing.db')
    const sentence = `There is no file "${missing}". Give the path of an SQLite file.`
    expect(await sentenceOf(backupSqlite(missing, join(folder, 'copy.db')))).toBe(sentence)
    expect(await sentenceOf(backupSqlite(folder, join(folder, 'copy.db')))).toContain('There is no file')
    expect(readdirSync(folder)).toEqual([])
  })

  test('of a file that is no database is refused, and leaves nothing', async () => {
    const folder = temporaryFolder()
    const path = join(folder, 'minutes.txt')
    writeFileSync(path, 'Minutes of the meeting of 1 January. '.repeat(100))
    expect(await sentenceOf(backupSqlite(path, join(folder, 'copy.db')))).toContain(
      'is not an SQLite database',
    )
    expect(readdirSync(folder)).toEqual(['minutes.txt'])
  })

  test('into a folder that does not exist or may not be written to is refused', async () => {
    const folder = temporaryFolder()
    const path = join(folder, 'auth.db')
    await openStore(path)
    expect(await sentenceOf(backupSqlite(path, join(folder, 'no', 'copy.db')))).toContain(
      `The folder "${join(folder, 'no')}" does not exist.`,
    )
    const locked = join(folder, 'locked')
    mkdirSync(locked)
    chmodSync(locked, 0o555)
    chmodSync(folder, 0o755)
    chmodSync(path, 0o644)
    const isRoot = process.getuid?.() === 0
    if (isRoot) process.seteuid?.(65534)
    const sentence = await sentenceOf(backupSqlite(path, join(locked, 'copy.db'))).finally(() => {
      if (isRoot) process.seteuid?.(0)
    })
    expect(sentence).toContain(`This process may not create a file in "${locked}".`)
  })

  test.each([
    [13, 'There is not enough space on the disk'],
    [11, 'is damaged'],
  ])('that SQLite gives up with code %i half-way leaves nothing', async (errcode, sentence) => {
    const folder = temporaryFolder()
    const [path, copy] = [join(folder, 'auth.db'), join(folder, 'copy.db')]
    await (await openStore(path)).close()
    class GivesUp extends module.DatabaseSync {
      override exec(sql: string): void {
        if (sql.startsWith('VACUUM')) {
          writeFileSync(copy, 'half of it')
          throw Object.assign(new Error('SQLite gave up.'), { errcode })
        }
        super.exec(sql)
      }
    }
    const backup = backupSqlite(path, copy, { module: { DatabaseSync: GivesUp } })
    expect(await sentenceOf(backup)).toContain(sentence)
    expect(existsSync(copy)).toBe(false)
  })
})

describe('an inspection', () => {
  test('of a database in use tells its schema, and that it is whole', async () => {
    const path = join(temporaryFolder(), 'auth.db')
    const store = await openStore(path)
    const found = { isSessera: true, schema: 3, latest: 3, integrity: 'ok' }
    expect(await inspectSqlite(path)).toEqual(found)
    await store.close()
    expect(await inspectSqlite(path)).toEqual(found)
  })

  test('of an older and of a newer file changes neither', async () => {
    const path = join(temporaryFolder(), 'auth.db')
    const old = new module.DatabaseSync(path)
    old.exec(readFileSync(new URL('schema-1.sql', import.meta.url), 'utf8'))
    old.exec('INSERT INTO sessera_migrations VALUES (1, 0)')
    expect(await inspectSqlite(path)).toMatchObject({ isSessera: true, schema: 1, latest: 3 })
    old.exec('INSERT INTO sessera_migrations VALUES (1000, 0)')
    expect(await inspectSqlite(path)).toMatchObject({ isSessera: true, schema: 1000, latest: 3 })
    expect(old.prepare('SELECT COUNT(*) AS count FROM sessera_migrations').all()).toMatchObject([
      { count: 2 },
    ])
    old.close()
  })

  test('of somebody else’s database, or an empty file, leaves it as it was', async () => {
    const folder = temporaryFolder()
    const [theirs, empty] = [join(folder, 'app.db'), join(folder, 'empty.db')]
    const app = new module.DatabaseSync(theirs)
    app.exec('CREATE TABLE users (id TEXT)')
    app.close()
    writeFileSync(empty, '')
    const bytes = readFileSync(theirs)
    for (const path of [theirs, empty]) {
      expect(await inspectSqlite(path)).toEqual({ isSessera: false, schema: 0, latest: 3, integrity: 'ok' })
    }
    expect(readFileSync(theirs)).toEqual(bytes)
    expect(readFileSync(empty)).toHaveLength(0)
    expect(readdirSync(folder).sort()).toEqual(['app.db', 'empty.db'])
  })

  test('of nothing, or of what is no database, says so', async () => {
    const folder = temporaryFolder()
    expect(await sentenceOf(inspectSqlite(join(folder, 'auth.db')))).toContain('There is no file')
    writeFileSync(join(folder, 'minutes.txt'), 'Minutes of the meeting of 1 January. '.repeat(100))
    expect(await sentenceOf(inspectSqlite(join(folder, 'minutes.txt')))).toContain(
      'is not an SQLite database',
    )
    expect(readdirSync(folder)).toEqual(['minutes.txt'])
  })

  test('of a damaged database says what is damaged', async () => {
    const path = join(temporaryFolder(), 'auth.db')
    const store = await openStore(path)
    await store.users.create(userRecord(), 'ada')
    await store.close()
    const bytes = readFileSync(path)
    const page = 4096
    bytes.fill(0xff, bytes.length - page)
    writeFileSync(path, bytes)
    const { isSessera, integrity } = await inspectSqlite(path)
    expect(isSessera).toBe(true)
    expect(integrity).not.toBe('ok')
  })
})
