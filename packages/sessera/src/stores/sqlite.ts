// The embedded store: one file, any number of processes on one machine.

import { resolve } from 'node:path'
import { parseDuration } from '../domain/duration.js'
import { ConfigurationError } from '../errors.js'
import type { StoreSource } from '../ports/store.js'
import { migrate } from './sql/migrations.js'
import { createSqlStore } from './sql/store.js'
import { openDatabase, openForReading } from './sqlite/database.js'
import { createSqliteDriver } from './sqlite/driver.js'
import { explainOpening } from './sqlite/faults.js'
import { loadSqlite, type SqliteModule } from './sqlite/module.js'
import { whileBusy } from './sqlite/patience.js'
import { createSqliteReader } from './sqlite/reader.js'

export type { SqlValue } from './sql/driver.js'
export type { SqliteToolOptions } from './sqlite/backup.js'
export { backupSqlite } from './sqlite/backup.js'
export type { SqliteInspection } from './sqlite/inspect.js'
export { inspectSqlite } from './sqlite/inspect.js'
export type { SqliteDatabase, SqliteModule, SqliteStatement } from './sqlite/module.js'

export interface SqliteOptions {
  /** How long a step keeps trying while other processes write to the file. Default `'5s'`. */
  readonly patience?: string | number
  /**
   * The SQLite to use, anything of the shape of `node:sqlite`. By default `node:sqlite` itself (Node 22.13 or later),
   * else the package `@photostructure/sqlite`.
   */
  readonly module?: SqliteModule
}

const dialect = { integer: 'INTEGER', table: 'STRICT', compactTable: 'STRICT, WITHOUT ROWID' }

/**
 * Keeps everything in the SQLite file at `path`, which is created with mode 0600 if it is not there. Several processes
 * of one machine may share it. An acknowledged write survives a power cut. Other tables in the file are left alone.
 *
 * @throws ConfigurationError at once when `path` is no path; from `open` when the file cannot be used.
 *
 * @example
 * const auth = createAuth({ origin: 'http://localhost:3000', store: sqlite('auth.db') })
 */
export function sqlite(path: string, options: SqliteOptions = {}): StoreSource {
  if (path === '' || path.includes('\0') || path === ':memory:') {
    throw new ConfigurationError(
      'sqlite() takes the path of a file, such as "auth.db". To keep nothing, use memory().',
    )
  }
  const file = resolve(path)
  const patienceMs = parseDuration(options.patience ?? '5s')
  return {
    async open({ clock, random, keepChangesMs }) {
      const module = options.module ?? (await loadSqlite())
      const opening = { patienceMs, random }
      const database = await whileBusy({ attempt: () => openDatabase(module, file), ...opening })
      const driver = createSqliteDriver({ database, clock, random, patienceMs })
      try {
        await driver.transact(migrate(dialect))
        const following = await whileBusy({ attempt: () => openForReading(module, file), ...opening })
        const follower = createSqliteReader({ database: following, clock, random, patienceMs })
        return createSqlStore({ driver, follower, random, keepChangesMs })
      } catch (error) {
        await driver.close()
        throw explainOpening(error, file)
      }
    },
  }
}
