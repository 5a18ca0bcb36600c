// A command in this process, with surroundings that a test holds: what it is given, and what it says.

import { Readable } from 'node:stream'
import { runCommandLine } from '../../../packages/server/src/cli/run.js'
import type { Person, Shell } from '../../../packages/server/src/cli/shell.js'

export interface Surroundings {
  /** Beside the data folder and the secret; undefined takes one away. */
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly stdin?: string | Buffer
  /** What somebody at a terminal answers, in this order; without, nobody is there. */
  readonly answers?: readonly string[]
  readonly interrupted?: AbortSignal
  readonly terminal?: boolean
  readonly now?: () => number
  /** Sees what is written as it is written; may throw. */
  readonly onOut?: (text: string) => void
  readonly onErr?: (text: string) => void
}

export interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
  /** What somebody was asked. */
  readonly asked: readonly string[]
}

export const secret = 'a server secret of at least 32 characters'

export async function run(
  data: string,
  args: readonly string[],
  surroundings: Surroundings = {},
): Promise<Ran> {
  const said = { out: '', err: '' }
  const asked: string[] = []
  const { stdin = '', answers, terminal = false, onOut, onErr } = surroundings
  const left = [...(answers ?? [])]
  const answer = async (question: string): Promise<string> => {
    asked.push(question)
    return left.shift() ?? ''
  }
  const person: Person = { ask: answer, askHidden: answer }
  const shell: Shell = {
    env: { SESSERA_DATA: data, SESSERA_SECRET: secret, ...surroundings.env },
    actor: 'cli:tester',
    now: surroundings.now ?? Date.now,
    stdin: Readable.from([Buffer.from(stdin)]),
    out: {
      terminal,
      async write(text) {
        onOut?.(text)
        said.out += text
      },
    },
    err: {
      terminal,
      async write(text) {
        onErr?.(text)
        said.err += text
      },
    },
    person: answers === undefined ? null : person,
    interrupted: () => surroundings.interrupted ?? new AbortController().signal,
  }
  const code = await runCommandLine(args, shell)
  return { code, ...said, asked }
}
