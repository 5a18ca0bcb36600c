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
  log.setLevel(config.logLevel)
  try {
    running = await startServer({ config, secrets, log, tellsOfSetup: slot === 1 })
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

/** A question that it cannot answer stays open: the primary does not wait long. */
async function report(id: number): Promise<void> {
  try {
    if (running !== null) tell({ kind: 'reported', id, report: (await running.reports()).flat() })
  } catch (error) {
    log.error('The metrics could not be collected.', { error })
  }
}

function tell(message: FromWorker, then: () => void = () => undefined): void {
  process.send?.(message, then)
}

// A terminal's Ctrl-C and end reach every process; the primary says when to stop.
process.on('SIGINT', () => undefined)
process.on('SIGHUP', () => undefined)
process.on('SIGTERM', stop)
process.on('message', (message: ToWorker) => {
  if (message.kind === 'start') void start(message)
  else if (message.kind === 'reopen') running?.reopenAuditLog()
  else if (message.kind === 'report') void report(message.id)
  else stop()
})
cluster.worker?.on('disconnect', () => {
  // Without this, node:cluster exits at once, in the middle of requests.
  if (cluster.worker) cluster.worker.exitedAfterDisconnect = true
  if (!stopping) log.warn('The process that started this worker is gone. Stopping.')
  stop()
})
tell({ kind: 'here' })
