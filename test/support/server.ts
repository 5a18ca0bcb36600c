// A world behind a real node:http server, and bytes sent to it as they are.

import { onTestFinished } from 'vitest'
import { forNode } from '../../packages/sessera/src/frameworks/node.js'
import { type RawAnswer, sendRaw, startServer } from '../http/raw-server.js'
import type { World } from './auth.js'

export interface WebServer {
  readonly port: number
  /** Sends one request with exactly these header lines, and reads the answer. */
  send(request: RawRequest): Promise<RawAnswer>
}

export interface RawRequest {
  readonly method?: string
  readonly path: string
  /** In order; a name may come twice. Host, Content-Length and `Connection: close` are added. */
  readonly headers?: readonly (readonly [name: string, value: string])[]
  readonly json?: unknown
  readonly text?: string
}

/** The API and, on every other path, a guarded page that greets. It closes with the test. */
export async function serve(world: World): Promise<WebServer> {
  const { handle, guard } = forNode(world.auth)
  const enter = guard()
  const server = await startServer(async (req, res) => {
    if (await handle(req, res)) return
    const me = await enter(req, res)
    if (me !== null) res.end(`Welcome, ${me.username}`)
  })
  onTestFinished(server.close)
  return {
    port: server.port,
    send({ method, path, headers = [], json, text = json === undefined ? '' : JSON.stringify(json) }) {
      const lines = [
        `${method ?? (text === '' ? 'GET' : 'POST')} ${path} HTTP/1.1`,
        'Host: app.example',
        'Connection: close',
        ...(text === '' ? [] : [`Content-Length: ${Buffer.byteLength(text, 'latin1')}`]),
        ...(json === undefined ? [] : ['Content-Type: application/json']),
        ...headers.map(([name, value]) => `${name}: ${value}`),
      ]
      return sendRaw(server.port, `${lines.join('\r\n')}\r\n\r\n${text}`)
    },
  }
}

/** The members of a JSON answer that tests look at. */
export function codeOf(answer: RawAnswer): string | null {
  if (answer.body === '' || !answer.body.startsWith('{')) return null
  const { code = null }: { code?: string | null } = JSON.parse(answer.body)
  return code
}
