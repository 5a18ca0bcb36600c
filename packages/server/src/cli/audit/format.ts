// Lines of the record, for people, for programs, and for spreadsheets.

import type { RecordedEvent } from 'sessera'
import { printable, toJsonLine, toMoment } from '../text.js'

const columns = [
  'seq',
  'at',
  'name',
  'actorId',
  'userId',
  'sessionId',
  'ip',
  'userAgent',
  'requestId',
  'cause',
] as const satisfies readonly (keyof RecordedEvent)[]

const labels = { userId: 'user', actorId: 'by', sessionId: 'session', ip: 'from', cause: 'cause' } as const

export function toLine(event: RecordedEvent): string {
  const about = Object.entries(labels).flatMap(([column, label]) => {
    const value = event[column as keyof typeof labels]
    return value === null ? [] : [`${label}=${printable(value)}`]
  })
  return `${[toMoment(event.at), event.name.padEnd(28), ...about].join('  ').trimEnd()}\n`
}

/** `at` as people write it, beside which epoch ms would only be in the way. */
export function toRecordLine(event: RecordedEvent): string {
  return toJsonLine({ ...event, at: new Date(event.at).toISOString() })
}

export const csvHeader: string = `${columns.join(',')}\r\n`

export function toCsvLine(event: RecordedEvent): string {
  const cells = columns.map((column) =>
    toCell(column === 'at' ? new Date(event.at).toISOString() : event[column]),
  )
  return `${cells.join(',')}\r\n`
}

/** A client may call itself `=HYPERLINK(…)`: a spreadsheet would run it (OWASP, CSV injection). */
function toCell(value: string | number | null): string {
  const text = printable(String(value ?? ''))
  const safe = /^[=+\-@]/.test(text) ? `'${text}` : text
  return /[",]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
