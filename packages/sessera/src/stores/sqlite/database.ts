// Opening the file: private from its first byte, and durable once a write is acknowledged.

import { closeSync, constants, openSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { ConfigurationError } from '../../errors.js'
import { explainOpening } from './faults.js'
import type { SqliteDatabase, SqliteModule } from './module.js'

/** How long one attempt waits inside SQLite, holding up the event loop. What is longer is waited for outside. */
export const busyTimeoutMs = 10

/**
 * A connection to the file at `path`, created if it is not there. May meet a busy file, then it can be repeated.
 *
 * @throws ConfigurationError when the path cannot hold a database; the sentence says why and what to do.
 */
export function openDatabase(module: SqliteModule, path: string): SqliteDatabase {
  createPrivately(path)
  return connect(module, path, prepareForWriting)
}

/** Another connection to a file that is open already. It refuses to write. */
export function openForReading(module: SqliteModule, path: string): SqliteDatabase {
  return connect(module, path, (database) => {
    database.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}`)
    database.exec('PRAGMA query_only = ON')
  })
}

/**
 * A connection to a file that must be there and stays as it is, for tools: while the file is busy it holds up the event loop.
 *
 * @throws ConfigurationError when there is no such file, or it cannot be opened.
 */
export function openUntouched(module: SqliteModule, path: string): SqliteDatabase {
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) {
    throw new ConfigurationError(`There is no file "${path}". Give the path of an SQLite file.`)
  }
  const prepare = (database: SqliteDatabase): void => database.exec('PRAGMA busy_timeout = 5000')
  return connect(module, path, prepare, { readOnly: true })
}

function connect(
  module: SqliteModule,
  path: string,
  prepare: (database: SqliteDatabase, path: string) => void,
  options: { readonly readOnly?: boolean } = {},
): SqliteDatabase {
  let database: SqliteDatabase | null = null
  try {
    database = new module.DatabaseSync(path, options)
    prepare(database, path)
    return database
  } catch (error) {
    database?.close()
    throw explainOpening(error, path)
  }
}

/**
 * False when there is something at `path` already.
 *
 * SQLite gives `-wal` and `-shm` the mode of the file, so this decides for all three. An existing file is not even
 * opened: closing it again would drop every lock that this process holds on it (https://sqlite.org/howtocorrupt.html §2.2).
 */
export function createPrivately(path: string): boolean {
  try {
    closeSync(openSync(path, constants.O_CREAT | constants.O_EXCL | constants.O_RDWR, 0o600))
    return true
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null
    if (code === 'EEXIST') return false
    const folder = dirname(path)
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new ConfigurationError(
        `The folder "${folder}" does not exist. Create it, or give the SQLite file another path.`,
      )
    }
    if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
      throw new ConfigurationError(
        `This process may not create a file in "${folder}". Correct the folder's owner or mode, or give the SQLite file another path.`,
      )
    }
    throw error
  }
}

function prepareForWriting(database: SqliteDatabase, path: string): void {
  database.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}`)
  database.exec('PRAGMA foreign_keys = ON')
  database.exec('PRAGMA journal_mode = WAL')
  // NORMAL can lose acknowledged commits on power loss in WAL mode: a revocation among them would be undone.
  database.exec('PRAGMA synchronous = FULL')
  // In KiB, below zero. With the 2 MiB that SQLite takes by itself, a large transaction is written several times over.
  database.exec('PRAGMA cache_size = -16384')
  // SQLite opens a file that it may only read without a word, and would fail at the first sign-in instead.
  database.exec('BEGIN IMMEDIATE; CREATE TABLE sessera_probe (found INTEGER); ROLLBACK')
  const [row] = database.prepare('PRAGMA journal_mode').all()
  if (row?.['journal_mode'] !== 'wal') {
    throw new ConfigurationError(
      `The disk of "${path}" cannot share memory between processes, which SQLite needs (WAL). Use a local disk, not a network folder.`,
    )
  }
}
