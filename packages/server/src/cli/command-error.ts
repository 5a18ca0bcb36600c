// How a command ends that does not end well: an exit code and one sentence that says what is wrong and what to do.

export const exitCodes = { done: 0, failed: 1, mistyped: 2, notFound: 3, interrupted: 130 } as const

export class CommandError extends Error {
  readonly exitCode: number

  constructor(exitCode: number, sentence: string) {
    super(sentence)
    this.name = 'CommandError'
    this.exitCode = exitCode
  }
}

export const failure = (sentence: string): CommandError => new CommandError(exitCodes.failed, sentence)
export const mistyped = (sentence: string): CommandError => new CommandError(exitCodes.mistyped, sentence)
export const notFound = (sentence: string): CommandError => new CommandError(exitCodes.notFound, sentence)
export const interrupted = (sentence: string): CommandError =>
  new CommandError(exitCodes.interrupted, sentence)
