// From cells to typed values. A cell of an unexpected type is a fault: a damaged or foreign table never becomes
// half a session.

import { auditNames, type RecordedEvent } from '../../domain/audit.js'
import { type Change, changeKinds, underDeployment } from '../../domain/change.js'
import type { KnownGuesses } from '../../domain/guesses.js'
import type { JsonObject } from '../../domain/json.js'
import type { Mode } from '../../domain/principal.js'
import { modes } from '../../domain/principal.js'
import type { Purpose, Session, Transition } from '../../domain/session.js'
import type { Spared, Subject, User } from '../../domain/user.js'
import type { Answer, FoundSession, StoredKey } from '../../ports/store.js'
import type { Row } from './driver.js'

const purposes: readonly Purpose[] = ['session', 'refresh']
const transitions: readonly Transition[] = ['refresh', 'raise', 'exchange']

export function textOf(row: Row, column: string): string {
  const cell = row[column]
  if (typeof cell !== 'string') throw unexpected(column)
  return cell
}

export function integerOf(row: Row, column: string): number {
  const cell = row[column]
  if (typeof cell !== 'number' || !Number.isSafeInteger(cell)) throw unexpected(column)
  return cell
}

function textOrNull(row: Row, column: string): string | null {
  return row[column] === null ? null : textOf(row, column)
}

function integerOrNull(row: Row, column: string): number | null {
  return row[column] === null ? null : integerOf(row, column)
}

function oneOf<T extends string>(row: Row, column: string, allowed: readonly T[]): T {
  const found = allowed.find((value) => value === row[column])
  if (found === undefined) throw unexpected(column)
  return found
}

export function textsOf(row: Row, column: string): readonly string[] {
  const list: unknown = JSON.parse(textOf(row, column))
  if (!Array.isArray(list) || !list.every((item) => typeof item === 'string')) throw unexpected(column)
  return list
}

function objectOf(row: Row, column: string): JsonObject {
  const value: unknown = JSON.parse(textOf(row, column))
  if (!isObject(value)) throw unexpected(column)
  return value
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function unexpected(column: string): Error {
  return new Error(`The column "${column}" of the store holds a value that Sessera did not write.`)
}

/** The one row of the deployment, for use within another statement. */
export const deploymentEpoch = '(SELECT epoch FROM sessera_deployment WHERE id = 1)'

/** Columns of a subject under names that clash with no other table's, for `SELECT`, joins and `RETURNING`. */
export const subjectColumns: string = [
  'sessera_subjects.user_id AS subject_id',
  'sessera_subjects.epoch AS subject_epoch',
  `${deploymentEpoch} AS deployment_epoch`,
  'sessera_subjects.revision',
  'sessera_subjects.disabled_at',
  'sessera_subjects.spared_session',
  'sessera_subjects.spared_from',
].join(', ')

export function subjectOf(row: Row): Subject {
  const stored: Subject = {
    userId: textOf(row, 'subject_id'),
    epoch: integerOf(row, 'subject_epoch'),
    revision: integerOf(row, 'revision'),
    disabledAt: integerOrNull(row, 'disabled_at'),
    spared: sparedOf(row),
  }
  return underDeployment(stored, integerOf(row, 'deployment_epoch'))
}

function sparedOf(row: Row): Spared | null {
  const sessionId = textOrNull(row, 'spared_session')
  return sessionId === null ? null : { sessionId, fromEpoch: integerOf(row, 'spared_from') }
}

export function userOf(row: Row): User {
  return {
    id: textOf(row, 'id'),
    username: textOf(row, 'username'),
    email: textOrNull(row, 'email'),
    passwordHash: textOrNull(row, 'password_hash'),
    roles: textsOf(row, 'roles'),
    claims: objectOf(row, 'claims'),
    createdAt: integerOf(row, 'created_at'),
  }
}

/** What a principal needs of the user in a joined row, null when the user is not in our table. */
export function personOf(row: Row): FoundSession['user'] {
  const username = textOrNull(row, 'username')
  return username === null
    ? null
    : { username, roles: textsOf(row, 'roles'), claims: objectOf(row, 'claims') }
}

export function sessionOf(row: Row): Session {
  return {
    id: textOf(row, 'id'),
    userId: textOf(row, 'user_id'),
    clientId: textOrNull(row, 'client_id'),
    mode: oneOf<Mode>(row, 'mode', modes),
    purpose: oneOf(row, 'purpose', purposes),
    generation: integerOf(row, 'generation'),
    seed: textOf(row, 'seed'),
    lastTransition: oneOf(row, 'last_transition', transitions),
    rotatedAt: integerOf(row, 'rotated_at'),
    epoch: integerOf(row, 'epoch'),
    createdAt: integerOf(row, 'created_at'),
    provenAt: integerOf(row, 'proven_at'),
    factors: textsOf(row, 'factors'),
    lastSeenAt: integerOf(row, 'last_seen_at'),
    idleSeconds: integerOf(row, 'idle_seconds'),
    expiresAt: integerOf(row, 'expires_at'),
    ip: textOrNull(row, 'ip'),
    userAgent: textOrNull(row, 'user_agent'),
    label: textOrNull(row, 'label'),
    version: integerOf(row, 'version'),
  }
}

export function keyOf(row: Row): StoredKey {
  return {
    kid: textOf(row, 'kid'),
    algorithm: textOf(row, 'algorithm'),
    sealed: textOf(row, 'sealed'),
    createdAt: integerOf(row, 'created_at'),
    signsFrom: integerOf(row, 'signs_from'),
  }
}

export function changeOf(row: Row): Change {
  return {
    seq: integerOf(row, 'seq'),
    nonce: textOf(row, 'nonce'),
    kind: oneOf(row, 'kind', changeKinds),
    subject: textOf(row, 'subject'),
    userId: textOrNull(row, 'user_id'),
    epoch: integerOrNull(row, 'epoch'),
    revision: integerOrNull(row, 'revision'),
    spared: sparedOf(row),
    mode: row['mode'] === null ? null : oneOf(row, 'mode', modes),
    at: integerOf(row, 'changed_at'),
    keepUntil: integerOf(row, 'keep_until'),
  }
}

export function guessesOf(row: Row): KnownGuesses {
  return {
    count: integerOf(row, 'guesses'),
    nextAt: integerOf(row, 'next_at'),
    forgetAt: integerOf(row, 'forget_at'),
  }
}

export function recordedOf(row: Row): RecordedEvent {
  return {
    seq: integerOf(row, 'seq'),
    at: integerOf(row, 'happened_at'),
    name: oneOf(row, 'name', auditNames),
    actorId: textOrNull(row, 'actor_id'),
    userId: textOrNull(row, 'user_id'),
    sessionId: textOrNull(row, 'session_id'),
    ip: textOrNull(row, 'ip'),
    userAgent: textOrNull(row, 'user_agent'),
    requestId: textOrNull(row, 'request_id'),
    cause: textOrNull(row, 'cause'),
  }
}

/** The first row, or null when there is none. */
export function firstOf<T>(answer: Answer<readonly Row[]>, parse: (row: Row) => T): Answer<T | null> {
  const row = answer.value[0]
  return { value: row === undefined ? null : parse(row), now: answer.now }
}

/** Whether a row was written at all: how a conditional write tells that its condition held. */
export function wroteAny({ value, now }: Answer<number>): Answer<boolean> {
  return { value: value > 0, now }
}

export function allOf<T>(answer: Answer<readonly Row[]>, parse: (row: Row) => T): Answer<readonly T[]> {
  return { value: answer.value.map(parse), now: answer.now }
}
