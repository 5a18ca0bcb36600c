// A posted HTML form: exactly the fields that the form has, each once. Bounded before it is read.

import type { IncomingMessage } from 'node:http'
import { AuthError } from 'sessera'

const maxBytes = 16 * 1024
/** Each costs a call, whatever is in it. */
const mostPieces = 1000
const mediaType = /^application\/x-www-form-urlencoded *(?:; *charset="?utf-8"? *)?$/i

/** @throws AuthError `unsupported_media_type`, `payload_too_large`, or `invalid_request` when it is not what the form sends. */
export async function readForm<Field extends string>(
  req: IncomingMessage,
  fields: readonly Field[],
): Promise<Readonly<Record<Field, string>>> {
  if (!mediaType.test(req.headers['content-type'] ?? '') || req.headers['content-encoding'] !== undefined) {
    throw new AuthError('unsupported_media_type', {
      detail: 'Send the form as application/x-www-form-urlencoded.',
    })
  }
  return parseForm(await readText(req), fields)
}

/** @throws AuthError `invalid_request` unless the text holds each of the fields once, and nothing else. */
export function parseForm<Field extends string>(
  text: string,
  fields: readonly Field[],
): Readonly<Record<Field, string>> {
  // Whatever is not ASCII, or a space, a form sends percent-encoded.
  if (/[^!-~]/.test(text)) throw malformed()
  const found = new Map<string, string>()
  for (const pair of text.split('&')) {
    const equals = pair.indexOf('=')
    const name = decode(equals === -1 ? pair : pair.slice(0, equals))
    if (found.has(name)) throw malformed()
    found.set(name, equals === -1 ? '' : decode(pair.slice(equals + 1)))
  }
  const entries = fields.map((field) => [field, found.get(field) ?? missing()] as const)
  if (found.size !== fields.length) throw malformed()
  return Object.fromEntries(entries) as Record<Field, string>
}

/** Strict, unlike URLSearchParams, which replaces what is not UTF-8: that would alter a password. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    throw malformed()
  }
}

function missing(): never {
  throw malformed()
}

function malformed(): AuthError {
  return new AuthError('invalid_request', {
    detail: 'The form did not arrive as it was shown. Load the page again.',
  })
}

function tooLarge(): AuthError {
  return new AuthError('payload_too_large', { detail: 'The form is longer than any that this page has.' })
}

/** Leaves the socket alone, whatever happens: the refusal is to travel on it. The server's time limit bounds the wait. */
function readText(req: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    // Not a list of chunks: of who sends single bytes, each would cost a hundred times what it holds.
    const bytes = Buffer.allocUnsafe(maxBytes)
    let length = 0
    let pieces = 0
    const fail = (error: AuthError): void => {
      req.off('data', onData)
      // Until the refusal ends the connection what still comes is dropped: paused, it would be kept, piece by piece.
      req.resume()
      reject(error)
    }
    function onData(chunk: Buffer): void {
      pieces += 1
      if (length + chunk.length > maxBytes || pieces > mostPieces) fail(tooLarge())
      else length += chunk.copy(bytes, length)
    }
    if (req.destroyed || Number(req.headers['content-length'] ?? 0) > maxBytes) {
      fail(req.destroyed ? malformed() : tooLarge())
      return
    }
    req.on('data', onData)
    req.once('end', () => resolve(bytes.toString('latin1', 0, length)))
    req.once('error', () => fail(malformed()))
    req.once('close', () => fail(malformed()))
  })
}
