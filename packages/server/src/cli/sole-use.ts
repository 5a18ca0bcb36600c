// Whether a database is ours alone. SQLite knows: whoever has it open, however idle, holds a lock on it.

import { failure } from './command-error.js'

export interface Hold {
  release(): void
}

/**
 * Keeps every other process from opening the database until `release`.
 *
 * @throws CommandError while another process has it open.
 */
export async function holdAlone(path: string): Promise<Hold> {
  const { DatabaseSync } = await import('@photostructure/sqlite')
  const database = new DatabaseSync(path)
  try {
    // Leaving WAL takes the lock that no other connection may share.
    database.exec('PRAGMA journal_mode = DELETE')
    database.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    if (error instanceof Error && /database is locked/.test(error.message)) {
      database.close()
      throw failure(`A server or a command runs on "${path}". Stop it, then restore.`)
    }
    // Damaged, or no database at all: which may be why somebody restores.
  }
  return { release: () => database.close() }
}
