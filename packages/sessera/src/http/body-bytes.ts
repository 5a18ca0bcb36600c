// How much of a request body we take, for how long, and in which encoding: the same for Node streams and Fetch.

import { AuthError } from '../errors.js'
import type { HttpRequest } from './message.js'

export const maxBodyBytes: number = 64 * 1024
export const bodySeconds = 10
/** Most bodies are shorter. */
const firstBytes = 1024
/** Each costs a call, whatever is in it. From a network 64 KiB come in a hundred. */
const mostPieces = 1000

export interface BodyCollector {
  /**
   * @throws AuthError `payload_too_large` as soon as the body is longer than `maxBodyBytes`, `invalid_request` when it comes
   * in more pieces than `mostPieces`.
   */
  add(chunk: Uint8Array): void
  /** @throws AuthError `invalid_request` when the body is not UTF-8. */
  text(): string
}

export function createBodyCollector(): BodyCollector {
  // Not a list of chunks: of who sends single bytes, each would cost a hundred times what it holds.
  let held = new Uint8Array(firstBytes)
  let length = 0
  let pieces = 0
  return {
    add(chunk) {
      pieces += 1
      if (pieces > mostPieces) throw bodyInTooManyPieces()
      const needed = length + chunk.byteLength
      if (needed > maxBodyBytes) throw bodyTooLarge()
      if (needed > held.byteLength) held = grown(held, Math.max(needed, held.byteLength * 2))
      held.set(chunk, length)
      length = needed
    },
    text: () => decodeBody(held.subarray(0, length)),
  }
}

function grown(bytes: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(size)
  larger.set(bytes)
  return larger
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** @throws AuthError `invalid_request` when the bytes are not UTF-8: replacing what is broken would alter a password. */
export function decodeBody(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes)
  } catch {
    throw new AuthError('invalid_request', { detail: 'The request body is not UTF-8.' })
  }
}

/**
 * Refuses before a byte is read: compressed bodies (what they unpack to has no bound) and those announced as too long.
 *
 * @throws AuthError `unsupported_media_type` or `payload_too_large`.
 */
export function refuseUnreadableBody(request: HttpRequest): void {
  const encoding = request.header('content-encoding')
  if (encoding !== null && encoding !== 'identity') {
    throw new AuthError('unsupported_media_type', {
      detail: 'Send the request body without Content-Encoding.',
    })
  }
  const length = request.header('content-length')
  if (typeof length === 'string' && Number(length) > maxBodyBytes) throw bodyTooLarge()
}

function bodyTooLarge(): AuthError {
  return new AuthError('payload_too_large', {
    detail: `The request body is longer than ${maxBodyBytes / 1024} KiB.`,
  })
}

export function bodyCutShort(): AuthError {
  return new AuthError('invalid_request', { detail: 'The request body was cut short.' })
}

function bodyInTooManyPieces(): AuthError {
  return new AuthError('invalid_request', { detail: 'The request body came in too many pieces.' })
}

export function bodyTooSlow(): AuthError {
  return new AuthError('invalid_request', { detail: 'The request body took too long to arrive.' })
}

/** For the developer who reads it in a test: a stream can be read once. */
export function bodyTaken(): AuthError {
  return new AuthError('invalid_request', {
    detail:
      'The request body was read before Sessera saw it. Hand over the parsed body, or mount the routes of Sessera before what reads it.',
  })
}
