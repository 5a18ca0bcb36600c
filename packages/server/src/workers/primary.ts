// Keeps as many workers running as were asked for. Opens no store itself. The first worker starts alone: it builds the
// database, and what keeps all of them from starting is told once.

import { performance } from 'node:perf_hooks'
import { setTimeout as pause } from 'node:timers/promises'
import { ConfigurationError } from 'sessera'
import type { Together } from '../metrics/together.js'
import type { Running, ServerOptions } from '../server.js'
import { createBackOff } from './back-off.js'
import { createFork, type Ending, type WorkerProcess } from './worker-process.js'

/** At the start, a worker that ends without a reason may be tried again so often. */
const mostAttempts = 5
/** A worker cuts off what takes long after five seconds; one that is still there then hangs. */
const patienceMs = 10_000

/**
 * Resolves when all of them answer requests.
 *
 * @throws ConfigurationError with a sentence that says why they cannot; then none is left.
 */
export async function startWorkers(count: number, server: ServerOptions): Promise<Running> {
  const { log, config } = server
  const fork = createFork(server)
  const closing = new AbortController()
  const current = new Map<number, WorkerProcess>()
  const together = config.metrics === null ? null : await putTogether(current)

  /** Resolves when a worker in this place is ready for the first time; goes on replacing it until all are closed. */
  function keep(slot: number): Promise<void> {
    return new Promise((resolve, reject) => {
      replaceForever(slot, resolve).catch(reject)
    })
  }

  async function replaceForever(slot: number, opened: () => void): Promise<void> {
    const backOff = createBackOff()
    let everReady = false
    for (let attempt = 1; !closing.signal.aborted; attempt += 1) {
      const worker = fork(slot)
      current.set(slot, worker)
      const since = (await worker.ready) ? performance.now() : null
      if (since !== null) {
        if (attempt > 1) log.info('A worker has taken the place of the one that ended.', { worker: slot })
        everReady = true
        opened()
      }
      const ending = await worker.ended
      current.delete(slot)
      together?.ended(worker)
      if (closing.signal.aborted) return
      if (!everReady) refuseToGoOn(ending, attempt)
      const waitMs = backOff.next(since === null ? 0 : performance.now() - since)
      log.warn('A worker has ended. Starting another.', { worker: slot, ...ending, waitMs })
      await pause(waitMs, null, { signal: closing.signal }).catch(() => undefined)
    }
  }

  async function close(): Promise<void> {
    closing.abort()
    const endings = await Promise.all([...current.values()].map(end))
    const unclean = endings.filter((clean) => !clean).length
    if (unclean > 0) throw new Error(`${unclean} of ${count} workers did not close cleanly.`)
  }

  try {
    await keep(1)
    await Promise.all(Array.from({ length: count - 1 }, (_, index) => keep(index + 2)))
    return {
      reports: async () => (together === null ? [] : together.collect()),
      reopenAuditLog() {
        for (const worker of current.values()) worker.reopenAuditLog()
      },
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** Loaded by those only who measure. */
async function putTogether(workers: ReadonlyMap<number, WorkerProcess>): Promise<Together> {
  const { createTogether } = await import('../metrics/together.js')
  return createTogether(workers)
}

/** Before anyone is served: no reason that a worker gives gets better by trying again. */
function refuseToGoOn({ code, signal, reason }: Ending, attempt: number): void {
  if (reason !== null) throw new ConfigurationError(reason)
  if (attempt < mostAttempts) return
  throw new ConfigurationError(
    `The server could not start: its workers ended ${attempt} times, the last one with ${signal ?? `code ${code}`}, before they were ready. Try "sessera serve --workers 1", which shows more.`,
  )
}

/** Whether it went as it should: what was never ready left nobody waiting. */
async function end(worker: WorkerProcess): Promise<boolean> {
  const kill = setTimeout(() => worker.kill(), patienceMs)
  worker.stop()
  const [wasReady, { code }] = await Promise.all([worker.ready, worker.ended])
  clearTimeout(kill)
  return !wasReady || code === 0
}
