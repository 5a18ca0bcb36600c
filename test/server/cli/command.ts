// The built command as a process of its own, the way an operator runs it.

import { type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

export const main: string = fileURLToPath(new URL('../../../packages/server/dist/main.js', import.meta.url))

export interface Command {
  readonly data: string
  readonly env?: Readonly<Record<string, string>>
  readonly stdin?: string
  /** What somebody types when this has been said, in this order. */
  readonly replies?: readonly { readonly to: string; readonly text: string }[]
  /** What a shell does first, such as setting a limit; or runs the command within, as `"$@"`. */
  readonly shell?: string
  /** Called once with how to send a signal. */
  readonly started?: (kill: (signal: NodeJS.Signals) => void) => unknown
}

export interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

const patienceMs = 15_000

export async function command(args: readonly string[], how: Command): Promise<Ended> {
  const { data, env = {}, stdin = '', replies = [], shell, started } = how
  const options: SpawnOptions = {
    env: { PATH: process.env['PATH'] ?? '', SESSERA_DATA: data, ...env },
    stdio: 'pipe',
  }
  const words = [process.execPath, main, ...args]
  const child =
    shell === undefined
      ? spawn(words[0] ?? '', words.slice(1), options)
      : spawn('bash', ['--norc', '-c', shell, 'bash', ...words], options)
  const timer = setTimeout(() => child.kill('SIGKILL'), patienceMs)
  const said = { out: '', err: '' }
  const left = [...replies]
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    said.out += text
    const [reply] = left
    if (reply === undefined || !said.out.includes(reply.to)) return
    child.stdin?.write(reply.text)
    left.shift()
  })
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said.err += text
  })
  // A command that fails early does not read what it is given.
  child.stdin?.on('error', () => undefined)
  if (replies.length === 0) child.stdin?.end(stdin)
  started?.((signal) => child.kill(signal))
  const [code] = (await once(child, 'close')) as [number | null]
  clearTimeout(timer)
  return { code, ...said }
}
