// What the options decide for every use case.

import type { From } from '../domain/from.js'
import type { IsBreached } from '../ports/passwords.js'

/** Lifetimes of a session, chosen at sign-in and then kept in its record. */
export interface SessionLifetime {
  readonly idleSeconds: number
  readonly absoluteSeconds: number
}

export interface Policy {
  readonly session: SessionLifetime
  readonly remember: SessionLifetime
  /** How long the holder of the previous refresh handle gets the same successor. */
  readonly graceMs: number
  /** How old knowledge may be when a decision rests on it. */
  readonly maxStalenessMs: number
  readonly registration: 'closed' | 'open'
  readonly minPasswordLength: number
  readonly newPasswords: NewPasswordPolicy
  /** Sessions that one user may have at once. */
  readonly sessionsPerUser: number
  /** Who may use the administration routes. Null: there are none. */
  readonly adminRole: string | null
  /** Where people set a password with an invitation: `{token}` stands for it. Null: the app writes the link itself. */
  readonly invitationLink: string | null
  readonly keepAuditMs: number
  readonly beforeSignIn: (who: { readonly userId: string; readonly from: From }) => void | Promise<void>
}

/** What a new password is held against beside its length. */
export interface NewPasswordPolicy {
  /** What the app and its site are called, folded. */
  readonly contextWords: readonly string[]
  /** Null: nobody is asked. */
  readonly isBreached: IsBreached | null
  /** What becomes of a password when nobody can tell whether it is known from a breach. */
  readonly whenUnreachable: 'accept' | 'refuse'
}
