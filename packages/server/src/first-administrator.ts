// The link that creates the first administrator, for the operator's eyes. It is a credential: a person at a terminal reads
// it there; otherwise it lies beside the database and the secret, in a file of the same privacy. Never in a log, which
// travels.

import { randomBytes } from 'node:crypto'
import { rename, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Auth } from 'sessera'
import type { Config } from './config.js'
import type { Logger } from './logger.js'

export interface Telling {
  readonly auth: Pick<Auth, 'users'>
  readonly config: Pick<Config, 'origin' | 'dataFolder'>
  readonly log: Logger
  /** Where a person reads; null when what stdout gets goes elsewhere. */
  readonly terminal: { write(text: string): unknown } | null
}

/** Says how to create the first administrator, as long as there is none, and removes the link of an earlier start. Never throws. */
export async function tellOfFirstAdministrator({ auth, config, log, terminal }: Telling): Promise<void> {
  const file = resolve(config.dataFolder, 'setup-link')
  try {
    const invitation = await auth.users.inviteFirstAdministrator()
    if (invitation === null || terminal !== null) await rm(file, { force: true })
    if (invitation === null) return
    const link = `${config.origin}/setup?token=${invitation.token}`
    if (terminal !== null) {
      terminal.write(`There is no administrator yet. Create one within 24 hours at: ${link}\n`)
      return
    }
    await keep(link, { file, folder: config.dataFolder })
    log.announce(`There is no administrator yet. Within 24 hours, open the link in ${file} to create one.`)
  } catch (error) {
    log.warn('No link for the first administrator could be made. Use "sessera users create".', { error })
  }
}

/** Private from the start, and never half a link. */
async function keep(
  link: string,
  { file, folder }: { readonly file: string; readonly folder: string },
): Promise<void> {
  const draft = join(folder, `.setup-link-${randomBytes(8).toString('hex')}`)
  try {
    await writeFile(draft, `${link}\n`, { flag: 'wx', mode: 0o600 })
    await rename(draft, file)
  } finally {
    await rm(draft, { force: true })
  }
}
