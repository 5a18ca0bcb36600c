// One HTTP server: health, the API, the pages. Bounded in time and size; closes without cutting anyone off.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { performance } from 'node:perf_hooks'
import type { Log, LogFields } from 'sessera'
import type { NodeAuth } from 'sessera/node'
import { answerInTurn } from './in-turn.js'
import { close, explainPort, listen } from './listening.js'
import type { Meters } from './metrics/meters.js'
import type { Pages } from './pages/routes.js'
import { createPlainHeaders, type Headers, putHeaders } from './plain-headers.js'

export interface Serving {
  /** Takes no new connection, lets requests in progress end, and cuts off what takes longer than `graceMs`. */
  close(): Promise<void>
}

export interface ServeOptions {
  readonly host: string
  readonly port: number
  /** As browsers see us: on https they are told to stay there. Default: they are told nothing of it. */
  readonly origin?: string | null
  readonly node: NodeAuth<object>
  readonly pages: Pick<Pages, 'answer'>
  /** With `debug`: a line for each request. */
  readonly log: Log & { debug?(message: string, fields: LogFields): void }
  /** Null: nothing is measured. */
  readonly meters?: Meters | null
  /** Those beyond are refused. Default 4000: what so many can have sent, and not ended, fits into a gigabyte. */
  readonly maxConnections?: number
  /** How long requests in progress may take to end when the server closes. Default 5 s. */
  readonly graceMs?: number
}

const limits = {
  maxHeaderSize: 16 * 1024,
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 10_000,
  // How often the limits above are looked after.
  connectionsCheckingInterval: 1000,
}
const tellOfDropEveryMs = 60_000

/** @throws ConfigurationError when the address cannot be listened on. */
export async function serve({
  host,
  port,
  origin = null,
  node,
  pages,
  log,
  meters = null,
  maxConnections = 4000,
  graceMs = 5000,
}: ServeOptions): Promise<Serving> {
  const plain = createPlainHeaders(origin)
  let closing = false

  async function respond(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const { method } = req
    const path = pathOf(req)
    const requestId = node.requestId(req)
    try {
      res.setHeader('X-Request-Id', requestId)
      if (path === '/healthz') answerProbe(res, plain, 200, 'ok')
      else if (path === '/readyz') answerReadiness(res, plain, closing)
      else if (!(await node.handle(req, res))) await pages.answer(req, res, path)
    } catch (error) {
      log.error('A request failed.', { method, path, requestId, error })
      if (res.headersSent) res.destroy()
      else {
        putHeaders(res, plain)
        res.writeHead(500).end()
      }
    }
    log.debug?.('A request was answered.', { method, path, status: res.statusCode, requestId })
  }

  const server = createServer(limits)
  answerInTurn(server, (req, res) => {
    // A connection that is never idle would last until it is cut.
    if (closing) res.setHeader('Connection', 'close')
    meters?.follow(req, res, pathOf(req))
    void respond(req, res)
  })
  server.maxConnections = maxConnections
  let toldOfDropAt = -Infinity
  server.on('drop', () => {
    if (performance.now() - toldOfDropAt < tellOfDropEveryMs) return
    toldOfDropAt = performance.now()
    log.warn('Connections are refused: this process has as many as it takes.', { most: maxConnections })
  })
  await listen(server, { host, port }, explainPort)
  // Such as too many open files: the connection is lost, the server is not.
  server.on('error', (error) => log.error('Could not take a connection.', { error }))
  return {
    close() {
      closing = true
      return close(server, graceMs)
    },
  }
}

/** For health checks; says nothing about who or what is served. */
function answerProbe(res: ServerResponse, plain: Headers, status: 200 | 503, word: string): void {
  putHeaders(res, plain)
  res.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' }).end(`${word}\n`)
}

/**
 * Whether requests should be sent here. Nothing listens before the store is open. A lost lease or a store that fails makes
 * no difference: the other processes have the same store.
 */
function answerReadiness(res: ServerResponse, plain: Headers, closing: boolean): void {
  if (closing) answerProbe(res, plain, 503, 'closing')
  else answerProbe(res, plain, 200, 'ready')
}

function pathOf({ url = '/' }: IncomingMessage): string {
  return url.split('?', 1)[0] ?? '/'
}
