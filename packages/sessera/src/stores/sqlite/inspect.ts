// A look at a database file for whoever is in doubt about it. Nothing is created, changed or brought up to date.

import { resolve } from 'node:path'
import { latestSchema } from '../sql/migrations.js'
import { integerOf, textOf } from '../sql/rows.js'
import type { SqliteToolOptions } from './backup.js'
import { openUntouched } from './database.js'
import { explainOpening } from './faults.js'
import { loadSqlite, type SqliteDatabase } from './module.js'

export interface SqliteInspection {
  /** Whether Sessera's tables are in there, beside whatever else. */
  readonly isSessera: boolean
  /** The version of its schema; 0 when there is none. */
  readonly schema: number
  /** The version that this version of Sessera brings it to. A higher one in the file was written by a newer Sessera. */
  readonly latest: number
  /** `ok`, or what SQLite found to be damaged. */
  readonly integrity: string
}

/**
 * Looks at the SQLite file at `path`, which may be in use. It holds up the event loop, the longer the larger the file is.
 *
 * @throws ConfigurationError when there is no file, or it is no SQLite database.
 *
 * @example
 * const { isSessera, schema, latest, integrity } = await inspectSqlite('auth.db')
 */
export async function inspectSqlite(
  path: string,
  options: SqliteToolOptions = {},
): Promise<SqliteInspection> {
  const file = resolve(path)
  const database = openUntouched(options.module ?? (await loadSqlite()), file)
  try {
    const schema = schemaOf(database)
    return { isSessera: schema > 0, schema, latest: latestSchema, integrity: integrityOf(database) }
  } catch (error) {
    throw explainOpening(error, file)
  } finally {
    database.close()
  }
}

function schemaOf(database: SqliteDatabase): number {
  const [table] = database
    .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'sessera_migrations'")
    .all()
  if (table === undefined) return 0
  const [row] = database.prepare('SELECT COALESCE(MAX(version), 0) AS version FROM sessera_migrations').all()
  return row === undefined ? 0 : integerOf(row, 'version')
}

function integrityOf(database: SqliteDatabase): string {
  return database
    .prepare('PRAGMA integrity_check(10)')
    .all()
    .map((row) => textOf(row, 'integrity_check'))
    .join('; ')
}
