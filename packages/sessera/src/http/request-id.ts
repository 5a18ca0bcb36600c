// What joins the lines that one request leaves in logs, on record and at the proxy in front. It identifies nobody, and
// decides nothing.

import type { Random } from '../ports/random.js'
import { duplicated, type HttpRequest } from './message.js'

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

const ids = new WeakMap<object, string>()

/**
 * The id of a request, the same at every reading: it may be bound several times on its way.
 *
 * @param received the framework's own object, which lasts as long as the request.
 */
export function idOnce(received: object, request: HttpRequest, idOf: RequestIdOf | undefined): string | null {
  const known = ids.get(received)
  if (known !== undefined || idOf === undefined) return known ?? null
  const made = idOf(request.peer, request.header('x-request-id'))
  ids.set(received, made)
  return made
}
