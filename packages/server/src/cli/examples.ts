import type { Command } from 'commander'

/** Two that show how the command is meant to be used, at the end of its help. */
export function withExamples(command: Command, examples: readonly [string, string]): Command {
  return command.addHelpText('after', `\nExamples:\n${examples.map((example) => `  ${example}`).join('\n')}`)
}
