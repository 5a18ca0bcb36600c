// The access token of an Authorization header (RFC 6750 §2.1): exactly `Bearer`, one space, token68.

import { AuthError } from '../errors.js'
import { duplicated } from './message.js'

const wellFormed = /^[A-Za-z0-9\-._~+/]+=*$/
const bearerScheme = /^bearer(?![A-Za-z0-9!#$%&'*+\-.^_`|~])/i

/** What `readBearer` answers for the usual spelling, not looked at any closer; undefined for every other. */
export function peekBearer(header: string | null | typeof duplicated): string | null | undefined {
  if (header === null) return null
  return header !== duplicated && header.startsWith('Bearer ') ? header.slice('Bearer '.length) : undefined
}

/**
 * The token, or null when there is no Authorization header or it is of another scheme, which is somebody else's.
 *
 * @throws AuthError `ambiguous_credentials` when the header came twice, `invalid_token` when a bearer token is malformed.
 */
export function readBearer(header: string | null | typeof duplicated): string | null {
  if (header === null) return null
  if (header === duplicated) throw new AuthError('ambiguous_credentials')
  if (!bearerScheme.test(header)) return null
  const token = header.slice('Bearer '.length)
  if (header[6] !== ' ' || !wellFormed.test(token)) throw new AuthError('invalid_token')
  return token
}
