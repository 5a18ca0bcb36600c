#!/usr/bin/env node
// Starts the stand-alone server from the environment. What is wrong at the start is told in one sentence on stderr.

import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { ConfigurationError, createAuth } from 'sessera'
import { forNode } from 'sessera/node'
import { sqlite } from 'sessera/sqlite'
import { logEvents } from './audit.js'
import { type Config, parseConfig } from './config.js'
import { createDataFolder } from './data-folder.js'
import { createLogger, type Logger } from './logger.js'
import { createFormTokens } from './pages/form-token.js'
import { createPages } from './pages/routes.js'
import { openSecretFile } from './secret-file.js'
import { serve } from './serve.js'

interface Running {
  close(): Promise<void>
}

async function start(config: Config, log: Logger): Promise<Running> {
  const { host, port, origin, dataFolder, registration, trustedProxies } = config
  await createDataFolder(dataFolder)
  const secrets = config.secrets ?? [await secretFrom(dataFolder, log)]
  const auth = createAuth({
    origin,
    store: sqlite(join(dataFolder, 'sessera.db')),
    secrets,
    registration,
    trustedProxies,
    log,
  })
  try {
    await auth.ready()
    logEvents(auth, log)
    const node = forNode(auth)
    const now = (): number => Date.now()
    const formTokens = createFormTokens(secrets)
    const pages = createPages({ auth, node, origin, registration, formTokens, now, log })
    const serving = await serve({ host, port, node, pages, log })
    return {
      async close() {
        await serving.close()
        await auth.close()
      },
    }
  } catch (error) {
    await auth.close()
    throw error
  }
}

async function secretFrom(dataFolder: string, log: Logger): Promise<string> {
  const { secret, path, created, tightened } = await openSecretFile(dataFolder, { randomBytes })
  if (created) {
    log.announce(
      `SESSERA_SECRET is not set: made a secret in ${path}. Keep it with your backups; sessions end without it.`,
    )
  }
  if (tightened)
    log.warn('Other users of this machine could read the secret until now. Its mode is 0600 again.', { path })
  return secret
}

/** On the first signal only: a terminal's Ctrl-C reaches this process and again through npm. */
function closeOnSignal(running: Running, log: Logger): void {
  let closing = false
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (closing) return
      closing = true
      running.close().then(
        () => {
          log.announce('Sessera has stopped.')
          process.exit(0)
        },
        (error: unknown) => {
          log.error('Could not close cleanly.', { error })
          process.exit(1)
        },
      )
    })
  }
}

/** A refusal's own sentence is for clients; what lies behind it is for the operator. */
function sentenceOf(error: unknown): string {
  if (error instanceof ConfigurationError) return error.message
  const reason = error instanceof Error && error.cause instanceof Error ? error.cause : error
  return `The server could not start: ${reason instanceof Error ? reason.message : String(reason)}`
}

const log = createLogger({ terminal: process.stdout.isTTY })
try {
  const config = parseConfig(process.env)
  closeOnSignal(await start(config, log), log)
  const { origin, host, port, dataFolder } = config
  log.announce(`Sessera is at ${origin} (listening on ${host} port ${port}, data in ${dataFolder}).`)
} catch (error) {
  if (!(error instanceof ConfigurationError)) log.error('The server could not start.', { error })
  console.error(sentenceOf(error))
  process.exitCode = 1
}
