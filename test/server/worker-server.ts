// A server of several processes, and what an operator can do to them from outside. Reads /proc.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { vi } from 'vitest'
import { isBusy } from '../../packages/sessera/src/stores/sqlite/faults.js'
import { loadSqlite } from '../../packages/sessera/src/stores/sqlite/module.js'
import { type Environment, type ServerProcess, startServer } from '../support/server-process.js'

export interface WorkerServer extends ServerProcess {
  /** The process ids of the workers that live now. */
  workers(): number[]
  /** Resolves when all workers answer again after some were ended. Counts what the log says. */
  replaced(times: number): Promise<void>
  /** Runs `action` while this worker is the only one that is not halted. */
  alone<T>(worker: number, action: () => Promise<T>): Promise<T>
}

const soon = { timeout: 10_000, interval: 20 }

/** @param count as SESSERA_WORKERS has it. */
export async function startWorkers(
  folder: string,
  count = '3',
  env: Environment = {},
): Promise<WorkerServer> {
  const server = await startServer(folder, { ...env, SESSERA_WORKERS: count })
  const workers = (): number[] => childrenOf(server.pid)
  return {
    ...server,
    workers,
    async replaced(times) {
      await vi.waitFor(() => {
        const told = server.stdout().match(/A worker has taken the place of the one that ended/g) ?? []
        if (told.length < times) throw new Error(`Only ${told.length} of ${times} workers were replaced.`)
      }, soon)
    },
    async alone(worker, action) {
      const others = workers().filter((pid) => pid !== worker)
      const resume = (): void => {
        for (const pid of others) process.kill(pid, 'SIGCONT')
      }
      try {
        await vi.waitFor(async () => {
          for (const pid of others) await halt(pid)
          if (await isWritable(join(folder, 'sessera.db'))) return
          resume()
          throw new Error('A worker was halted in the middle of a write, which keeps the file locked.')
        }, soon)
        return await action()
      } finally {
        resume()
      }
    },
  }
}

/** Kills the primary, and sees to it that none of its workers outlives it for long. */
export async function killServer(server: WorkerServer, pids: readonly number[] = []): Promise<void> {
  const left = [...pids, ...server.workers()]
  await server.stop('SIGKILL')
  await allGone(left)
}

/** Resolves when none of these processes is left. */
export async function allGone(pids: readonly number[]): Promise<void> {
  await vi.waitFor(() => {
    const left = pids.filter((pid) => stateOf(pid) !== null)
    if (left.length > 0) throw new Error(`Still there: ${left.join(', ')}.`)
  }, soon)
}

function childrenOf(pid: number): number[] {
  return (textOf(`/proc/${pid}/task/${pid}/children`) ?? '')
    .split(' ')
    .filter((part) => part !== '')
    .map(Number)
}

async function isWritable(path: string): Promise<boolean> {
  const { DatabaseSync } = await loadSqlite()
  const database = new DatabaseSync(path)
  try {
    database.exec('PRAGMA busy_timeout = 10; BEGIN IMMEDIATE; ROLLBACK')
    return true
  } catch (error) {
    if (isBusy(error)) return false
    throw error
  } finally {
    database.close()
  }
}

async function halt(pid: number): Promise<void> {
  process.kill(pid, 'SIGSTOP')
  await vi.waitFor(() => {
    if (stateOf(pid) !== 'T') throw new Error(`${pid} goes on.`)
  }, soon)
}

/** The letter that the system gives the state of a process; null when there is none or it only waits to be reaped. */
function stateOf(pid: number): string | null {
  const state = /\) (\w) /.exec(textOf(`/proc/${pid}/stat`) ?? '')?.[1] ?? null
  return state === 'Z' ? null : state
}

/** Null when there is no such process. */
function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}
