// What every response of ours tells browsers: guess no type, leak no address, run nothing, cache nothing (ASVS 5.0 3.2.1, 3.4).
// A response's own value for one of them comes later in its list, and so replaces it.

import type { HeaderList } from './message.js'
import { isLoopbackHost } from './origin.js'

// `default-src` does not stand for the others. `sandbox`: opened as a page of its own, an answer has no origin to act for.
const contentSecurityPolicy =
  "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"

/** The headers for JSON and empty responses, made once. `origin` is ours. */
export function createSecurityHeaders(origin: URL): HeaderList {
  // HSTS knows no ports: for `localhost` it would cut off every other program of the developer's machine.
  const lasting = origin.protocol === 'https:' && !isLoopbackHost(origin.hostname)
  return [
    ['X-Content-Type-Options', 'nosniff'],
    ['Referrer-Policy', 'no-referrer'],
    ['Cache-Control', 'no-store'],
    ['Content-Security-Policy', contentSecurityPolicy],
    ['Cross-Origin-Resource-Policy', 'same-origin'],
    ...(lasting ? [['Strict-Transport-Security', 'max-age=31536000; includeSubDomains'] as const] : []),
  ]
}
