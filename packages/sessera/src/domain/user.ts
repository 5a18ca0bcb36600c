// What the kernel knows of a person: the subject row, which is always ours, and a profile, which may be the app's.

import { AuthError } from '../errors.js'
import type { JsonObject } from './json.js'

/**
 * Sessera's own row beside every user, wherever the user's table is.
 * `epoch` ends every credential issued under a lower one; `revision` only outdates access tokens.
 */
export interface Subject {
  readonly userId: string
  readonly epoch: number
  readonly revision: number
  readonly disabledAt: number | null
  /** The one session that the last raise of the epoch spared ("end all others"), null when it spared none. */
  readonly spared: Spared | null
}

export interface Spared {
  readonly sessionId: string
  /** The spared session stays valid if it was issued at this epoch or later. */
  readonly fromEpoch: number
}

/** A person in our own users table. */
export interface User {
  readonly id: string
  /** As the person wrote it, NFKC. */
  readonly username: string
  readonly email: string | null
  readonly passwordHash: string | null
  readonly roles: readonly string[]
  /** What an administrator noted for the app, at most 1 kB as JSON. */
  readonly claims: JsonObject
  readonly createdAt: number
}

/** What a principal needs of a user, from our table or the app's. */
export interface Profile {
  readonly username: string
  readonly roles: readonly string[]
  readonly claims: JsonObject
}

/** A credential of `sessionId` issued at `epoch` is outranked once the subject's epoch is higher, unless it was spared. */
export function isOutranked(
  subject: Subject,
  credential: { readonly sessionId: string; readonly epoch: number },
): boolean {
  if (credential.epoch >= subject.epoch) return false
  const { spared } = subject
  return !(
    spared !== null &&
    spared.sessionId === credential.sessionId &&
    credential.epoch >= spared.fromEpoch
  )
}

/** @throws AuthError `invalid_request` unless there are at most 32 roles of 1 to 64 visible ASCII characters, each once. */
export function checkRoles(roles: readonly string[]): readonly string[] {
  if (
    roles.length > 32 ||
    new Set(roles).size < roles.length ||
    !roles.every((role) => /^[!-~]{1,64}$/.test(role))
  ) {
    throw new AuthError('invalid_request', {
      detail: 'A user has at most 32 different roles, each 1 to 64 characters without spaces.',
    })
  }
  return roles
}
