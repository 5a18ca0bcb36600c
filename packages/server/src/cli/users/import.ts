// `sessera users import`: the file, what becomes of it, and where to go on.

import { constants, type FileHandle, open } from 'node:fs/promises'
import { type Auth, ConfigurationError } from 'sessera'
import { codeOf } from '../../data-folder.js'
import type { FormatName } from '../../import/formats.js'
import { type Counts, importFile } from '../../import/import-file.js'
import { createProgress } from '../../import/progress.js'
import {
  hasPlace,
  type Identity,
  identify,
  type Place,
  readPlace,
  removePlace,
  writePlace,
} from '../../import/state.js'
import type { Outcome } from '../act.js'
import { CommandError, exitCodes, failure, interrupted, mistyped, notFound } from '../command-error.js'
import { explain } from '../explain.js'
import type { Shell } from '../shell.js'
import { printable, toJsonLine } from '../text.js'
import { withAuth } from '../with-auth.js'

interface Options {
  readonly format?: string
  readonly dryRun?: true
  readonly resume?: true
  readonly rejected?: string
  readonly json?: true
}

export async function importUsers(shell: Shell, path: string, options: Options): Outcome {
  const format = formatOf(path, options)
  const file = await openFile(path)
  try {
    // A pipe has no size, and no place to go on from.
    const identity = (await file.stat()).isFile() ? await identify(file) : null
    const from = await placeFor(shell, path, identity, options)
    const rejected = options.rejected === undefined ? null : await openRejected(options.rejected, options)
    try {
      const whenMissing = options.dryRun ? 'imagine' : 'create'
      return await withAuth(shell, { whenMissing }, async (auth) =>
        importInto(auth, shell, { ...options, path, format, file, identity, from, rejected }),
      )
    } finally {
      await rejected?.close()
    }
  } finally {
    await file.close()
  }
}

interface Importing extends Pick<Options, 'dryRun' | 'json'> {
  readonly path: string
  readonly format: FormatName
  readonly file: FileHandle
  readonly identity: Identity | null
  readonly from: Place | null
  readonly rejected: FileHandle | null
}

async function importInto(auth: Auth, shell: Shell, importing: Importing): Outcome {
  const { path, identity, rejected, dryRun } = importing
  const { err, now } = shell
  const size = identity?.size ?? null
  const progress = createProgress({ terminal: err.terminal, size, now, write: (text) => err.write(text) })
  const keepPlace = createKeeper(shell, importing)
  try {
    const { place, done } = await importFile({
      ...importing,
      signal: shell.interrupted(),
      store: (users) => auth.users.import(users, { dryRun: dryRun === true }),
      async reject(rejections) {
        await rejected?.appendFile(rejections.map(toJsonLine).join(''))
      },
      async arrived(place) {
        await keepPlace(place)
        await progress.show(place.offset, place.counts)
      },
    })
    await progress.end()
    await tellCounts(shell, importing, place.counts)
    if (!done) throw interrupted(`Stopped before line ${place.line}.${await howToGoOn(importing)}`)
    if (identity !== null && !dryRun) await removePlace(path)
    return place.counts.rejected > 0 ? exitCodes.failed : exitCodes.done
  } catch (error) {
    await progress.end()
    if (error instanceof CommandError || error instanceof ConfigurationError) throw error
    throw failure(`${explain(error).sentence ?? 'It stopped.'}${await howToGoOn(importing)}`)
  }
}

async function howToGoOn({ path, dryRun }: Importing): Promise<string> {
  if (dryRun) return ''
  return (await hasPlace(path))
    ? ` Go on with: sessera users import ${path} --resume`
    : ' Run it again: who exists already is left alone.'
}

/** Without a place to keep it, the import goes on: run again, it skips who exists. */
function createKeeper(
  { err }: Shell,
  { path, identity, dryRun }: Importing,
): (place: Place) => Promise<void> {
  let able = identity !== null && !dryRun
  return async (place) => {
    if (!able || identity === null) return
    try {
      await writePlace(path, identity, place)
    } catch (error) {
      able = false
      const reason = error instanceof Error ? error.message : String(error)
      await err.write(`--resume will not be possible: ${printable(reason)}\n`)
    }
  }
}

async function tellCounts(
  { out, err }: Shell,
  { dryRun, json, rejected }: Importing,
  counts: Counts,
): Promise<void> {
  if (json) return await out.write(toJsonLine(counts))
  const { read, imported, acceptable, exists, rejected: refused } = counts
  const [became, many] = dryRun ? ['can be imported', acceptable] : ['imported', imported]
  const where = refused > 0 && rejected === null ? ' Add --rejected <file> to see which and why.' : ''
  await err.write(
    `${[`${count(read)} read`, `${count(many)} ${became}`, `${count(exists)} exist already`, `${count(refused)} rejected`].join(', ')}.${where}\n`,
  )
}

function count(many: number): string {
  return many.toLocaleString('en')
}

function formatOf(path: string, { format }: Options): FormatName {
  if (format === 'jsonl' || format === 'csv') return format
  if (/\.csv$/i.test(path)) return 'csv'
  if (/\.(jsonl|ndjson|json)$/i.test(path)) return 'jsonl'
  throw mistyped(`The name "${path}" does not say what is in it. Add --format jsonl or --format csv.`)
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    const file = await open(path, 'r')
    if (!(await file.stat()).isDirectory()) return file
    await file.close()
  } catch (error) {
    if (codeOf(error) === 'ENOENT') throw notFound(`There is no file "${path}".`)
    if (codeOf(error) === 'EACCES') throw failure(`"${path}" may not be read by this user.`)
    throw error
  }
  throw mistyped(`"${path}" is a folder. Write the file in it.`)
}

async function placeFor(
  { err }: Shell,
  path: string,
  identity: Identity | null,
  { resume, dryRun }: Options,
): Promise<Place | null> {
  if (resume) {
    if (dryRun) throw mistyped('--dry-run begins at the beginning. Leave out --resume.')
    if (identity === null)
      throw mistyped(`"${path}" is a pipe, of which nobody knows where it was. Leave out --resume.`)
    return await readPlace(path, identity)
  }
  if (!dryRun && (await hasPlace(path))) {
    await err.write(
      'An import of this file has stopped before. Beginning anew; --resume would go on where it was.\n',
    )
  }
  return null
}

const { O_APPEND, O_CREAT, O_NOFOLLOW, O_WRONLY } = constants

/** What it holds is for the operator alone, and nothing that is there is lost, nor what a link there points to. */
async function openRejected(path: string, { resume }: Options): Promise<FileHandle> {
  try {
    return await open(path, resume ? O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW : 'wx', 0o600)
  } catch (error) {
    if (codeOf(error) === 'ELOOP') throw mistyped(`"${path}" is a link. Write the file that it points to.`)
    if (codeOf(error) === 'EEXIST') {
      throw mistyped(`There is a file "${path}" already. Move it away, or write another name.`)
    }
    throw error
  }
}
