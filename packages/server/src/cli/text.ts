// Text for a terminal or a file. Invariant: what others chose (names, addresses, user agents) can neither steer a terminal
// nor look like more lines than it is.

const steering = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu

/** On one line, with everything that does not show itself written as `\u{…}`. */
export function printable(text: string): string {
  return text.replace(steering, toEscape)
}

/** The same for sentences of ours, which may have several lines. */
export function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n')
}

function toEscape(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`
}

/** One line of JSON in which nothing steers a terminal; it means the same. */
export function toJsonLine(value: unknown): string {
  return `${JSON.stringify(value).replace(steering, escapeUnits)}\n`
}

function escapeUnits(character: string): string {
  return Array.from(
    { length: character.length },
    (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`,
  ).join('')
}

/** Columns as wide as their widest cell, two blanks apart. */
export function toTable(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [headings, ...rows.map((row) => row.map(printable))]
  const widths = headings.map((_, column) => Math.max(...lines.map((line) => lengthOf(line[column] ?? ''))))
  return lines
    .map(
      (line) =>
        `${line
          .map((cell, at) => pad(cell, widths[at] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('')
}

/** A name and its value on each line. */
export function toList(entries: readonly (readonly [name: string, value: string])[]): string {
  const width = Math.max(...entries.map(([name]) => name.length))
  return entries
    .map(([name, value]) => `${name.padEnd(width)}  ${printable(value)}`.trimEnd())
    .join('\n')
    .concat('\n')
}

function pad(cell: string, width: number): string {
  return cell + ' '.repeat(width - lengthOf(cell))
}

function lengthOf(text: string): number {
  return [...text].length
}

export function toMoment(at: number): string {
  return new Date(at).toISOString().replace('.000Z', 'Z')
}

export function toBytes(bytes: number): string {
  for (const [size, unit] of [
    [1e9, 'GB'],
    [1e6, 'MB'],
    [1e3, 'kB'],
  ] as const) {
    if (bytes >= size) return `${(bytes / size).toFixed(1)} ${unit}`
  }
  return `${bytes} bytes`
}
