// The server secret on disk, for those who set none. Invariant: the file appears complete and private, or not at all,
// however many processes start at once; and what it holds is never replaced.

import { link, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ConfigurationError } from 'sessera'
import { minSecretLength } from './config.js'
import { codeOf, explainFault } from './data-folder.js'

export interface SecretFile {
  readonly path: string
  readonly secret: string
  /** Made just now, by this process. */
  readonly created: boolean
  /** Other users of the machine could read it until now. */
  readonly tightened: boolean
}

interface Using {
  readonly randomBytes: (length: number) => Buffer
}

/**
 * The secret of a data folder, which is there; the secret is made when it is not.
 *
 * @throws ConfigurationError with a sentence that says what to do.
 */
export async function openSecretFile(folder: string, { randomBytes }: Using): Promise<SecretFile> {
  const path = join(folder, 'secret')
  try {
    const found = await readSecret(path)
    if (found !== null) return { path, created: false, ...found }
    const created = await createSecret({ folder, path, randomBytes })
    const made = await readSecret(path)
    if (made === null)
      throw new ConfigurationError(`"${path}" was removed while the server started. Start again.`)
    return { path, created, ...made }
  } catch (error) {
    throw explainFault(error, folder)
  }
}

async function readSecret(
  path: string,
): Promise<{ readonly secret: string; readonly tightened: boolean } | null> {
  const file = await open(path, 'r').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return null
    throw error
  })
  if (file === null) return null
  try {
    const { mode } = await file.stat()
    const tightened = process.platform !== 'win32' && (mode & 0o077) !== 0
    if (tightened) await file.chmod(0o600)
    const secret = (await file.readFile('utf8')).trim()
    if (secret.length < minSecretLength) {
      throw new ConfigurationError(
        `"${path}" holds ${secret.length} characters, which is no secret. Restore it from a backup; without one, remove it, and every session and signing key made with it.`,
      )
    }
    return { secret, tightened }
  } finally {
    await file.close()
  }
}

/** Written aside and then linked: of many processes one link wins, and no one ever reads half a secret. */
async function createSecret({
  folder,
  path,
  randomBytes,
}: Using & { folder: string; path: string }): Promise<boolean> {
  const draft = join(folder, `.secret-${randomBytes(8).toString('hex')}`)
  try {
    const file = await open(draft, 'wx', 0o600)
    try {
      await file.writeFile(`${randomBytes(32).toString('base64url')}\n`)
      await file.sync()
    } finally {
      await file.close()
    }
    await link(draft, path)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  } finally {
    await rm(draft, { force: true })
  }
}
