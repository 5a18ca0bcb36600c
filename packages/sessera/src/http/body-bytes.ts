// How much of a request body we take, for how long, and in which encoding: the same for Node streams and Fetch.

import { AuthError } from '../errors.js'
import type { HttpRequest } from './message.js'

export const maxBodyBytes: number = 64 * 1024
export const bodySeconds = 10

export interface BodyCollector {
  /** @throws AuthError `payload_too_large` as soon as the body is longer than `maxBodyBytes`. */
  add(chunk: Uint8Array): void
  /** @throws AuthError `invalid_request` when the body is not UTF-8. */
  text(): string
}

export function createBodyCollector(): BodyCollector {
  const chunks: Uint8Array[] = []
  let length = 0
  return {
    add(chunk) {
      length += chunk.byteLength
      if (length > maxBodyBytes) throw bodyTooLarge()
      chunks.push(chunk)
    },
    text: () => decodeBody(Buffer.concat(chunks, length)),
  }
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

export function bodyTooLarge(): AuthError {
  return new AuthError('payload_too_large', {
    detail: `The request body is longer than ${maxBodyBytes / 1024} KiB.`,
  })
}

export function bodyCutShort(): AuthError {
  return new AuthError('invalid_request', { detail: 'The request body was cut short.' })
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
