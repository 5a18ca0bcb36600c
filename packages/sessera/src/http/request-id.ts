// What joins the lines that one request leaves in logs, on record and at the proxy in front. It identifies nobody, and
// decides nothing.

import type { Random } from '../ports/random.js'
import { duplicated } from './message.js'

/** The id of a request from its peer's address and what it sent as X-Request-Id. */
export type RequestIdOf = (peer: string | null, sent: string | null | typeof duplicated) => string

/** Only a trusted proxy may choose the id: anybody else could write somebody else's into our lines. */
export function createRequestIds(isTrustedProxy: (address: string) => boolean, random: Random): RequestIdOf {
  return (peer, sent) => {
    const isPlain = sent !== null && sent !== duplicated && /^[A-Za-z0-9._-]{1,64}$/.test(sent)
    if (isPlain && peer !== null && isTrustedProxy(peer)) return sent
    return random.bytes(16).toString('base64url')
  }
}
