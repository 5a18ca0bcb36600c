// A real node:http server on a free port, and its answers as they came.

import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface RawServer {
  readonly port: number
  readonly close: () => Promise<void>
}

export async function startServer(listener: RequestListener): Promise<RawServer> {
  const server = createServer(listener)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** A promise that a callback inside of the server keeps. */
export function deferred<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {}
  const promise = new Promise<T>((keep) => {
    resolve = keep
  })
  return { promise, resolve }
}

export interface RawAnswer {
  readonly status: number
  /** In order, by lower-case name. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: string
  /** Values of one header, in order. */
  all(name: string): readonly string[]
}

export function readAnswer(bytes: Buffer): RawAnswer {
  const end = bytes.indexOf('\r\n\r\n')
  const [statusLine = '', ...lines] = bytes.subarray(0, end).toString('latin1').split('\r\n')
  const headers = lines.map((line): readonly [string, string] => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
  })
  return {
    status: Number(statusLine.split(' ')[1]),
    headers,
    body: bytes.subarray(end + 4).toString('utf8'),
    all: (name) => headers.filter(([key]) => key === name).map(([, value]) => value),
  }
}
