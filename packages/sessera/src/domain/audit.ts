// What is on record about accounts and sessions: who did what to whom, from where, and why. Never holds a credential.

/**
 * Names of the OWASP logging vocabulary where it has one, else made in its manner (ASVS 5.0 16.3.1 to 16.3.3).
 */
export const auditNames = [
  'authn_login_success',
  'authn_login_fail',
  'authn_login_lock',
  'authn_reauthenticated',
  'authn_password_change',
  'authn_password_change_fail',
  'authn_token_reuse',
  'authz_fail',
  'excess_rate_limit_exceeded',
  'session_created',
  'session_exchanged',
  'session_ended',
  'sessions_ended_all',
  'sessions_ended_everyone',
  'user_created',
  'user_imported',
  'user_invited',
  'user_updated',
  'user_disabled',
  'user_enabled',
  'user_unlocked',
  'user_deleted',
  'privilege_permissions_changed',
  'crypto_key_rotated',
  'crypto_key_revoked',
  'sys_audit_dropped',
  'sys_trust_lengthened',
] as const

export type AuditName = (typeof auditNames)[number]

/** One line of the record. Texts are bounded and free of control characters. */
export interface AuditEvent {
  /** Epoch ms by the store's clock, as far as this process knows it. */
  readonly at: number
  readonly name: AuditName
  /** Who did it: a user id, or what the app or the command line calls itself. Null: nobody who is known. */
  readonly actorId: string | null
  /** Whom it was done to. Null: nobody in particular, or a login that names nobody. */
  readonly userId: string | null
  readonly sessionId: string | null
  readonly ip: string | null
  readonly userAgent: string | null
  /** What the log lines of the same request carry too. */
  readonly requestId: string | null
  /** Why or how, in one word, such as `theft` or `token`; a role that came or went, `+admin` or `-admin`. */
  readonly cause: string | null
}

/** As the store keeps it: `seq` orders the record, and is the cursor to go on from. */
export interface RecordedEvent extends AuditEvent {
  readonly seq: number
}

/** A role has at most 64 characters, and its sign comes before. */
const longest = { id: 128, address: 64, userAgent: 512, word: 64, cause: 65 } as const

/** The event with every text bounded and on one line, and frozen: listeners share it. */
export function createAuditEvent({ at, name, ...texts }: AuditEvent): AuditEvent {
  return Object.freeze({
    at,
    name,
    actorId: cleaned(texts.actorId, longest.id),
    userId: cleaned(texts.userId, longest.id),
    sessionId: cleaned(texts.sessionId, longest.id),
    ip: cleaned(texts.ip, longest.address),
    userAgent: cleaned(texts.userAgent, longest.userAgent),
    requestId: cleaned(texts.requestId, longest.word),
    cause: cleaned(texts.cause, longest.cause),
  })
}

// Nothing may look like a second line, move what is shown, steer a terminal, or be half a character (ASVS 5.0 16.4.1).
const unsafe = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu

/** Apps without types may hand on anything. */
function cleaned(text: string | null, most: number): string | null {
  return text === null ? null : String(text).slice(0, most).replace(unsafe, ' ')
}
