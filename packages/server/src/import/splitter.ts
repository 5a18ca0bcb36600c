// Bytes into records, however they come in pieces. Invariant: memory is bounded; a record that is too long is counted and
// skipped, and where it ends is still decided by its quotation marks, so that no part of it passes for a record.

export interface RawRecord {
  /** Its first line in the file, from 1. */
  readonly line: number
  /** What comes after it: offset in the file, and line. */
  readonly next: { readonly offset: number; readonly line: number }
  /** Null when it is longer than `mostBytes`. */
  readonly bytes: Buffer | null
  /** The file ended within quotation marks. */
  readonly unclosed: boolean
}

export interface SplitterOptions {
  /** Whether line ends within quotation marks belong to the record, as in CSV (RFC 4180). */
  readonly quoted: boolean
  /** Where the first byte stands in the file. */
  readonly offset: number
  readonly line: number
  readonly mostBytes: number
}

export interface Splitter {
  /** The records that end in this chunk. Empty lines are none. */
  push(chunk: Buffer): readonly RawRecord[]
  /** What was left without a line end. */
  end(): readonly RawRecord[]
}

const newline = 10
const carriageReturn = 13
const comma = 44
const mark = 34

type Within = 'field start' | 'field' | 'marks' | 'behind a mark'

export function createSplitter({ quoted, offset, line, mostBytes }: SplitterOptions): Splitter {
  let kept: Buffer[] = []
  let length = 0
  let at = offset
  let currentLine = line
  let recordLine = line
  let within: Within = 'field start'

  function keep(part: Buffer): void {
    length += part.length
    if (length > mostBytes) kept = []
    else if (part.length > 0) kept.push(part)
  }

  function finish(unclosed: boolean): readonly RawRecord[] {
    const bytes = length > mostBytes ? null : withoutReturn(kept.length === 1 ? kept[0] : Buffer.concat(kept))
    const record = { line: recordLine, next: { offset: at, line: currentLine }, bytes, unclosed }
    kept = []
    length = 0
    within = 'field start'
    recordLine = currentLine
    return bytes?.length === 0 ? [] : [record]
  }

  /** The index of the line end that ends the record, -1 when it is not in this chunk. */
  function findEnd(chunk: Buffer, from: number): number {
    if (!quoted) return chunk.indexOf(newline, from)
    for (let index = from; index < chunk.length; index += 1) {
      const byte = chunk[index]
      if (within === 'marks') {
        if (byte === mark) within = 'behind a mark'
        else if (byte === newline) currentLine += 1
      } else if (byte === newline) return index
      else if (byte === comma) within = 'field start'
      else if (byte === mark && within !== 'field') within = 'marks'
      else within = 'field'
    }
    return -1
  }

  return {
    push(chunk) {
      const records: RawRecord[] = []
      let from = 0
      for (;;) {
        const end = findEnd(chunk, from)
        if (end === -1) break
        keep(chunk.subarray(from, end))
        at += end + 1 - from
        currentLine += 1
        records.push(...finish(false))
        from = end + 1
      }
      keep(Buffer.from(chunk.subarray(from)))
      at += chunk.length - from
      return records
    },
    end: () => (length === 0 ? [] : finish(within === 'marks')),
  }
}

function withoutReturn(bytes: Buffer = Buffer.alloc(0)): Buffer {
  return bytes.at(-1) === carriageReturn ? bytes.subarray(0, -1) : bytes
}
