// The words after `sessera`, as what to do. Pure; a mistake is told in one sentence that says what to write.

import { parseArgs } from 'node:util'
import { isWorkers, workersRule } from '../config.js'

export type Command =
  | { readonly name: 'help' }
  /** `workers` as it was written; null when it was not. */
  | { readonly name: 'serve'; readonly workers: string | null }
  | { readonly name: 'mistake'; readonly sentence: string }

export const help = `Usage: sessera [serve] [--workers <number>|auto]

Starts the authentication server. Where it listens and what it allows is set by the environment:
PORT, HOST, SESSERA_ORIGIN, SESSERA_DATA, SESSERA_SECRET, SESSERA_REGISTRATION, SESSERA_TRUSTED_PROXIES.

  --workers <number>  how many processes answer requests, 1 to 64; "auto" is one for each processor
                      (default: SESSERA_WORKERS, or 1)
  -h, --help          this text

Examples:
  sessera serve
  sessera serve --workers 4
  PORT=8080 SESSERA_DATA=/var/lib/sessera sessera serve --workers auto
`

const orHelp = 'Write "sessera serve", or "sessera --help" to see all.'

export function parseCommandLine(args: readonly string[]): Command {
  const { tokens } = parseArgs({
    args: [...args],
    options: { workers: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    strict: false,
    tokens: true,
  })
  const words = tokens.flatMap((token) => (token.kind === 'positional' ? [token.value] : []))
  const options = tokens.filter((token) => token.kind === 'option')
  if (options.some(({ name }) => name === 'help')) return { name: 'help' }

  const unknown = options.find(({ name }) => name !== 'workers')
  if (unknown !== undefined) return mistake(`"${unknown.rawName}" is no option. ${orHelp}`)
  const [command = 'serve', excess] = words
  if (command !== 'serve') return mistake(`"${command}" is no command. ${orHelp}`)
  if (excess !== undefined) return mistake(`"${excess}" is one word too many. ${orHelp}`)

  const written = options.at(-1)
  if (written === undefined) return { name: 'serve', workers: null }
  if (written.value === undefined) return mistake(`--workers has no value. ${workersRule}`)
  if (!isWorkers(written.value)) return mistake(`--workers is "${written.value}". ${workersRule}`)
  return { name: 'serve', workers: written.value }
}

function mistake(sentence: string): Command {
  return { name: 'mistake', sentence }
}
