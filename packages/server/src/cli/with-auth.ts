// The library opened on the server's own database, for one command, on record under the name of who runs it.

import { existsSync } from 'node:fs'
import { type Auth, createAuth, type Log } from 'sessera'
import { memory } from 'sessera/memory'
import { type AuditSink, openAuditSink } from '../audit.js'
import { authOptionsOf, databaseOf } from '../auth-options.js'
import { type Config, parseConfig } from '../config.js'
import { createDataFolder } from '../data-folder.js'
import { readEnvironment } from '../environment.js'
import { openSecrets } from '../secrets.js'
import { failure } from './command-error.js'
import { type Shell, tell } from './shell.js'
import { printable } from './text.js'

export interface Opening {
  /** When there is no database: refuse (default), make one, or do as if there were an empty one. */
  readonly whenMissing?: 'refuse' | 'create' | 'imagine'
}

/** @throws ConfigurationError, CommandError */
export async function withAuth<T>(
  shell: Shell,
  { whenMissing = 'refuse' }: Opening,
  work: (auth: Auth) => Promise<T>,
): Promise<T> {
  const config = await readConfig(shell)
  const there = existsSync(databaseOf(config.dataFolder))
  if (!there && whenMissing === 'refuse') throw noDatabase(config)
  if (!there && whenMissing === 'create') await createDataFolder(config.dataFolder)
  const imagined = !there && whenMissing === 'imagine'
  const secrets = imagined ? [] : await openSecrets(config, secretsLog(shell))
  if (!there && !imagined)
    await shell.err.write(`Making a new database in ${printable(config.dataFolder)}.\n`)
  const means = imagined ? { store: memory(), secrets: [imaginarySecret] } : { secrets }
  return await usingAuth(shell, config, means, work)
}

const imaginarySecret = 'for a store that is gone when the command ends'

/** The same with everything given. */
export async function usingAuth<T>(
  shell: Shell,
  config: Config,
  means: Omit<Parameters<typeof authOptionsOf>[1], 'log'>,
  work: (auth: Auth) => Promise<T>,
): Promise<T> {
  const log = createLog(shell)
  const auth = createAuth({ ...authOptionsOf(config, { ...means, log }), follow: 'on-demand' })
  let sink: AuditSink | null = null
  try {
    await auth.ready()
    log.open()
    if (config.auditLog !== null) sink = openAuditSink(auth, config.auditLog, log)
    return await auth.audit.attribute({ actorId: shell.actor }, () => work(auth))
  } finally {
    await auth.close()
    sink?.close()
  }
}

export async function readConfig({ env }: Shell): Promise<Config> {
  return parseConfig(await readEnvironment(env))
}

export function noDatabase({ dataFolder }: Config): Error {
  return failure(
    `There is no database in "${dataFolder}". Set SESSERA_DATA to the data folder of the server, or make one with "sessera serve".`,
  )
}

/** What goes wrong while it opens is thrown, and told by whoever catches it. */
function createLog({ err }: Shell): Log & { open(): void } {
  let opened = false
  const say = (message: string): void => {
    if (opened) void tell(err, `${printable(message)}\n`)
  }
  return {
    info: () => undefined,
    warn: say,
    error: say,
    open() {
      opened = true
    },
  }
}

export function secretsLog({ err }: Shell): Parameters<typeof openSecrets>[1] {
  const say = (sentence: string): void => void tell(err, `${printable(sentence)}\n`)
  return { announce: say, warn: say }
}
