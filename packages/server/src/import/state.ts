// Where an import stopped, in a small file beside the one that is imported. Bound to its size and its beginning, so that it
// is never taken for another's.

import { createHash, randomBytes } from 'node:crypto'
import { type FileHandle, open, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { ConfigurationError } from 'sessera'
import { codeOf } from '../data-folder.js'
import type { Counts } from './import-file.js'

/** Which file it is about. */
export interface Identity {
  readonly size: number
  /** SHA-256 of its first block. */
  readonly beginning: string
}

export interface Place {
  /** Of the first byte that was not imported yet, and its line. */
  readonly offset: number
  readonly line: number
  /** Of CSV. */
  readonly header: string | null
  readonly counts: Counts
}

const blockBytes = 65_536

export function statePathOf(path: string): string {
  return `${path}.sessera-import.json`
}

export async function identify(file: FileHandle): Promise<Identity> {
  const { size } = await file.stat()
  const block = Buffer.alloc(Math.min(size, blockBytes))
  const { bytesRead } = await file.read(block, 0, block.length, 0)
  return { size, beginning: createHash('sha256').update(block.subarray(0, bytesRead)).digest('hex') }
}

/** @throws ConfigurationError when there is none, or it is another file's. */
export async function readPlace(path: string, identity: Identity): Promise<Place> {
  const statePath = statePathOf(path)
  const text = await readFile(statePath, 'utf8').catch((error: unknown) => {
    if (codeOf(error) !== 'ENOENT') throw error
    throw new ConfigurationError(
      `There is no "${statePath}": no import of this file has stopped. Leave out --resume; who exists already is left alone.`,
    )
  })
  const found = parse(text)
  if (found === null || found.size !== identity.size || found.beginning !== identity.beginning) {
    throw new ConfigurationError(
      `"${statePath}" is not about this file as it is now. Leave out --resume; who exists already is left alone.`,
    )
  }
  return found
}

export async function hasPlace(path: string): Promise<boolean> {
  try {
    await (await open(statePathOf(path), 'r')).close()
    return true
  } catch {
    return false
  }
}

/** Whole or not at all, whenever it is cut off. The folder may be others' too: no name that they could put a link under. */
export async function writePlace(path: string, identity: Identity, place: Place): Promise<void> {
  const statePath = statePathOf(path)
  const draft = `${statePath}.${randomBytes(8).toString('hex')}`
  try {
    await writeFile(draft, `${JSON.stringify({ ...identity, ...place })}\n`, { mode: 0o600, flag: 'wx' })
    await rename(draft, statePath)
  } finally {
    await rm(draft, { force: true })
  }
}

export async function removePlace(path: string): Promise<void> {
  await rm(statePathOf(path), { force: true })
}

function parse(text: string): (Identity & Place) | null {
  try {
    const found = JSON.parse(text) as Partial<Identity & Place>
    const isWhole =
      typeof found.size === 'number' &&
      typeof found.beginning === 'string' &&
      Number.isSafeInteger(found.offset) &&
      Number.isSafeInteger(found.line) &&
      (found.header === null || typeof found.header === 'string') &&
      typeof found.counts === 'object'
    return isWhole ? (found as Identity & Place) : null
  } catch {
    return null
  }
}
