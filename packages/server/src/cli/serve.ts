// `sessera serve`: the server, until a signal ends it.

import { availableParallelism } from 'node:os'
import { ConfigurationError } from 'sessera'
import { type Config, isWorkers, maxWorkers, parseConfig, workersRule } from '../config.js'
import { createDataFolder } from '../data-folder.js'
import { readEnvironment } from '../environment.js'
import { createLogger, type Logger } from '../logger.js'
import { exposeMetrics } from '../metrics/endpoint.js'
import { openSecrets } from '../secrets.js'
import { type Running, sentenceOf, startServer } from '../server.js'
import { startWorkers } from '../workers/primary.js'
import type { Outcome } from './act.js'
import { failure, mistyped } from './command-error.js'
import type { Shell } from './shell.js'

interface Options {
  readonly workers?: string
}

/** Resolves when it answers requests. */
export async function serve({ env, out }: Shell, { workers }: Options): Outcome {
  if (workers !== undefined && !isWorkers(workers))
    throw mistyped(`--workers is "${workers}". ${workersRule}`)
  const log = createLogger({ terminal: out.terminal })
  try {
    await start(workers === undefined ? env : { ...env, SESSERA_WORKERS: workers }, log)
  } catch (error) {
    if (!(error instanceof ConfigurationError)) log.error('The server could not start.', { error })
    throw failure(sentenceOf(error))
  }
  return undefined
}

async function start(env: Shell['env'], log: Logger): Promise<void> {
  const config = parseConfig(await readEnvironment(env))
  log.setLevel(config.logLevel)
  const workers = countOf(config)
  await createDataFolder(config.dataFolder)
  const secrets = await openSecrets(config, log)
  const server = { config, secrets, log }
  const running = workers === 1 ? await startServer(server) : await startWorkers(workers, server)
  if (config.auditLog !== null) process.on('SIGHUP', () => running.reopenAuditLog())
  closeOnSignal(await exposeMetrics(running, { address: config.metrics, log }), log)
  const { origin, host, port, dataFolder } = config
  const together = workers === 1 ? '' : `, ${workers} workers`
  log.announce(
    `Sessera is at ${origin} (listening on ${host} port ${port}, data in ${dataFolder}${together}).`,
  )
}

function countOf({ workers }: Config): number {
  return workers === 'auto' ? Math.min(availableParallelism(), maxWorkers) : workers
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
