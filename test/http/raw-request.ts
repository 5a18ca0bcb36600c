// A request as the bytes an attacker chooses, and how they reach a server: nothing is tidied up on the way.

import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { type RawAnswer, readAnswer } from './raw-server.js'

export type Lines = readonly (readonly [name: string, value: string])[]

export interface RawRequest {
  readonly method?: string
  readonly path: string
  /** In order; a name may come twice. Host, Content-Length and `Connection: close` are added. */
  readonly headers?: Lines
  readonly json?: unknown
  /** Latin-1. */
  readonly text?: string
}

/** `host` is what the Host header says. */
export function bytesOf(request: RawRequest, host: string): string {
  const { method, path, headers = [], json } = request
  const { text = json === undefined ? '' : JSON.stringify(json) } = request
  const lines = [
    `${method ?? (text === '' ? 'GET' : 'POST')} ${path} HTTP/1.1`,
    `Host: ${host}`,
    'Connection: close',
    ...(text === '' ? [] : [`Content-Length: ${Buffer.byteLength(text, 'latin1')}`]),
    ...(json === undefined ? [] : ['Content-Type: application/json']),
    ...headers.map(([name, value]) => `${name}: ${value}`),
  ]
  return `${lines.join('\r\n')}\r\n\r\n${text}`
}

/** Where a server listens. */
export interface Address {
  readonly host: string
  readonly port: number
  readonly tls: boolean
}

export function connectTo({ host, port, tls }: Address): Socket {
  return tls ? connectTls({ host, port, servername: host, rejectUnauthorized: false }) : connect(port, host)
}

/**
 * Sends the bytes (latin1) and reads until the server closes, so ask it to, or expect it to. Where a server refuses before it
 * has read everything, the reset that follows may overtake its answer on the way: then they are sent once more.
 */
export async function sendBytes(address: Address, bytes: string, attempts = 5): Promise<RawAnswer> {
  const socket = connectTo(address)
  socket.write(bytes, 'latin1')
  const chunks: Buffer[] = []
  try {
    for await (const chunk of socket) chunks.push(chunk as Buffer)
  } catch (error) {
    const isReset =
      error instanceof Error && 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE')
    if (!isReset || (chunks.length === 0 && attempts === 1)) throw error
    if (chunks.length === 0) return await sendBytes(address, bytes, attempts - 1)
  }
  return readAnswer(Buffer.concat(chunks))
}

/** The same to a port of this machine. */
export function sendRaw(port: number, bytes: string): Promise<RawAnswer> {
  return sendBytes({ host: '127.0.0.1', port, tls: false }, bytes)
}
