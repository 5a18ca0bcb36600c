// What the SQL store needs of a database engine. SQLite drives a transaction in one go, Postgres step by step;
// the store cannot tell. Text must come back as it went in: a driver refuses what its engine would alter.

import type { Answer } from '../../ports/store.js'

/** What may be bound: integers only, within ±(2^53 − 1). */
export type SqlValue = string | number | Uint8Array | null

/** One row by column name. `rows.ts` turns its cells into typed values. */
export type Row = Readonly<Record<string, unknown>>

/** SQL with one `?` for each parameter, and no `?` elsewhere. The text is a constant: drivers keep it prepared. */
export interface Statement {
  readonly sql: string
  readonly params: readonly SqlValue[]
}

/**
 * Several statements as one step: it yields each statement, receives its rows and returns the result. `now` is the
 * store's time, read inside the transaction. Throwing rolls back. A driver may run it again from the start when
 * another writer was in the way, so it touches nothing but the database.
 */
export type Transaction<T> = (now: number) => Steps<T>

/** Statements of a transaction, or a part of them for `yield*`. */
export type Steps<T> = Generator<Statement, T, readonly Row[]>

export interface Reader {
  /** One statement that only reads. It sees every write acknowledged before. */
  read(statement: Statement): Promise<Answer<readonly Row[]>>
  /** Waits for what is under way. Afterwards everything but `close` itself is refused. */
  close(): Promise<void>
}

export interface Driver extends Reader {
  /** One statement that writes, a transaction by itself. Answers with what it `RETURNING`s. */
  write(statement: Statement): Promise<Answer<readonly Row[]>>
  /** One statement that writes and returns nothing, made for the store's time. Answers with how many rows it wrote. */
  change(statement: (now: number) => Statement): Promise<Answer<number>>
  /** A serializable transaction. Acknowledged means on disk. */
  transact<T>(transaction: Transaction<T>): Promise<Answer<T>>
}
