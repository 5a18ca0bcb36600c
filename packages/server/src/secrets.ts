// The secrets that the server runs with: those that are set, else the one of the data folder.

import { randomBytes } from 'node:crypto'
import type { Config } from './config.js'
import type { Logger } from './logger.js'
import { openSecretFile } from './secret-file.js'

/** The data folder must be there. @throws ConfigurationError with a sentence that says what to do. */
export async function openSecrets({ secrets, dataFolder }: Config, log: Logger): Promise<readonly string[]> {
  if (secrets !== null) return secrets
  const { secret, path, created, tightened } = await openSecretFile(dataFolder, { randomBytes })
  if (created) {
    log.announce(
      `SESSERA_SECRET is not set: made a secret in ${path}. Keep it with your backups; sessions end without it.`,
    )
  }
  if (tightened)
    log.warn('Other users of this machine could read the secret until now. Its mode is 0600 again.', { path })
  return [secret]
}
