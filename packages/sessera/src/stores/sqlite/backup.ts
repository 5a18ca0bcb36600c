// A copy of a database that is in use: one moment of it, complete in one file, private from its first byte.

import { rmSync, statSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { resolve } from 'node:path'
import { ConfigurationError } from '../../errors.js'
import { createPrivately, openUntouched } from './database.js'
import { explainOpening, isFull } from './faults.js'
import { loadSqlite, type SqliteDatabase, type SqliteModule } from './module.js'

export interface SqliteToolOptions {
  /** As of `sqlite()`. */
  readonly module?: SqliteModule
}

/**
 * Copies the SQLite file at `from`, with everything that was acknowledged before, into a new file at `to` of mode 0600.
 * Whoever uses the database goes on. It holds up the event loop: run it in a process of its own.
 *
 * @throws ConfigurationError when there is no database at `from`, there is something at `to` already, its folder cannot be
 * written to, or the disk is full. What it had written of `to` is removed then.
 *
 * @example
 * const { bytes } = await backupSqlite('auth.db', 'backups/auth-monday.db')
 */
export async function backupSqlite(
  from: string,
  to: string,
  options: SqliteToolOptions = {},
): Promise<{ readonly bytes: number }> {
  const [source, target] = [resolve(from), resolve(to)]
  const database = openUntouched(options.module ?? (await loadSqlite()), source)
  try {
    if (!createPrivately(target)) {
      throw new ConfigurationError(`There is a file "${target}" already. Give a path where nothing is.`)
    }
    await fill(target, database).catch((error: unknown) => {
      rmSync(target, { force: true })
      throw isFull(error) ? diskIsFull(target) : explainOpening(error, source)
    })
    return { bytes: statSync(target).size }
  } finally {
    database.close()
  }
}

async function fill(target: string, database: SqliteDatabase): Promise<void> {
  database.exec(`VACUUM INTO '${target.replaceAll("'", "''")}'`)
  const file = await open(target, 'r+')
  await file.sync().finally(() => file.close())
}

function diskIsFull(target: string): ConfigurationError {
  return new ConfigurationError(
    `There is not enough space on the disk of "${target}". Free some, or give a path on another disk.`,
  )
}
