// Where SQLite comes from: Node's own module where there is one, else the optional peer of the same shape.

import { ConfigurationError } from '../../errors.js'
import type { Row, SqlValue } from '../sql/driver.js'

/** What Sessera uses of `node:sqlite`. */
export interface SqliteModule {
  readonly DatabaseSync: new (path: string, options?: { readonly readOnly?: boolean }) => SqliteDatabase
}

export interface SqliteDatabase {
  exec(sql: string): void
  prepare(sql: string): SqliteStatement
  close(): void
}

export interface SqliteStatement {
  all(...params: SqlValue[]): readonly Row[]
  run(...params: SqlValue[]): { readonly changes: number | bigint }
}

export interface SqliteSources {
  builtin(): unknown
  peer(): Promise<unknown>
}

const sources: SqliteSources = {
  builtin: () => process.getBuiltinModule('node:sqlite'),
  peer: () => import('@photostructure/sqlite'),
}

/**
 * `node:sqlite` (Node 22.13 or later), else `@photostructure/sqlite`.
 *
 * @throws ConfigurationError when there is neither.
 */
export async function loadSqlite(from: SqliteSources = sources): Promise<SqliteModule> {
  const builtin = from.builtin()
  if (isSqliteModule(builtin)) return builtin
  const peer = await from.peer().catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error)
    throw new ConfigurationError(
      `This version of Node has no SQLite of its own, and @photostructure/sqlite cannot be loaded. Run "npm install @photostructure/sqlite", or use Node 22.13 or later. (${reason})`,
    )
  })
  if (isSqliteModule(peer)) return peer
  throw new ConfigurationError(
    'The installed @photostructure/sqlite has no DatabaseSync. Install version 1.2 or later.',
  )
}

function isSqliteModule(module: unknown): module is SqliteModule {
  return (
    typeof module === 'object' &&
    module !== null &&
    'DatabaseSync' in module &&
    typeof module.DatabaseSync === 'function'
  )
}
