// Conditions that come and go with what is asked for. Each is a constant text, so that drivers can keep what they make of
// their few combinations.

import type { SqlValue } from './driver.js'

export interface Condition {
  readonly sql: string
  readonly params: readonly SqlValue[]
}

/** The WHERE clause that holds when all of them do. */
export function and(conditions: readonly Condition[]): Condition {
  const sql = conditions.map((condition) => condition.sql).join(' AND ')
  return { sql: sql === '' ? '' : `WHERE ${sql}`, params: conditions.flatMap(({ params }) => params) }
}

/** A condition about a text that comes from outside. Nothing in the store meets one that cannot even be kept. */
export function keepable(text: string, sql: string): Condition {
  return canBeKept(text) ? { sql, params: [text] } : { sql: '1 = 0', params: [] }
}

/** Whether every driver gives the text back as it was: some cut it at NUL, or replace half of a surrogate pair. */
export function canBeKept(text: string): boolean {
  return !text.includes('\0') && !/\p{Cs}/u.test(text)
}
