// What a command has around it: arguments come in, text goes out, somebody may be there to be asked. The commands know
// nothing else of the process, so that tests can stand in for it.

import type { Readable } from 'node:stream'
import type { Environment } from '../config.js'

export interface Output {
  /** Resolves when it is written. @throws OutputClosed when nobody reads any more, as after `| head`. */
  write(text: string): Promise<void>
  /** Whether a person sees it as it is written. */
  readonly terminal: boolean
}

/** Somebody at a terminal. */
export interface Person {
  ask(question: string): Promise<string>
  /** What is typed is not shown. */
  askHidden(question: string): Promise<string>
}

export interface Shell {
  readonly env: Environment
  /** Who runs the command, for the record. */
  readonly actor: string
  readonly now: () => number
  readonly stdin: Readable
  readonly out: Output
  readonly err: Output
  /** Null when nobody can be asked. */
  readonly person: Person | null
  /** Aborted by the first Ctrl-C from the first call on; the second ends the process. */
  interrupted(): AbortSignal
}

export class OutputClosed extends Error {}

/** Says it if it can be said: what cannot be written where people are told of faults can be told nowhere. */
export async function tell(output: Output, text: string): Promise<void> {
  await output.write(text).catch(() => undefined)
}
