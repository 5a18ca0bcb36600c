// A file of users into the store, batch after batch. Invariant: constant memory, whatever the file holds; what one line has
// wrong costs that line alone; and where it stops, it can go on.

import { isUtf8 } from 'node:buffer'
import type { FileHandle } from 'node:fs/promises'
import type { ImportedUser, ImportVerdict } from 'sessera'
import { ConfigurationError } from 'sessera'
import { NotUnderstood } from './columns.js'
import { createCsvParser, type FormatName, type ParseUser, parseJsonLine } from './formats.js'
import { createSplitter, type RawRecord, type Splitter } from './splitter.js'
import type { Place } from './state.js'

export interface Counts {
  readonly read: number
  readonly imported: number
  /** In a dry run: would be imported. */
  readonly acceptable: number
  readonly exists: number
  readonly rejected: number
}

export const noCounts: Counts = { read: 0, imported: 0, acceptable: 0, exists: 0, rejected: 0 }

export interface Rejection {
  readonly line: number
  readonly reason: string
}

export interface ImportMeans {
  readonly file: FileHandle
  /** How the file is called in sentences. */
  readonly path: string
  readonly format: FormatName
  /** Null: from the beginning. */
  readonly from: Place | null
  /** At most `batchSize` at once; answers for each, in order. */
  store(users: readonly ImportedUser[]): Promise<readonly ImportVerdict[]>
  /** After each batch: what cannot be imported, then how far it is. */
  reject(rejections: readonly Rejection[]): Promise<void>
  arrived(place: Place): Promise<void>
  readonly signal: AbortSignal
}

export const batchSize = 1000
const batchBytes = 4_000_000
export const mostRecordBytes = 1_000_000
const chunkBytes = 262_144

type Item = { readonly line: number } & ({ readonly user: ImportedUser } | { readonly reason: string })

/** Answers with how far it came: to the end, or to where `signal` stopped it. @throws ConfigurationError */
export async function importFile(
  means: ImportMeans,
): Promise<{ readonly place: Place; readonly done: boolean }> {
  const { format, from, signal } = means
  let place: Place = from ?? { offset: 0, line: 1, header: null, counts: noCounts }
  let parse = format === 'jsonl' ? parseJsonLine : null
  if (place.header !== null) parse = createCsvParser(place.header)
  let reached = place
  let batch: Item[] = []
  let bytes = 0

  async function flush(): Promise<void> {
    place = { ...reached, counts: await storeBatch(means, batch, place.counts) }
    batch = []
    bytes = 0
    await means.arrived(place)
  }

  for await (const records of recordsOf(means, place)) {
    for (const record of records) {
      reached = { ...reached, ...record.next }
      if (parse === null) {
        const header = headerOf(means, record)
        parse = createCsvParser(header)
        reached = { ...reached, header }
      } else {
        batch.push(itemOf(means, record, parse))
        bytes += record.bytes?.length ?? 0
        if (batch.length === batchSize || bytes >= batchBytes) await flush()
      }
      if (signal.aborted) return { place, done: false }
    }
  }
  if (batch.length > 0) await flush()
  return { place, done: true }
}

/** As many at a time as one read of the file gives. */
async function* recordsOf(means: ImportMeans, { offset, line }: Place): AsyncGenerator<readonly RawRecord[]> {
  const { file, format } = means
  const chunks = file.createReadStream({
    autoClose: false,
    highWaterMark: chunkBytes,
    ...(offset > 0 ? { start: offset } : {}),
  })
  let splitter: Splitter | null = null
  for await (const chunk of chunks as AsyncIterable<Buffer>) {
    const skipped = splitter === null && offset === 0 ? byteOrderMark(means, chunk) : 0
    splitter ??= createSplitter({
      quoted: format === 'csv',
      offset: offset + skipped,
      line,
      mostBytes: mostRecordBytes,
    })
    yield splitter.push(chunk.subarray(skipped))
  }
  if (splitter !== null) yield splitter.end()
}

/** How many bytes of the beginning only say that it is UTF-8. @throws ConfigurationError when it is something else. */
function byteOrderMark({ path, format }: ImportMeans, beginning: Buffer): number {
  if (/^(fffe|feff)/.test(beginning.toString('hex', 0, 2)) || beginning.subarray(0, 4096).includes(0)) {
    throw new ConfigurationError(
      `"${path}" is not UTF-8, but UTF-16 or no text at all. Convert it first, such as with: iconv -f UTF-16 -t UTF-8`,
    )
  }
  const skipped = beginning.toString('hex', 0, 3) === 'efbbbf' ? 3 : 0
  if (format === 'jsonl' && /^\s*\[/.test(beginning.toString('latin1', skipped, 64))) {
    throw new ConfigurationError(
      `"${path}" is one JSON array. Write JSON lines, one object on each, such as with: jq -c '.[]' ${path}`,
    )
  }
  return skipped
}

function textOf({ path }: ImportMeans, { line, bytes }: RawRecord): string {
  if (bytes === null) throw new NotUnderstood(`It is longer than ${mostRecordBytes / 1e6} MB.`)
  if (isUtf8(bytes)) return bytes.toString('utf8')
  throw new ConfigurationError(
    `Line ${line} of "${path}" is not UTF-8. Convert the file first, such as with: iconv -f WINDOWS-1252 -t UTF-8`,
  )
}

/** The first line of CSV, which is good for a parser. @throws ConfigurationError */
function headerOf(means: ImportMeans, record: RawRecord): string {
  try {
    const header = textOf(means, record)
    createCsvParser(header)
    return header
  } catch (error) {
    if (!(error instanceof NotUnderstood)) throw error
    throw new ConfigurationError(`The first line of "${means.path}" must name the columns. ${error.message}`)
  }
}

function itemOf(means: ImportMeans, record: RawRecord, parse: ParseUser): Item {
  const { line } = record
  try {
    if (record.unclosed) {
      throw new NotUnderstood('A quotation mark is never closed: all from this line on was left out.')
    }
    return { line, user: parse(textOf(means, record)) }
  } catch (error) {
    if (!(error instanceof NotUnderstood)) throw error
    return { line, reason: error.message }
  }
}

async function storeBatch(means: ImportMeans, batch: readonly Item[], before: Counts): Promise<Counts> {
  const users = batch.flatMap((item) => ('user' in item ? [item.user] : []))
  const verdicts = (users.length === 0 ? [] : await means.store(users))[Symbol.iterator]()
  const counts = { ...before, read: before.read + batch.length }
  const rejections: Rejection[] = []
  for (const item of batch) {
    const verdict =
      'user' in item ? verdicts.next().value : { verdict: 'rejected' as const, reason: item.reason }
    if (verdict === undefined) throw new Error('The store has left out a verdict.')
    counts[verdict.verdict] += 1
    if (verdict.verdict === 'rejected') rejections.push({ line: item.line, reason: verdict.reason })
  }
  if (rejections.length > 0) await means.reject(rejections)
  return counts
}
