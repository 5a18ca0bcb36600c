// The database and what is in it: whose it is, whether it is whole, and whether the secret opens it.

import { existsSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { type Auth, ConfigurationError, type KeyInfo } from 'sessera'
import { inspectSqlite } from 'sessera/sqlite'
import { adminRole, databaseOf } from '../../auth-options.js'
import type { Config } from '../../config.js'
import { hasSecret, openSecrets } from '../../secrets.js'
import type { Shell } from '../shell.js'
import { secretsLog, usingAuth } from '../with-auth.js'
import { createCheck, type Finding } from './finding.js'

export async function examineDatabase(shell: Shell, config: Config): Promise<readonly Finding[]> {
  const check = createCheck('database')
  const path = databaseOf(config.dataFolder)
  if (!existsSync(path)) return [check.ok('There is none yet. The first start makes it.')]
  const { isSessera, schema, latest, integrity } = await inspectSqlite(path)
  if (!isSessera) {
    return [check.problem(`"${path}" holds nothing of Sessera. Move it away, or correct SESSERA_DATA.`)]
  }
  if (schema > latest) {
    return [
      check.problem(`"${path}" is from a newer version of Sessera (${schema}, not ${latest}). Install that.`),
    ]
  }
  if (integrity !== 'ok') {
    return [check.problem(`"${path}" is damaged: ${integrity}. Stop the server and restore a backup.`)]
  }
  if (schema < latest) {
    return [
      check.warning(
        `"${path}" is from an older version (${schema}, now ${latest}). Back it up; the next start updates it.`,
      ),
    ]
  }
  const whole = check.ok('It is whole, and of this version.')
  if (!hasSecret(config)) return [whole]
  return [whole, ...(await examineContents(shell, config, path))]
}

async function examineContents(shell: Shell, config: Config, path: string): Promise<readonly Finding[]> {
  try {
    const secrets = await openSecrets(config, secretsLog(shell))
    return await usingAuth(shell, config, { secrets }, async (auth) => [
      examineKeys(await auth.keys.list(), shell.now()),
      await examineAdministrators(auth),
      await examineClock(auth, path, shell.now()),
    ])
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    return [createCheck('database').problem(error.message)]
  }
}

const day = 86_400_000
/** A server rotates after 90. */
const tooOldDays = 100

function examineKeys(keys: readonly KeyInfo[], now: number): Finding {
  const check = createCheck('signing keys')
  const signing = keys.find(({ state }) => state === 'signing')
  if (signing === undefined) return check.warning('None signs. The next start makes one.')
  const days = Math.floor((now - signing.signsFrom) / day)
  if (days > tooOldDays) {
    return check.warning(
      `The one that signs is ${days} days old: a server that runs would have replaced it. Run: sessera keys rotate`,
    )
  }
  const others = keys.length === 1 ? '' : `, and ${keys.length - 1} more`
  return check.ok(`The secret opens them. One signs since ${days} days${others}.`)
}

async function examineAdministrators(auth: Auth): Promise<Finding> {
  const check = createCheck('administrators')
  const { users } = await auth.users.list({ role: adminRole, disabled: false, limit: 1 })
  return users.length > 0
    ? check.ok('There is at least one.')
    : check.warning(
        `Nobody has the role "${adminRole}". Run: sessera users create <name> --role ${adminRole}`,
      )
}

const tolerance = 60_000

/** What is on record lies in the past, unless a clock has been moved. */
async function examineClock(auth: Auth, path: string, now: number): Promise<Finding> {
  const check = createCheck('clock')
  const [newest] = await auth.audit.list({ order: 'newest', limit: 1 })
  const latest = Math.max((await stat(path)).mtimeMs, newest?.at ?? 0)
  if (latest <= now + tolerance) return check.ok(`It is ${new Date(now).toISOString()} here.`)
  return check.problem(
    `It is ${new Date(now).toISOString()} here, but something was written at ${new Date(latest).toISOString()}. Sessions and keys end by this clock: set it right.`,
  )
}
