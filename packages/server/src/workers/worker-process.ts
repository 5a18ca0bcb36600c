// A worker as the primary sees it.

import cluster, { type Worker } from 'node:cluster'
import { fileURLToPath } from 'node:url'
import type { Reporter } from '../metrics/together.js'
import type { ServerOptions } from '../server.js'
import type { FromWorker, ToWorker } from './messages.js'
import { createQuestions } from './questions.js'

export interface WorkerProcess extends Reporter {
  /** Whether it answers requests; false when it ended before that. */
  readonly ready: Promise<boolean>
  readonly ended: Promise<Ending>
  /** Asks it to end, requests in progress first. */
  stop(): void
  reopenAuditLog(): void
  kill(): void
}

export interface Ending {
  readonly code: number | null
  readonly signal: string | null
  /** Why it could not start, as it said itself. */
  readonly reason: string | null
}

export type Fork = (slot: number) => WorkerProcess

export function createFork({ config, secrets }: Omit<ServerOptions, 'log'>): Fork {
  // Each takes connections from the one socket by itself: handed over by the primary, the one on its way to a worker that
  // is killed would hang until the client gives up.
  cluster.schedulingPolicy = cluster.SCHED_NONE
  cluster.setupPrimary({ exec: fileURLToPath(new URL('worker.js', import.meta.url)), args: [] })

  return (slot) => {
    const worker = cluster.fork()
    let reason: string | null = null
    let stopping = false
    const questions = createQuestions((id) => send(worker, { kind: 'report', id }))
    const ended = new Promise<Ending>((resolve) => {
      // Not at 'exit': what it said last may still be on its way then.
      worker.process.once('close', (code, signal) => resolve({ code, signal, reason }))
      worker.once('error', ({ message }: Error) => resolve({ code: null, signal: null, reason: message }))
    })
    const ready = new Promise<boolean>((resolve) => {
      worker.on('message', (message: FromWorker) => {
        if (message.kind === 'here')
          send(worker, stopping ? { kind: 'stop' } : { kind: 'start', slot, config, secrets })
        else if (message.kind === 'ready') resolve(true)
        else if (message.kind === 'reported') questions.answered(message.id, message.report)
        else reason = message.sentence
      })
      void ended.then(() => {
        questions.giveUp()
        resolve(false)
      })
    })
    return {
      ready,
      ended,
      stop() {
        stopping = true
        send(worker, { kind: 'stop' })
      },
      // To one that has not started yet goes nothing: it will open the new file.
      reopenAuditLog: () => send(worker, { kind: 'reopen' }),
      report: questions.ask,
      kill: () => worker.process.kill('SIGKILL'),
    }
  }
}

/** To one that has just ended goes nothing: its end is told by itself. */
function send(worker: Worker, message: ToWorker): void {
  if (worker.isConnected()) worker.send(message, () => undefined)
}
