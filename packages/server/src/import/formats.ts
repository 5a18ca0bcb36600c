// The two spellings of a list of users: JSON lines, and CSV with a header (RFC 4180).

import type { ImportedUser } from 'sessera'
import { NotUnderstood, parseColumns, parseJson, toUser } from './columns.js'

export type FormatName = 'jsonl' | 'csv'

/** @throws NotUnderstood when the line is no user; the sentence says why. */
export type ParseUser = (text: string) => ImportedUser

export const parseJsonLine: ParseUser = (text) => {
  const value = parseJson(text)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new NotUnderstood('This is no JSON object. Write one for each user, each on a line of its own.')
  }
  return toUser(parseColumns(Object.keys(value)), Object.values(value))
}

/** @throws NotUnderstood when the header does not name columns of users. */
export function createCsvParser(header: string): ParseUser {
  const columns = parseColumns(parseFields(header).map((name) => name.trim()))
  return (text) => {
    const fields = parseFields(text)
    if (fields.length !== columns.length) {
      throw new NotUnderstood(`There are ${fields.length} columns, and ${columns.length} in the first line.`)
    }
    return toUser(columns, fields)
  }
}

const field = /(?:"([^"]*(?:""[^"]*)*)"|([^",]*))(,|$)/y

/** @throws NotUnderstood */
export function parseFields(record: string): readonly string[] {
  const fields: string[] = []
  field.lastIndex = 0
  for (;;) {
    const found = field.exec(record)
    if (found === null) {
      throw new NotUnderstood(
        'A quotation mark stands within a field. Put the field in quotation marks, and write those inside twice.',
      )
    }
    const [, marked, plain = '', separator] = found
    fields.push(marked === undefined ? plain : marked.replaceAll('""', '"'))
    if (separator === '') return fields
  }
}
