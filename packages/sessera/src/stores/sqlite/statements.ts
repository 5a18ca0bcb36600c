// Prepared statements, kept by their text. What SQLite would store otherwise than given is refused before it gets there.

import { canBeKept } from '../sql/conditions.js'
import type { Row, SqlValue, Statement } from '../sql/driver.js'
import type { SqliteDatabase, SqliteStatement } from './module.js'

interface Prepared {
  readonly statement: SqliteStatement
  readonly placeholders: number
}

export interface Statements {
  /** Runs a statement on this connection and answers with its rows. */
  run(statement: Statement): readonly Row[]
  /** Runs a statement that returns nothing, and answers with how many rows it wrote: half the price of `RETURNING`. */
  change(statement: Statement): number
  /** Forgets what is prepared. A connection of the peer package keeps its files open until its statements are collected. */
  release(): void
}

export function createStatements(database: SqliteDatabase): Statements {
  const kept = new Map<string, Prepared>()

  function prepare(sql: string): Prepared {
    const prepared = { statement: database.prepare(sql), placeholders: sql.split('?').length - 1 }
    kept.set(sql, prepared)
    return prepared
  }

  function ready({ sql, params }: Statement): SqliteStatement {
    const { statement, placeholders } = kept.get(sql) ?? prepare(sql)
    // SQLite takes a missing parameter for NULL and says nothing.
    if (params.length !== placeholders) {
      throw new TypeError(`A statement with ${placeholders} placeholders got ${params.length} parameters.`)
    }
    params.forEach(refuseUnfit)
    return statement
  }

  return {
    run: (statement) => ready(statement).all(...statement.params),
    change: (statement) => Number(ready(statement).run(...statement.params).changes),
    release: () => kept.clear(),
  }
}

/** Drivers cut text at NUL and replace half of a surrogate pair: one identifier would pass for another. */
function refuseUnfit(value: SqlValue, index: number): void {
  if (typeof value === 'string') {
    if (canBeKept(value)) return
  } else if (value === null || Number.isSafeInteger(value) || value instanceof Uint8Array) return
  throw new TypeError(
    `Parameter ${index + 1} cannot be stored as it is: only null, bytes, safe integers, and well-formed text without NUL can.`,
  )
}
