// How a command of the tree is carried out: its work is loaded when it is asked for, and goes on until it is done or Ctrl-C
// stops it.

import type { Command } from 'commander'
import { exitCodes, interrupted } from './command-error.js'
import type { Shell } from './shell.js'

/** Nothing, or the exit code when it is not "done". */
export type Outcome = Promise<number | undefined>

/** Imports what carries a command out, so that a server that starts does not read all other commands first. */
type Load<A extends readonly unknown[]> = () => Promise<(shell: Shell, ...args: A) => Outcome>

export interface Act {
  /** Ctrl-C is answered at once: what has begun in the store is done whole or not at all. */
  <A extends readonly unknown[]>(command: Command, load: Load<A>): Command
  /** For work that stops at a good place by itself, or must not stop. */
  toTheEnd<A extends readonly unknown[]>(command: Command, load: Load<A>): Command
}

export function createAct(shell: Shell, setExitCode: (code: number) => void): Act {
  function toTheEnd<A extends readonly unknown[]>(command: Command, load: Load<A>): Command {
    return command.action(async (...args: A) => {
      const work = await load()
      setExitCode((await work(shell, ...args)) ?? exitCodes.done)
    })
  }
  function untilStopped<A extends readonly unknown[]>(command: Command, load: Load<A>): Command {
    return toTheEnd<A>(command, async () => {
      const work = await load()
      return (given, ...args) => orInterrupted(given, () => work(given, ...args))
    })
  }
  return Object.assign(untilStopped, { toTheEnd })
}

function orInterrupted<T>(shell: Shell, work: () => Promise<T>): Promise<T> {
  const signal = shell.interrupted()
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(interrupted('Stopped.')), { once: true })
    work().then(resolve, reject)
  })
}
