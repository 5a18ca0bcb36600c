// One connection. A transaction runs within one turn of the event loop, so nothing ever comes between its statements,
// and a read never sees one half done.

import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Answer } from '../../ports/store.js'
import type { Driver, Row, Statement, Transaction } from '../sql/driver.js'
import { createLine } from './line.js'
import type { SqliteDatabase } from './module.js'
import { readWith, type SqliteReaderOptions, storeClosed } from './reader.js'
import { createStatements, type Statements } from './statements.js'

export type SqliteDriverOptions = SqliteReaderOptions

export function createSqliteDriver({ database, clock, random, patienceMs }: SqliteDriverOptions): Driver {
  const statements = createStatements(database)
  const read = readWith(statements, { clock, random, patienceMs })
  const line = createLine({ database, random, patienceMs })
  let closing: Promise<void> | null = null
  let turn: Promise<void> | null = null

  /** Reads of one turn run one right after the other: with other work between them, each takes twice as long. */
  function endOfTurn(): Promise<void> {
    turn ??= nextTurn().then(() => {
      turn = null
    })
    return turn
  }

  function run<T>(transaction: Transaction<T>): Answer<T> {
    const now = clock.now()
    const steps = transaction(now)
    let step = steps.next()
    while (step.done !== true) step = steps.next(statements.run(step.value))
    return { value: step.value, now }
  }

  /** The one way to write. */
  function inLine<T>(work: () => Answer<T>): Promise<Answer<T>> {
    if (closing !== null) return Promise.reject(storeClosed())
    return new Promise((resolve, reject) => {
      line.join({
        run() {
          const answer = work()
          return () => resolve(answer)
        },
        reject,
      })
    })
  }

  const transact = <T>(transaction: Transaction<T>): Promise<Answer<T>> => inLine(() => run(transaction))

  return {
    async read(statement) {
      if (closing !== null) throw storeClosed()
      await endOfTurn()
      return await read(statement)
    },
    write: (statement) => transact(only(statement)),
    change(statement) {
      return inLine(() => {
        const now = clock.now()
        return { value: statements.change(statement(now)), now }
      })
    },
    transact,
    close() {
      closing ??= Promise.all([line.empty(), turn]).then(() => closeDatabase(database, statements))
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
