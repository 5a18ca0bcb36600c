// Requests that each take a connection of their own, so that any worker may answer; and requests that are surely in
// progress, because the server has asked for the rest of them.

import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { vi } from 'vitest'
import { Client } from '../support/client.js'

const patienceMs = 5000

/** A client of the API that never uses a connection twice, and never waits for ever. */
export function freshClient(origin: string): Client {
  return new Client(origin, (request) => {
    const headers = new Headers(request.headers)
    headers.set('connection', 'close')
    return fetch(new Request(request, { headers }), { signal: AbortSignal.timeout(patienceMs) })
  })
}

export interface InProgress {
  /** Sends the rest and resolves with all that comes until the server ends the connection. */
  finish(): Promise<string>
}

/** What `finish` resolves with: asked for the rest, and refused once. */
export const wholeAnswer =
  /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 401 [\s\S]*"code":"invalid_credentials"[^}]*\}$/

/** Nobody's name comes twice: attempts are counted by name. */
let names = 0

/** A sign-in of nobody whose headers the server has taken, and whose body it waits for. */
export async function beginRequest(port: number): Promise<InProgress> {
  names += 1
  const body = JSON.stringify({ username: `nobody-${names}`, password: 'a few quiet words' })
  const socket = connect({ port, host: 'localhost' })
  await once(socket, 'connect')
  let text = ''
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
  })
  socket.write(
    [
      'POST /auth/login HTTP/1.1',
      'Host: localhost',
      'Content-Type: application/json',
      `Content-Length: ${body.length}`,
      'Expect: 100-continue',
      '\r\n',
    ].join('\r\n'),
  )
  await once(socket, 'data')
  const closed = once(socket, 'close')
  return {
    async finish() {
      socket.write(body)
      await closed
      return text
    },
  }
}

/** Resolves when nobody listens there any more. */
export async function refusesConnections(port: number): Promise<void> {
  await vi.waitFor(
    async () => {
      const instead = createServer()
      const listening = once(instead, 'listening')
      instead.listen(port, 'localhost')
      await listening
      instead.close()
      await once(instead, 'close')
    },
    { timeout: 2 * patienceMs, interval: 20 },
  )
}
