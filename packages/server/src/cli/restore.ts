// `sessera restore`: a backup becomes the database. Invariant: before it is in its place, every session and token is over:
// what the backup knows ends by the deployment's epoch, what came after it by the loss of every signing key.

import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Auth } from 'sessera'
import { backupSqlite, inspectSqlite, sqlite } from 'sessera/sqlite'
import { databaseOf } from '../auth-options.js'
import { createDataFolder, explainFault } from '../data-folder.js'
import { hasSecret, openSecrets } from '../secrets.js'
import type { Outcome } from './act.js'
import { failure, mistyped, notFound } from './command-error.js'
import type { Shell } from './shell.js'
import { holdAlone } from './sole-use.js'
import { printable, toJsonLine } from './text.js'
import { readConfig, secretsLog, usingAuth } from './with-auth.js'

interface Options {
  readonly replace?: true
  readonly json?: true
}

export async function restore(shell: Shell, file: string, { replace, json }: Options): Outcome {
  const config = await readConfig(shell)
  const { dataFolder } = config
  const database = databaseOf(dataFolder)
  const existed = existsSync(database)
  await refuseUnusable(file)
  if (existed && !replace) {
    throw mistyped(
      `There is a database in "${dataFolder}" already. Write --replace to put the backup in its place; what is there now is kept beside it.`,
    )
  }
  if (!hasSecret(config)) {
    throw failure(
      `The backup opens only with the server secret that was used with it. Put it into "${join(dataFolder, 'secret')}", or set SESSERA_SECRET.`,
    )
  }
  await createDataFolder(dataFolder)
  const secrets = await openSecrets(config, secretsLog(shell))
  const draft = join(dataFolder, `.restoring-${randomBytes(8).toString('hex')}.db`)
  const whole = `${draft}-whole`
  const hold = existed ? await holdAlone(database) : null
  try {
    await backupSqlite(file, draft)
    await usingAuth(shell, config, { secrets, store: sqlite(draft) }, endEverything)
    // This process may still hold the draft open; a copy of it is one file, and nobody's.
    await backupSqlite(draft, whole)
    const aside = existed ? await putAside(database, shell.now()) : null
    await rename(whole, database)
    await tell(shell, { database, replaced: aside }, json === true)
  } catch (error) {
    throw explainFault(error, dataFolder)
  } finally {
    hold?.release()
    for (const path of [draft, whole]) await removeDatabase(path)
  }
  return undefined
}

/** @throws CommandError */
async function refuseUnusable(file: string): Promise<void> {
  if (!existsSync(file)) throw notFound(`There is no file "${file}".`)
  const { isSessera, schema, latest, integrity } = await inspectSqlite(file)
  if (!isSessera) throw failure(`"${file}" is no backup: it holds nothing of Sessera.`)
  if (schema > latest) {
    throw failure(`"${file}" is from a newer version of Sessera. Install that version, then restore with it.`)
  }
  if (integrity !== 'ok') throw failure(`"${file}" is damaged (${integrity}). Take another backup.`)
}

async function endEverything(auth: Auth): Promise<void> {
  await auth.sessions.endEveryone()
  for (const { kid } of await auth.keys.list()) await auth.keys.revoke(kid)
}

const suffixes = ['', '-wal', '-shm']

/** Nothing is thrown away: the operator may find that the backup was the wrong one. */
async function putAside(database: string, now: number): Promise<string> {
  const moment = new Date(now).toISOString().replace(/[-:]|\.\d+/g, '')
  const aside = `${database}.replaced-${moment}`
  for (const suffix of suffixes) {
    if (existsSync(database + suffix)) await rename(database + suffix, aside + suffix)
  }
  return aside
}

async function removeDatabase(path: string): Promise<void> {
  for (const suffix of suffixes) await rm(path + suffix, { force: true })
}

async function tell(
  { out, err }: Shell,
  { database, replaced }: { readonly database: string; readonly replaced: string | null },
  json: boolean,
): Promise<void> {
  if (json) return await out.write(toJsonLine({ database, replaced }))
  const kept =
    replaced === null
      ? ''
      : ` What was there is in ${printable(replaced)}; remove it when you need it no more.`
  await err.write(
    `${printable(database)} is restored.${kept}\nEverybody is signed out, and all signing keys are new: no session and no token from before or after the backup is valid. Services that cache the public keys learn the new ones within minutes.\n`,
  )
}
