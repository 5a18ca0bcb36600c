// `sessera restore`: a backup becomes the database. Invariant: before it is in its place, every session and token is over:
// what the backup knows ends by the deployment's epoch, what came after it by the loss of every signing key. Nothing that
// SQLite would take for a part of it lies beside it.

import { randomBytes } from 'node:crypto'
import { existsSync, lstatSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
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
  const existed = suffixes.some((suffix) => isThere(database + suffix))
  await refuseUnusable(file)
  if (existed && !replace) {
    throw mistyped(
      `There is a database in "${dataFolder}" already, or a part of one. Write --replace to put the backup in its place; what is there now is kept beside it.`,
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
  let hold = existsSync(database) ? await holdAlone(database) : null
  try {
    await backupSqlite(file, draft)
    const ended = await usingAuth(shell, config, { secrets, store: sqlite(draft) }, endEverything)
    // This process may still hold the draft open; a copy of it is one file, and nobody's.
    await backupSqlite(draft, whole)
    const aside = existed ? await putAside(database, shell.now()) : null
    // Closed later, SQLite might remove the log of the new one, which has the same name.
    hold?.release()
    hold = null
    await rename(whole, database)
    const { integrity } = await inspectSqlite(database)
    if (integrity !== 'ok') throw notAsMade(database)
    await usingAuth(shell, config, { secrets, store: sqlite(database) }, async (auth) => {
      if (!isDeepStrictEqual(await whatIsOver(auth), ended)) throw notAsMade(database)
    })
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

async function endEverything(auth: Auth): Promise<Over> {
  await auth.sessions.endEveryone()
  for (const { kid } of await auth.keys.list()) await auth.keys.revoke(kid)
  return await whatIsOver(auth)
}

/** By what it shows that everything is over: the keys that are left, and the line of the record. */
interface Over {
  readonly kids: readonly string[]
  readonly recorded: { readonly seq: number; readonly at: number } | null
}

async function whatIsOver(auth: Auth): Promise<Over> {
  const keys = await auth.keys.list()
  const [event] = await auth.audit.list({ name: 'sessions_ended_everyone', limit: 1 })
  return {
    kids: keys.map(({ kid }) => kid).sort(),
    recorded: event === undefined ? null : { seq: event.seq, at: event.at },
  }
}

function notAsMade(database: string): Error {
  return failure(
    `"${database}" is not what was put there: something else writes in its folder. Sessions may be valid in it. Stop every server and command on it, then restore again with --replace.`,
  )
}

const suffixes = ['', '-wal', '-shm', '-journal']

/** A link that leads nowhere is there too: SQLite would follow it. */
function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined
}

/** Nothing is thrown away: the operator may find that the backup was the wrong one. */
async function putAside(database: string, now: number): Promise<string> {
  const moment = new Date(now).toISOString().replace(/[-:]|\.\d+/g, '')
  const aside = `${database}.replaced-${moment}`
  const found = suffixes.filter((suffix) => isThere(database + suffix))
  for (const suffix of found) await rename(database + suffix, aside + suffix)
  return aside + (found[0] ?? '')
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
