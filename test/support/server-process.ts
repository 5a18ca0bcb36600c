// The built stand-alone server as a process of its own, the way an operator starts it.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('../../packages/server/dist/main.js', import.meta.url))
const patienceMs = 10_000

export interface ServerProcess {
  readonly origin: string
  readonly port: number
  readonly pid: number
  stdout(): string
  /** Ends the process and answers how it went. */
  stop(signal?: NodeJS.Signals): Promise<Ended>
}

export interface Ended {
  /** Null when a signal ended it. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export type Environment = Readonly<Record<string, string>>

/** Starts it on a free port with its data in `folder`, and waits until it says where it is. */
export async function startServer(folder: string, env: Environment = {}): Promise<ServerProcess> {
  const port = Number(env['PORT'] ?? (await freePort()))
  const { child, ended, output } = run({ PORT: String(port), SESSERA_DATA: folder, ...env })
  const origin = await new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      reject(new Error(`The server did not start within ${patienceMs} ms:\n${output.stdout}${output.stderr}`))
    }, patienceMs)
    child.stdout?.on('data', () => {
      const [, found] = /Sessera is at (\S+)/.exec(output.stdout) ?? []
      if (found === undefined) return
      clearTimeout(timer)
      resolve(found)
    })
    void ended.then(({ code, stderr }) => {
      clearTimeout(timer)
      reject(new Error(`The server ended with ${code}: ${stderr}`))
    })
  })
  return {
    origin,
    port,
    pid: child.pid ?? 0,
    stdout: () => output.stdout,
    async stop(signal = 'SIGTERM') {
      child.kill(signal)
      return await ended
    },
  }
}

/** Runs it with exactly this environment until it ends by itself: for starts that are refused. */
export async function runServer(env: Environment): Promise<Ended> {
  const { child, ended } = run(env)
  const timer = setTimeout(() => child.kill('SIGKILL'), patienceMs)
  const result = await ended
  clearTimeout(timer)
  return result
}

/** A port of `localhost` that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, 'localhost')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('The system gave no port.')
  return address.port
}

interface Run {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
  readonly output: { stdout: string; stderr: string }
}

function run(env: Environment): Run {
  if (!existsSync(main)) throw new Error(`There is no ${main}. Run "npm run build" first.`)
  const output = { stdout: '', stderr: '' }
  const child = spawn(process.execPath, [main], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const kill = (): void => void child.kill('SIGKILL')
  process.once('exit', kill)
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output.stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output.stderr += text
  })
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => {
      process.off('exit', kill)
      resolve({ code, ...output })
    })
  })
  return { child, ended, output }
}
