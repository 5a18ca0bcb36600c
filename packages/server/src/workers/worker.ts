// One of several processes that answer on the same port: does what the primary says, and ends, without cutting anyone off,
// when the primary has gone.

import cluster from 'node:cluster'
import { ConfigurationError } from 'sessera'
import { createLogger, type Logger } from '../logger.js'
import { type Running, sentenceOf, startServer } from '../server.js'
import type { FromWorker, ToWorker } from './messages.js'

let log: Logger = createLogger({ terminal: false })
let running: Running | null = null
let stopping = false

async function start({ slot, config, secrets }: Extract<ToWorker, { kind: 'start' }>): Promise<void> {
  log = createLogger({ terminal: false, worker: slot })
  try {
    running = await startServer({ config, secrets, log })
    tell({ kind: 'ready' })
  } catch (error) {
    if (!(error instanceof ConfigurationError)) log.error('The worker could not start.', { error })
    tell({ kind: 'failed', sentence: sentenceOf(error) }, () => process.exit(1))
  }
}

function stop(): void {
  if (stopping) return
  stopping = true
  // Before it is ready nobody waits for an answer.
  if (running === null) process.exit(0)
  running.close().then(
    () => process.exit(0),
    (error: unknown) => {
      log.error('The worker could not close cleanly.', { error })
      process.exit(1)
    },
  )
}

function tell(message: FromWorker, then: () => void = () => undefined): void {
  process.send?.(message, then)
}

// A terminal's Ctrl-C reaches every process; the primary says when to stop.
process.on('SIGINT', () => undefined)
process.on('SIGTERM', stop)
process.on('message', (message: ToWorker) => {
  if (message.kind === 'start') void start(message)
  else stop()
})
cluster.worker?.on('disconnect', () => {
  // Without this, node:cluster exits at once, in the middle of requests.
  if (cluster.worker) cluster.worker.exitedAfterDisconnect = true
  if (!stopping) log.warn('The process that started this worker is gone. Stopping.')
  stop()
})
tell({ kind: 'here' })
