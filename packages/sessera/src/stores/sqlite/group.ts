// Several transactions for the price of one commit, which is what a write costs on a real disk. Each keeps its own fate:
// one that throws takes back its own statements only, and nobody is told anything before all of it is on disk.

import { isBusy } from './faults.js'
import type { SqliteDatabase } from './module.js'

export interface Member {
  /** Runs the transaction's statements, and answers with how to tell whoever waits for it. May be called again. */
  run(): () => void
  reject(reason: unknown): void
}

/**
 * Runs all members as one transaction of the file, then tells each.
 *
 * @throws when the whole failed; then nothing was written and nobody was told. With a busy file it can be repeated.
 */
export function runGroup(database: SqliteDatabase, members: readonly Member[]): void {
  database.exec('BEGIN IMMEDIATE')
  const outcomes: (() => void)[] = []
  try {
    for (const member of members) outcomes.push(runMember(database, member))
    database.exec('COMMIT')
  } catch (error) {
    takeBack(database, 'ROLLBACK', error)
    throw error
  }
  for (const tell of outcomes) tell()
}

function runMember(database: SqliteDatabase, { run, reject }: Member): () => void {
  database.exec('SAVEPOINT member')
  try {
    const tell = run()
    database.exec('RELEASE member')
    return tell
  } catch (error) {
    if (isBusy(error)) throw error
    takeBack(database, 'ROLLBACK TO member; RELEASE member', error)
    return () => reject(error)
  }
}

function takeBack(database: SqliteDatabase, sql: string, reason: unknown): void {
  try {
    database.exec(sql)
  } catch (error) {
    // After some faults (a full disk) SQLite has rolled back everything by itself; both errors belong in the report.
    throw new AggregateError([reason, error], 'A transaction failed, and so did its rollback.')
  }
}
