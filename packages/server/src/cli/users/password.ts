// A password from a person, typed twice and not shown, or from a pipe. Never from the arguments, which all may read.

import { failure, mistyped } from '../command-error.js'
import type { Person, Shell } from '../shell.js'

const mostBytes = 4096

/** Null when nothing is typed. */
export async function askPassword(person: Person): Promise<string | null> {
  const typed = await person.askHidden('Password (nothing: make an invitation link instead): ')
  if (typed === '') return null
  if ((await person.askHidden('The same again: ')) !== typed)
    throw failure('The two differ. Nothing was done.')
  return typed
}

/** All that comes, without the one line end that `echo` adds. */
export async function readPassword({ stdin, person }: Shell): Promise<string> {
  const password = person === null ? await readAll(stdin) : await person.askHidden('Password: ')
  if (password === '') throw mistyped('--password-stdin found no password on standard input.')
  return password
}

async function readAll(stdin: Shell['stdin']): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of stdin) {
    const part = Buffer.from(chunk as Buffer | string)
    bytes += part.length
    if (bytes > mostBytes) throw mistyped('Standard input holds more than a password.')
    chunks.push(part)
  }
  const text = decode(Buffer.concat(chunks)).replace(/\r?\n$/, '')
  if (/[\r\n]/.test(text))
    throw mistyped('Standard input holds more than one line. Pipe in the password alone.')
  return text
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw mistyped('The password on standard input is not UTF-8.')
  }
}
