// The closed table of refusals. A code is stable, its sentence is safe to show to anyone,
// and it says what to do; details that would help an attacker never enter it.

interface Refusal {
  readonly status: number
  readonly title: string
}

/** Every way in which Sessera refuses, each explained in `docs/errors.md`. */
export type ErrorCode =
  | 'invalid_request'
  | 'ambiguous_credentials'
  | 'password_unacceptable'
  | 'unauthenticated'
  | 'invalid_credentials'
  | 'invalid_token'
  | 'refresh_refused'
  | 'invitation_refused'
  | 'reauthentication_required'
  | 'forbidden'
  | 'insufficient_scope'
  | 'mode_refused'
  | 'origin_refused'
  | 'registration_closed'
  | 'sign_in_refused'
  | 'not_found'
  | 'method_not_allowed'
  | 'username_taken'
  | 'last_administrator'
  | 'session_moved'
  | 'conflict'
  | 'payload_too_large'
  | 'unsupported_media_type'
  | 'too_many_requests'
  | 'headers_too_large'
  | 'internal_error'
  | 'overloaded'
  | 'unavailable'

const refusals: Readonly<Record<ErrorCode, Refusal>> = {
  invalid_request: { status: 400, title: 'The request is malformed.' },
  ambiguous_credentials: {
    status: 400,
    title: 'The request carries credentials twice, or for two different identities. Send one.',
  },
  password_unacceptable: { status: 400, title: 'Choose another password.' },
  unauthenticated: { status: 401, title: 'Sign in first.' },
  invalid_credentials: { status: 401, title: 'The username or the password is wrong.' },
  invalid_token: {
    status: 401,
    title: 'The access token is not valid, or not any more. Refresh it or sign in.',
  },
  refresh_refused: {
    status: 401,
    title: 'The refresh token is not valid, or not any more. Sign in again.',
  },
  invitation_refused: {
    status: 401,
    title: 'This link has been used, or is not valid any more. Ask an administrator for a new one.',
  },
  reauthentication_required: { status: 401, title: 'Confirm your password to go on.' },
  forbidden: { status: 403, title: 'You are signed in, but not allowed to do this.' },
  insufficient_scope: { status: 403, title: 'The access token lacks a scope that this needs.' },
  mode_refused: {
    status: 403,
    title: 'This does not accept the way in which you hold your session.',
  },
  origin_refused: {
    status: 403,
    title: 'The request comes from a web page that is not trusted here.',
  },
  registration_closed: { status: 403, title: 'New accounts are created by an administrator.' },
  sign_in_refused: { status: 403, title: 'You may not sign in here now.' },
  not_found: { status: 404, title: 'There is nothing here.' },
  method_not_allowed: { status: 405, title: 'This does not take that method.' },
  username_taken: { status: 409, title: 'The username is taken. Choose another.' },
  last_administrator: {
    status: 409,
    title: 'Nobody else could administer this any more. Make somebody else an administrator first.',
  },
  session_moved: {
    status: 409,
    title: 'The session has just got a new credential. Use that one.',
  },
  conflict: { status: 409, title: 'Someone else changed this at the same moment. Try again.' },
  payload_too_large: { status: 413, title: 'The request body is too large.' },
  unsupported_media_type: { status: 415, title: 'Send application/json.' },
  too_many_requests: { status: 429, title: 'Too many attempts. Wait, then try again.' },
  headers_too_large: { status: 431, title: 'The request headers are too large.' },
  internal_error: { status: 500, title: 'Something went wrong on the server.' },
  overloaded: { status: 503, title: 'The server is busy. Try again in a moment.' },
  unavailable: {
    status: 503,
    title: 'This cannot be checked right now. Try again in a moment.',
  },
}

/** Extras of a refusal: a sentence in place of the standard one, and what a client needs in order to react. */
export interface ErrorDetails {
  /** A safe sentence: what is wrong and what to do. Shown to the client. */
  readonly detail?: string
  /** Seconds after which another attempt makes sense (RFC 9110 §10.2.3). */
  readonly retryAfterSeconds?: number
  /** The longest age, in seconds, of a proof that would do (RFC 9470 §3). */
  readonly maxAgeSeconds?: number
  /** What went wrong inside. Logged, never sent. */
  readonly cause?: unknown
}

/**
 * A refusal: the only error that Sessera's HTTP layer turns into anything but 500.
 *
 * @example
 * throw new AuthError('forbidden', { detail: 'Your trial has ended.' })
 */
export class AuthError extends Error {
  readonly code: ErrorCode
  /** HTTP status. Frameworks that look for `status` on an error answer with it. */
  readonly status: number
  readonly title: string
  readonly detail: string | null
  readonly retryAfterSeconds: number | null
  readonly maxAgeSeconds: number | null

  constructor(code: ErrorCode, details: ErrorDetails = {}) {
    const { status, title } = refusals[code]
    super(details.detail ?? title, details.cause === undefined ? {} : { cause: details.cause })
    this.name = 'AuthError'
    this.code = code
    this.status = status
    this.title = title
    this.detail = details.detail ?? null
    this.retryAfterSeconds = details.retryAfterSeconds ?? null
    this.maxAgeSeconds = details.maxAgeSeconds ?? null
  }
}

/** The codes and their statuses, for documentation and tests. */
export function listErrorCodes(): readonly {
  readonly code: ErrorCode
  readonly status: number
  readonly title: string
}[] {
  return Object.entries(refusals).map(([code, { status, title }]) => ({
    code: code as ErrorCode,
    status,
    title,
  }))
}

/** A mistake in the options or the environment, found at start. The message says what to write instead. */
export class ConfigurationError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'ConfigurationError'
  }
}
