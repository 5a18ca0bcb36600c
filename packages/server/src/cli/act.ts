// How a command of the tree is carried out: with the shell, until it is done or Ctrl-C stops it.

import type { Command } from 'commander'
import { exitCodes, interrupted } from './command-error.js'
import type { Shell } from './shell.js'

/** Nothing, or the exit code when it is not "done". */
export type Outcome = Promise<number | undefined>

export interface Act {
  /** Ctrl-C is answered at once: what has begun in the store is done whole or not at all. */
  <A extends readonly unknown[]>(command: Command, work: (shell: Shell, ...args: A) => Outcome): Command
  /** For work that stops at a good place by itself, or must not stop. */
  toTheEnd<A extends readonly unknown[]>(
    command: Command,
    work: (shell: Shell, ...args: A) => Outcome,
  ): Command
}

export function createAct(shell: Shell, setExitCode: (code: number) => void): Act {
  function toTheEnd<A extends readonly unknown[]>(
    command: Command,
    work: (shell: Shell, ...args: A) => Outcome,
  ): Command {
    return command.action(async (...args: A) => {
      setExitCode((await work(shell, ...args)) ?? exitCodes.done)
    })
  }
  function untilStopped<A extends readonly unknown[]>(
    command: Command,
    work: (shell: Shell, ...args: A) => Outcome,
  ): Command {
    return toTheEnd<A>(command, (given, ...args) => orInterrupted(given, () => work(given, ...args)))
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
