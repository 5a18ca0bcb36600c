// From the words after `sessera` to an exit code. Whatever happens, at most one sentence is said about it.

import { exitCodes } from './command-error.js'
import { explain } from './explain.js'
import { createProgram } from './program.js'
import { type Shell, tell } from './shell.js'
import { printableLines } from './text.js'

export async function runCommandLine(args: readonly string[], shell: Shell): Promise<number> {
  let exitCode: number = exitCodes.done
  const program = createProgram(shell, (code) => {
    exitCode = code
  })
  try {
    await program.parseAsync(withCommand(args), { from: 'user' })
    return exitCode
  } catch (error) {
    const { exitCode: failed, sentence } = explain(error)
    if (sentence !== null) await tell(shell.err, `${printableLines(sentence)}\n`)
    return failed
  }
}

/** `sessera` alone and `sessera --workers 4` start the server, as `npm start` does. */
function withCommand(args: readonly string[]): readonly string[] {
  const [first] = args
  const isServe =
    first === undefined || (first.startsWith('-') && !['-h', '--help', '-V', '--version'].includes(first))
  return isServe ? ['serve', ...args] : args
}
