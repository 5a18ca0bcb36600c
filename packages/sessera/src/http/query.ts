// The parameters of a URL's query, each once (ASVS 5.0 15.3.7). Strict, unlike URLSearchParams: what can be read in two
// ways is refused.

import { AuthError } from '../errors.js'

/** @throws AuthError `invalid_request` for a parameter that comes twice or is not UTF-8. */
export function splitQuery(query: string): Readonly<Record<string, string>> {
  // Without a prototype, `__proto__` is a name like any other.
  const found: Record<string, string> = Object.create(null)
  for (const pair of query === '' ? [] : query.split('&')) {
    const equals = pair.indexOf('=')
    const name = decode(equals === -1 ? pair : pair.slice(0, equals))
    if (name in found) throw malformed(`"${name.slice(0, 64)}" stands in the query twice. Send it once.`)
    found[name] = equals === -1 ? '' : decode(pair.slice(equals + 1))
  }
  return found
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    throw malformed('The query is not percent-encoded UTF-8.')
  }
}

function malformed(detail: string): AuthError {
  return new AuthError('invalid_request', { detail })
}
