// The folder that holds the database and the secret: private from the start.

import { mkdir } from 'node:fs/promises'
import { ConfigurationError } from 'sessera'

/** @throws ConfigurationError with a sentence that says what to do. */
export async function createDataFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw explainFault(error, folder)
  }
}

/** What keeps this process from using the folder, as a sentence that says what to do; other errors as they are. */
export function explainFault(error: unknown, folder: string): unknown {
  switch (codeOf(error)) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new ConfigurationError(
        `The server may not write to "${folder}". Correct its owner or mode, or set SESSERA_DATA to another folder.`,
      )
    case 'EEXIST':
    case 'ENOTDIR':
    case 'EISDIR':
      return new ConfigurationError(
        `"${folder}" cannot be the data folder: there is something else under a name that it needs. Set SESSERA_DATA to another folder.`,
      )
    case 'ENOSPC':
      return new ConfigurationError(
        `The disk of "${folder}" is full. Make room, or set SESSERA_DATA to a folder on another disk.`,
      )
    default:
      return error
  }
}

export function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : null
}
