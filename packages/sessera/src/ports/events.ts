import type { AuditEvent } from '../domain/audit.js'
import type { Mode } from '../domain/principal.js'

/** What happened, for the app's own listeners. Never holds a credential. */
export interface Events {
  readonly userCreated: { readonly userId: string }
  readonly signedIn: { readonly userId: string; readonly sessionId: string; readonly mode: Mode }
  readonly signInFailed: { readonly login: string; readonly ip: string | null }
  readonly sessionEnded: { readonly userId: string; readonly sessionId: string; readonly cause: EndCause }
  readonly userChanged: { readonly userId: string; readonly cause: UserChange }
  /** Everything on record, these others included, at the moment it is recorded. */
  readonly audited: AuditEvent
}

/**
 * Why a session ended. `replaced`: the same browser signed in again; `theft`: an old refresh token was used again.
 * An app may name causes of its own.
 */
export type EndCause =
  | 'signed_out'
  | 'replaced'
  | 'ended_by_user'
  | 'password_changed'
  | 'disabled'
  | 'deleted'
  | 'too_many'
  | 'invited'
  | 'theft'
  | (string & {})

export type UserChange = 'changed' | 'roles' | 'password' | 'disabled' | 'enabled' | 'deleted' | 'claims'
