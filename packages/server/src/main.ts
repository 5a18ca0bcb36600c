#!/usr/bin/env node
// The command `sessera`. What is wrong at the start is told in one sentence on stderr: exit code 2 for what was typed,
// 1 for everything else.

import { availableParallelism } from 'node:os'
import { ConfigurationError } from 'sessera'
import { help, parseCommandLine } from './cli/command-line.js'
import { type Config, type Environment, maxWorkers, parseConfig } from './config.js'
import { createDataFolder } from './data-folder.js'
import { createLogger, type Logger } from './logger.js'
import { openSecrets } from './secrets.js'
import { type Running, sentenceOf, startServer } from './server.js'
import { startWorkers } from './workers/primary.js'

async function serve(env: Environment, log: Logger): Promise<void> {
  try {
    const config = parseConfig(env)
    const workers = countOf(config)
    await createDataFolder(config.dataFolder)
    const secrets = await openSecrets(config, log)
    const server = { config, secrets, log }
    closeOnSignal(workers === 1 ? await startServer(server) : await startWorkers(workers, server), log)
    const { origin, host, port, dataFolder } = config
    const together = workers === 1 ? '' : `, ${workers} workers`
    log.announce(
      `Sessera is at ${origin} (listening on ${host} port ${port}, data in ${dataFolder}${together}).`,
    )
  } catch (error) {
    if (!(error instanceof ConfigurationError)) log.error('The server could not start.', { error })
    console.error(sentenceOf(error))
    process.exitCode = 1
  }
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

const command = parseCommandLine(process.argv.slice(2))
if (command.name === 'help') {
  process.stdout.write(help)
} else if (command.name === 'mistake') {
  console.error(command.sentence)
  process.exitCode = 2
} else {
  const { workers } = command
  const env = workers === null ? process.env : { ...process.env, SESSERA_WORKERS: workers }
  await serve(env, createLogger({ terminal: process.stdout.isTTY }))
}
