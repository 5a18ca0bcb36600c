import type { Clock } from '../../ports/clock.js'
import type { Random } from '../../ports/random.js'
import type { Reader } from '../sql/driver.js'
import type { SqliteDatabase } from './module.js'
import { whileBusy } from './patience.js'
import { createStatements, type Statements } from './statements.js'

export interface SqliteReaderOptions {
  readonly database: SqliteDatabase
  readonly clock: Clock
  readonly random: Random
  /** How long to try while the file is busy. */
  readonly patienceMs: number
}

/** One connection that only reads, in autocommit: every statement sees the file as it is at that moment. */
export function createSqliteReader({ database, ...options }: SqliteReaderOptions): Reader {
  const statements = createStatements(database)
  const read = readWith(statements, options)
  let isClosed = false
  return {
    read: (statement) => (isClosed ? Promise.reject(storeClosed()) : read(statement)),
    async close() {
      if (isClosed) return
      isClosed = true
      statements.release()
      database.close()
    },
  }
}

/** Reads at once if the file lets it: before the call returns. */
export function readWith(
  statements: Statements,
  { clock, random, patienceMs }: Omit<SqliteReaderOptions, 'database'>,
): Reader['read'] {
  return (statement) => {
    const attempt = () => {
      const now = clock.now()
      return { value: statements.run(statement), now }
    }
    return whileBusy({ attempt, patienceMs, random })
  }
}

export function storeClosed(): Error {
  return new Error('The store is closed.')
}
