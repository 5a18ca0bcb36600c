// Refusals as HTTP: RFC 9457 problem details, and the challenges of RFC 6750 and RFC 9470.
// Invariant: of anything that is not an AuthError, nothing but "internal error" leaves the server.

import { AuthError, type ErrorCode } from '../errors.js'
import type { HeaderList, HttpResponse } from './message.js'

/** The JSON shape of every refusal (RFC 9457 §3). `detail` is the standard sentence where there is no better one. */
export interface Problem {
  readonly type: `urn:sessera:error:${ErrorCode}`
  readonly title: string
  readonly status: number
  readonly code: ErrorCode
  readonly detail: string
}

/** The response for whatever was thrown. Logging a cause is the caller's part: it never enters the response. */
export function problemOf(error: unknown): HttpResponse {
  const refusal = error instanceof AuthError ? error : new AuthError('internal_error')
  const { code, title, status } = refusal
  const problem: Problem = {
    type: `urn:sessera:error:${code}`,
    title,
    status,
    code,
    detail: refusal.detail ?? title,
  }
  return {
    status,
    headers: [
      ['Content-Type', 'application/problem+json'],
      ['Cache-Control', 'no-store'],
      ...challengeHeaders(refusal),
      ...retryHeaders(refusal),
    ],
    body: JSON.stringify(problem),
  }
}

function retryHeaders({ retryAfterSeconds }: AuthError): HeaderList {
  return retryAfterSeconds === null
    ? []
    : [['Retry-After', String(Math.max(0, Math.ceil(retryAfterSeconds)))]]
}

function challengeHeaders(refusal: AuthError): HeaderList {
  const parameters = challengeParameters(refusal)
  return parameters === null
    ? []
    : [['WWW-Authenticate', ['Bearer realm="sessera"', ...parameters].join(', ')]]
}

/** Null where no access token would help: a wrong password or a dead refresh token is not answered with "send a bearer token". */
function challengeParameters({ code, maxAgeSeconds }: AuthError): readonly string[] | null {
  switch (code) {
    // RFC 6750 §3.1: whoever sent nothing learns no error code.
    case 'unauthenticated':
      return []
    case 'invalid_token':
      return ['error="invalid_token"']
    case 'insufficient_scope':
      return ['error="insufficient_scope"']
    case 'reauthentication_required':
      return [
        'error="insufficient_user_authentication"',
        ...(maxAgeSeconds === null ? [] : [`max_age=${maxAgeSeconds}`]),
      ]
    default:
      return null
  }
}
