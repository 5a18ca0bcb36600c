// Several transactions for the price of one commit, which is what a write costs on a real disk. Each keeps its own fate:
// one that throws takes back its own statements only, and nobody is told anything before all of it is on disk.

import { isBusy } from './faults.js'
import type { SqliteDatabase } from './module.js'

export interface Member {
  /** Runs the transaction's statements, and answers with how to tell whoever waits for it. May be called again. */
  run(): () => void
  reject(reason: unknown): void
}

type RunMember = (database: SqliteDatabase, member: Member) => () => void

/**
 * Runs all members as one transaction of the file, then tells each.
 *
 * @throws when the whole failed; then nothing was written and nobody was told. With a busy file it can be repeated.
 */
export function runGroup(database: SqliteDatabase, members: readonly Member[]): void {
  // Hardly ever does one throw, and savepoints cost as much as what they guard: only then all start again with them.
  const outcomes = attempt(database, members, runUnguarded) ?? attempt(database, members, runGuarded)
  for (const tell of outcomes ?? []) tell()
}

/** How to tell each. Null when a member threw that was not guarded: nothing was written then. */
function attempt(
  database: SqliteDatabase,
  members: readonly Member[],
  runMember: RunMember,
): readonly (() => void)[] | null {
  database.exec('BEGIN IMMEDIATE')
  try {
    const outcomes = members.map((member) => runMember(database, member))
    database.exec('COMMIT')
    return outcomes
  } catch (error) {
    const threw = error instanceof MemberThrew
    takeBack(database, 'ROLLBACK', threw ? error.cause : error)
    if (threw) return null
    throw error
  }
}

class MemberThrew extends Error {}

const runUnguarded: RunMember = (_, { run }) => {
  try {
    return run()
  } catch (error) {
    throw isBusy(error) ? error : new MemberThrew('One transaction of the group failed.', { cause: error })
  }
}

const runGuarded: RunMember = (database, { run, reject }) => {
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
