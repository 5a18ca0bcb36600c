// The environment with what is kept in files: `X_FILE` names a file that holds X, as containers hand over secrets.

import { readFile } from 'node:fs/promises'
import { ConfigurationError } from 'sessera'
import type { Environment } from './config.js'
import { codeOf } from './data-folder.js'

const inFiles = ['SESSERA_SECRET', 'SESSERA_PEPPER']

/** @throws ConfigurationError with one line for each mistake. */
export async function readEnvironment(env: Environment): Promise<Environment> {
  const read: Record<string, string | undefined> = { ...env }
  const mistakes: string[] = []
  for (const variable of inFiles) {
    const path = env[`${variable}_FILE`]
    if (path === undefined || path === '') continue
    if (env[variable]) {
      mistakes.push(`${variable} and ${variable}_FILE are both set. Remove one.`)
      continue
    }
    try {
      read[variable] = await readFile(path, 'utf8')
    } catch (error) {
      mistakes.push(`${variable}_FILE is "${path}", ${reasonOf(error)}`)
    }
  }
  if (mistakes.length > 0) throw new ConfigurationError(mistakes.join('\n'))
  return read
}

function reasonOf(error: unknown): string {
  switch (codeOf(error)) {
    case 'ENOENT':
    case 'ENOTDIR':
      return 'which does not exist. Create it, or correct the path.'
    case 'EACCES':
    case 'EPERM':
      return 'which this process may not read. Correct its owner or mode.'
    case 'EISDIR':
      return 'which is a folder. Write the path of the file in it.'
    default:
      return 'which cannot be read.'
  }
}
