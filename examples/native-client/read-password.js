// One line from whoever sits there, or from a pipe. What is typed is not shown.

import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'

/** @param {string} question */
export async function readPassword(question) {
  process.stderr.write(question)
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: process.stdin, output: nowhere, terminal: process.stdin.isTTY })
  try {
    for await (const line of lines) return line
    return ''
  } finally {
    lines.close()
    process.stderr.write('\n')
  }
}
