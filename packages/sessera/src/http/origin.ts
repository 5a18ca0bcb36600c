// Which web pages may act for a signed-in browser: one rule, exact origins.
// Invariant: an origin is compared whole, as serialised text; never parsed out of a request, never by prefix or suffix.

import { AuthError, ConfigurationError } from '../errors.js'
import { duplicated, type HttpRequest } from './message.js'

export interface OriginPolicy {
  /** Ours, as `parseOrigin` returns it. */
  readonly origin: string
  /** Pages of other origins that may act for our users, as `parseOrigin` returns them. */
  readonly trustedOrigins: readonly string[]
  /** Refuse unsafe requests that say nothing of their origin: for sites that only browsers use. */
  readonly requireOrigin: boolean
}

/**
 * Refuses a state-changing request, or an upgrade to a WebSocket, that a browser sent on behalf of a foreign page (CSRF; ASVS 5.0 3.5.1).
 * Needed wherever cookies are read or set, signing in included: a forged sign-in plants the attacker's session.
 *
 * @throws AuthError `origin_refused`.
 */
export function refuseCrossSite(request: HttpRequest, policy: OriginPolicy): void {
  if (!isSafeMethod(request.method) || opensChannel(request)) refuseForeignOrigin(request, policy)
}

/** Methods that promise to change nothing (RFC 9110 §9.2.1), which is why a foreign page may cause them. */
function isSafeMethod(method: string): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS'
}

/**
 * An upgrade is a GET, but opens a channel that CORS does not bind (ASVS 5.0 4.4.2). Not so the one to HTTP/2, which some
 * programs offer with every request and no browser does.
 */
function opensChannel(request: HttpRequest): boolean {
  const upgrade = request.header('upgrade')
  return upgrade !== null && upgrade !== 'h2c'
}

function refuseForeignOrigin(request: HttpRequest, policy: OriginPolicy): void {
  const origin = request.header('origin')
  const fetchSite = request.header('sec-fetch-site')
  if (origin === duplicated || fetchSite === duplicated) throw new AuthError('origin_refused')

  if (origin !== null && policy.trustedOrigins.includes(origin)) return

  // Pages cannot set or drop this header. `same-site` is refused: a sibling host is someone else, and may be taken over.
  if (fetchSite !== null) {
    if (fetchSite === 'same-origin' || fetchSite === 'none') return
    throw new AuthError('origin_refused')
  }

  // A browser too old for Fetch Metadata, or one on plain HTTP, still sends Origin with unsafe methods.
  if (origin !== null) {
    if (origin === policy.origin) return
    throw new AuthError('origin_refused')
  }

  // Neither header: no browser, so there is no one else's cookie to borrow.
  if (policy.requireOrigin) {
    throw new AuthError('origin_refused', {
      detail: 'Send the Origin header. This site takes requests from its own pages only.',
    })
  }
}

/**
 * An origin from the configuration in its one serialised form (RFC 6454 §6.2), such as `https://example.com`.
 *
 * @throws ConfigurationError when it is anything else; the message says what to write.
 */
export function parseOrigin(text: string): string {
  if (text.includes('*')) {
    throw new ConfigurationError(
      `"${text}" is not an origin: wildcards trust hosts that do not exist yet. List each origin, such as "https://app.example.com".`,
    )
  }
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new ConfigurationError(
      `"${text}" is not an origin. Write scheme and host, such as "https://example.com" or "http://localhost:3000".`,
    )
  }
  if (url.origin !== text) {
    throw new ConfigurationError(
      `"${text}" is more than an origin, or not in its exact form. Write "${url.origin}".`,
    )
  }
  return text
}

/** Whether a host, as `URL.hostname` writes it, is this machine by name or address. Other names can be made to resolve here. */
export function isLoopbackHost(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '127.0.0.1' || hostname === '[::1]'
}
