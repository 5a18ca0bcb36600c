// An HTTP answer on a socket that Node's HTTP server has let go of, as it does with upgrades.
// Invariant: whatever the client does, the socket is closed in the end.

import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import type { HttpResponse } from './message.js'

const partingMs = 5000

/**
 * Sends the response, where of two headers of one name the later counts, and closes. What still comes is dropped: unread,
 * it would reset the connection before the answer is read.
 */
export function endSocket(socket: Duplex, { status, headers, body }: HttpResponse): void {
  if (socket.destroyed) return
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    ...Array.from(new Map(headers), ([name, value]) => `${name}: ${value}`),
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ]
  const timer = setTimeout(() => socket.destroy(), partingMs).unref()
  socket.once('close', () => clearTimeout(timer))
  socket.resume().end(`${lines.join('\r\n')}\r\n\r\n${body}`)
}
