// The secrets that the server runs with: those that are set, else the one of the data folder. Invariant: none is made
// beside a database, whose signing keys it could not open.

import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigurationError, type Log } from 'sessera'
import { databaseOf } from './auth-options.js'
import type { Config } from './config.js'
import { openSecretFile } from './secret-file.js'

export interface SecretsLog extends Pick<Log, 'warn'> {
  announce(sentence: string): void
}

/** The data folder must be there. @throws ConfigurationError with a sentence that says what to do. */
export async function openSecrets(
  { secrets, dataFolder }: Pick<Config, 'secrets' | 'dataFolder'>,
  log: SecretsLog,
): Promise<readonly string[]> {
  if (secrets !== null) return secrets
  // In this order: of two that start at once, the faster one makes the secret first and the database after it.
  const hasDatabase = existsSync(databaseOf(dataFolder))
  if (hasDatabase && !hasSecret({ secrets, dataFolder })) {
    throw new ConfigurationError(
      `"${secretFileOf(dataFolder)}" is missing, and the database beside it was made with a secret. Put that file back from your backup, or set SESSERA_SECRET to the secret that was used.`,
    )
  }
  const { secret, path, created, tightened } = await openSecretFile(dataFolder, { randomBytes })
  if (created) {
    log.announce(
      `SESSERA_SECRET is not set: made a secret in ${path}. Keep a copy, apart from those of the database; sessions end without it.`,
    )
  }
  if (tightened)
    log.warn('Other users of this machine could read the secret until now. Its mode is 0600 again.', { path })
  return [secret]
}

/** Whether there is one without making it. */
export function hasSecret({ secrets, dataFolder }: Pick<Config, 'secrets' | 'dataFolder'>): boolean {
  return secrets !== null || existsSync(secretFileOf(dataFolder))
}

function secretFileOf(dataFolder: string): string {
  return join(dataFolder, 'secret')
}
