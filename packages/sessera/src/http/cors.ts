// Lets pages of trusted origins read our answers (CORS, Fetch standard §3.2), and nobody else's.
// Invariant: the allowed origin is one of an exact list, so never `*` and never `null`.

import type { HeaderList, HttpRequest, HttpResponse } from './message.js'

export interface CorsPolicy {
  /** As `parseOrigin` returns them. */
  readonly trustedOrigins: readonly string[]
}

const preflightSeconds = 600

/** What lets the page behind a request read the response. `Vary` is for strangers too, lest a cache mix the answers up. */
export function corsHeaders(request: HttpRequest, policy: CorsPolicy): HeaderList {
  if (policy.trustedOrigins.length === 0) return []
  const origin = trustedOriginOf(request, policy)
  if (origin === null) return [['Vary', 'Origin']]
  return [
    ['Vary', 'Origin'],
    ['Access-Control-Allow-Origin', origin],
    ['Access-Control-Allow-Credentials', 'true'],
    ['Access-Control-Expose-Headers', 'WWW-Authenticate, Retry-After'],
  ]
}

/**
 * The answer to a preflight from a trusted page, to be sent with `corsHeaders` like any other.
 * Null: not a preflight, or not from such a page, so there is nothing to allow.
 */
export function preflight(
  request: HttpRequest,
  policy: CorsPolicy,
  allowedMethods: readonly string[],
): HttpResponse | null {
  if (request.method !== 'OPTIONS' || request.header('access-control-request-method') === null) return null
  if (trustedOriginOf(request, policy) === null) return null
  return {
    status: 204,
    headers: [
      ['Access-Control-Allow-Methods', allowedMethods.join(', ')],
      ['Access-Control-Allow-Headers', 'Authorization, Content-Type'],
      ['Access-Control-Max-Age', String(preflightSeconds)],
    ],
    body: '',
  }
}

function trustedOriginOf(request: HttpRequest, { trustedOrigins }: CorsPolicy): string | null {
  const origin = request.header('origin')
  return typeof origin === 'string' && trustedOrigins.includes(origin) ? origin : null
}
