// One connection. A transaction runs within one turn of the event loop, so nothing ever comes between its statements;
// writes stand in line, so that only the first of them tries while another process holds the file.

import type { Clock } from '../../ports/clock.js'
import type { Random } from '../../ports/random.js'
import type { Answer } from '../../ports/store.js'
import type { Driver, Row, Statement, Transaction } from '../sql/driver.js'
import type { SqliteDatabase } from './module.js'
import { type Waiting, whileBusy } from './patience.js'
import { createStatements, type Statements } from './statements.js'

export interface SqliteDriverOptions {
  readonly database: SqliteDatabase
  readonly clock: Clock
  readonly random: Random
  /** How long to try while the file is busy. */
  readonly patienceMs: number
}

export function createSqliteDriver({ database, clock, random, patienceMs }: SqliteDriverOptions): Driver {
  const statements = createStatements(database)
  const writing: Waiting = { ms: 0 }
  let line: Promise<unknown> = Promise.resolve()
  let closing: Promise<void> | null = null

  function runTransaction<T>(transaction: Transaction<T>): Answer<T> {
    database.exec('BEGIN IMMEDIATE')
    try {
      const now = clock.now()
      const steps = transaction(now)
      let step = steps.next()
      while (step.done !== true) step = steps.next(statements.run(step.value))
      database.exec('COMMIT')
      return { value: step.value, now }
    } catch (error) {
      rollBack(database, error)
      throw error
    }
  }

  /** The one way to write. */
  function transact<T>(transaction: Transaction<T>): Promise<Answer<T>> {
    if (closing !== null) return Promise.reject(closed())
    const since = writing.ms
    const turn = line.then(() =>
      whileBusy({ attempt: () => runTransaction(transaction), waiting: writing, since, patienceMs, random }),
    )
    // Whoever is next in line cares that this turn is over, not how it went.
    line = turn.then(ignore, ignore)
    return turn
  }

  return {
    read(statement) {
      if (closing !== null) return Promise.reject(closed())
      const attempt = () => {
        const now = clock.now()
        return { value: statements.run(statement), now }
      }
      return whileBusy({ attempt, waiting: { ms: 0 }, since: 0, patienceMs, random })
    },
    write(statement) {
      return transact(only(statement))
    },
    transact,
    close() {
      closing ??= line.then(() => closeDatabase(database, statements))
      return closing
    },
  }
}

function closeDatabase(database: SqliteDatabase, statements: Statements): void {
  try {
    // So that the file alone is complete, for whoever copies it. With other connections open this does what it can.
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  } finally {
    statements.release()
    database.close()
  }
}

function only(statement: Statement): Transaction<readonly Row[]> {
  return function* () {
    return yield statement
  }
}

function rollBack(database: SqliteDatabase, reason: unknown): void {
  try {
    database.exec('ROLLBACK')
  } catch (error) {
    // After some faults (a full disk) SQLite has rolled back by itself; either way both errors belong in the report.
    throw new AggregateError([reason, error], 'A transaction failed, and so did its rollback.')
  }
}

function closed(): Error {
  return new Error('The store is closed.')
}

function ignore(): void {}
