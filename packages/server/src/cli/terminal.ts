// The real surroundings of a command: this process, and the person at its terminal if there is one.

import { once } from 'node:events'
import { userInfo } from 'node:os'
import { createInterface } from 'node:readline/promises'
import type { Writable } from 'node:stream'
import type { ReadStream, WriteStream } from 'node:tty'
import { codeOf } from '../data-folder.js'
import { exitCodes, interrupted } from './command-error.js'
import { type Output, OutputClosed, type Person, type Shell } from './shell.js'

export function createShell(): Shell {
  const { stdin, stdout, stderr, env } = process
  return {
    env,
    actor: actorOf(nameOfUser(), env['SUDO_USER']),
    now: () => Date.now(),
    stdin,
    out: createOutput(stdout),
    err: createOutput(stderr),
    person: stdin.isTTY && stderr.isTTY ? createPerson(stdin, stderr) : null,
    interrupted: createInterruption(),
  }
}

/** Behind sudo, the person too. A label: whoever may run the command may set the variable. */
function actorOf(user: string, sudoUser: string | undefined): string {
  return sudoUser ? `cli:${nameIn(sudoUser)}(as ${nameIn(user)})` : `cli:${nameIn(user)}`
}

/** Short enough that both fit into the record, and without what would look like our own words. */
function nameIn(name: string): string {
  return name.slice(0, mostOfName).replace(/[\s()\p{C}]/gu, '_')
}

const mostOfName = 48

/** A container may run as a user who has no name. */
function nameOfUser(): string {
  try {
    return userInfo().username
  } catch {
    return `uid-${process.getuid?.() ?? 'unknown'}`
  }
}

function createOutput(stream: Writable & { readonly isTTY?: boolean }): Output {
  // Without a listener it would end the process; the write's own callback hears of it.
  stream.on('error', () => undefined)
  return {
    terminal: stream.isTTY === true,
    write: (text) =>
      new Promise((resolve, reject) => {
        stream.write(text, (error) => {
          if (!error) resolve()
          else reject(codeOf(error) === 'EPIPE' ? new OutputClosed() : error)
        })
      }),
  }
}

function createInterruption(): () => AbortSignal {
  let controller: AbortController | null = null
  return () => {
    if (controller !== null) return controller.signal
    const aborted = new AbortController()
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        if (aborted.signal.aborted) process.exit(exitCodes.interrupted)
        aborted.abort()
      })
    }
    controller = aborted
    return aborted.signal
  }
}

function createPerson(stdin: ReadStream, stderr: WriteStream): Person {
  return {
    async ask(question) {
      const lines = createInterface({ input: stdin, output: stderr })
      const given = new AbortController()
      try {
        const ended = once(lines, 'close', { signal: given.signal }).then(() => {
          throw interrupted('Nothing was done.')
        })
        ended.catch(() => undefined)
        return await Promise.race([lines.question(question), ended])
      } finally {
        given.abort()
        lines.close()
      }
    },
    askHidden: (question) => askHidden(stdin, stderr, question),
  }
}

const keys = {
  enter: ['\r', '\n'],
  erase: ['\u007f', '\b'],
  eraseAll: '\u0015',
  end: '\u0004',
  stop: '\u0003',
}
const mostCharacters = 1024

/** Letter by letter, because a terminal in its usual state would show them. */
function askHidden(stdin: ReadStream, stderr: WriteStream, question: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let typed: string[] = []
    const finish = (settle: () => void): void => {
      stdin.off('data', read)
      stdin.setRawMode(false)
      stdin.pause()
      stderr.write('\n')
      settle()
    }
    const read = (chunk: string): void => {
      // Arrows and the like come as a sequence of their own.
      if (chunk.startsWith('\u001b')) return
      for (const character of chunk) {
        if (keys.enter.includes(character)) {
          finish(() => resolve(typed.join('')))
          return
        }
        if (character === keys.stop || character === keys.end || typed.length === mostCharacters) {
          finish(() => reject(interrupted('Nothing was done.')))
          return
        }
        if (keys.erase.includes(character)) typed.pop()
        else if (character === keys.eraseAll) typed = []
        else typed.push(character)
      }
    }
    stdin.setEncoding('utf8')
    stdin.setRawMode(true)
    stdin.on('data', read)
    stdin.resume()
    // Only now: somebody quick would see what they type.
    stderr.write(question)
  })
}
