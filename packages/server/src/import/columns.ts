// What a record says of a user, from the spellings that exports use. Pure. Nothing unknown is dropped without a word: a
// misspelt column would import users without what was meant.

import type { ImportedUser } from 'sessera'

type Column = keyof ImportedUser & string

const spellings: ReadonlyMap<string, Column> = new Map([
  ['username', 'username'],
  ['email', 'email'],
  ['password_hash', 'passwordHash'],
  ['passwordHash', 'passwordHash'],
  ['roles', 'roles'],
  ['claims', 'claims'],
  ['disabled', 'disabled'],
])

export const knownColumns = 'username, email, password_hash, roles, claims, disabled'

/** Why a line is no user. Never repeats a value: it may be a hash. */
export class NotUnderstood extends Error {}

/** @throws NotUnderstood with a sentence when they cannot be the columns of users. */
export function parseColumns(names: readonly string[]): readonly Column[] {
  const columns = names.map(columnOf)
  const repeated = columns.find((column, index) => columns.indexOf(column) !== index)
  if (repeated !== undefined) throw new NotUnderstood(`"${repeated}" is there twice. Remove one.`)
  if (!columns.includes('username'))
    throw new NotUnderstood(`There is no "username". There are: ${knownColumns}.`)
  return columns
}

function columnOf(name: string): Column {
  const column = spellings.get(name)
  if (column !== undefined) return column
  if (name === 'password') {
    throw new NotUnderstood(
      'Plain passwords are not imported: hash them where they are, or leave them out and invite the users.',
    )
  }
  const hint = /[;\t]/.test(name) ? ' Columns are separated by commas.' : ''
  throw new NotUnderstood(`"${name.slice(0, 64)}" is no column of users. There are: ${knownColumns}.${hint}`)
}

/** @throws NotUnderstood */
export function toUser(columns: readonly Column[], values: readonly unknown[]): ImportedUser {
  const of = (column: Column): unknown => {
    const index = columns.indexOf(column)
    return index === -1 ? undefined : values[index]
  }
  return {
    username: textOf('username', of('username')) ?? '',
    email: textOf('email', of('email')),
    passwordHash: textOf('password_hash', of('passwordHash')),
    roles: rolesOf(of('roles')),
    claims: claimsOf(of('claims')),
    disabled: flagOf(of('disabled')),
  }
}

function textOf(name: string, value: unknown): string | null {
  if (value === undefined || value === null || value === '') return null
  if (typeof value !== 'string') throw new NotUnderstood(`"${name}" is no text.`)
  return value
}

function rolesOf(value: unknown): readonly string[] {
  if (value === undefined || value === null) return []
  if (typeof value === 'string') return value.split(/[\s,]+/).filter((role) => role !== '')
  if (Array.isArray(value) && value.every((role) => typeof role === 'string')) return value
  throw new NotUnderstood('"roles" is neither a list of texts nor a text with blanks or commas between them.')
}

function claimsOf(value: unknown): Readonly<Record<string, unknown>> {
  if (value === undefined || value === null || value === '') return {}
  const claims = typeof value === 'string' ? parseJson(value) : value
  if (typeof claims !== 'object' || claims === null || Array.isArray(claims)) {
    throw new NotUnderstood('"claims" is no JSON object.')
  }
  return claims as Readonly<Record<string, unknown>>
}

const flags: ReadonlyMap<unknown, boolean> = new Map<unknown, boolean>([
  [undefined, false],
  [null, false],
  ['', false],
  [false, false],
  ['false', false],
  ['0', false],
  ['no', false],
  [true, true],
  ['true', true],
  ['1', true],
  ['yes', true],
])

function flagOf(value: unknown): boolean {
  const flag = flags.get(typeof value === 'string' ? value.toLowerCase() : value)
  if (flag === undefined) throw new NotUnderstood('"disabled" is neither true nor false.')
  return flag
}

/** Undefined when it is no JSON. The engine's own message would quote the line, hash and all. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
