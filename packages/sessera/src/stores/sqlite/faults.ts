// What SQLite's result codes mean here (https://sqlite.org/rescode.html). Extended codes keep the plain one in the low byte.

import { ConfigurationError } from '../../errors.js'

const busy = 5
const readOnly = 8
const corrupt = 11
const full = 13
const cannotOpen = 14
const notADatabase = 26

/** Whether another connection was in the way, so that trying again makes sense. */
export function isBusy(error: unknown): error is Error {
  const code = codeOf(error)
  if (code !== null) return code === busy
  // @photostructure/sqlite gives no code for what a prepared statement meets while it runs, only SQLite's own text.
  return error instanceof Error && error.message === 'database is locked'
}

/** The mistake behind a failure to open, as a sentence that says what to do; other errors as they are. */
export function explainOpening(error: unknown, path: string): unknown {
  switch (codeOf(error)) {
    case readOnly:
      return new ConfigurationError(
        `"${path}" is not writable for this process. Correct its owner or its mode (0600 will do).`,
      )
    case corrupt:
      return new ConfigurationError(
        `"${path}" is damaged. Restore it from a backup, with no process running on it.`,
      )
    case cannotOpen:
      return new ConfigurationError(
        `"${path}" cannot be opened. It must be a file, and this process must be allowed to write to it and to its folder.`,
      )
    case notADatabase:
      return new ConfigurationError(
        `"${path}" is not an SQLite database. Give another path, or move the file away.`,
      )
    default:
      return error
  }
}

export function isFull(error: unknown): boolean {
  return codeOf(error) === full
}

function codeOf(error: unknown): number | null {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return null
  return error.errcode & 0xff
}
