// One HTTP server: health, the API, the pages. Bounded in time and size; closes without cutting anyone off.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { ConfigurationError, type Log } from 'sessera'
import type { NodeAuth } from 'sessera/node'
import { codeOf } from './data-folder.js'
import type { Pages } from './pages/routes.js'

export interface Serving {
  /** Takes no new connection, lets requests in progress end, and cuts off what takes longer than `graceMs`. */
  close(): Promise<void>
}

export interface ServeOptions {
  readonly host: string
  readonly port: number
  readonly node: NodeAuth<object>
  readonly pages: Pages
  readonly log: Log
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
const maxConnections = 10_000

/** @throws ConfigurationError when the address cannot be listened on. */
export async function serve({
  host,
  port,
  node,
  pages,
  log,
  graceMs = 5000,
}: ServeOptions): Promise<Serving> {
  async function respond(req: IncomingMessage, res: ServerResponse): Promise<void> {
    try {
      const path = pathOf(req)
      if (path === '/healthz') answerHealth(res)
      else if (!(await node.handle(req, res))) await pages.answer(req, res, path)
    } catch (error) {
      log.error('A request failed.', { method: req.method, path: pathOf(req), error })
      if (res.headersSent) res.destroy()
      else res.writeHead(500, { 'Cache-Control': 'no-store' }).end()
    }
  }

  let closing = false
  const server = createServer(limits, (req, res) => {
    // A connection that is never idle would last until it is cut.
    if (closing) res.setHeader('Connection', 'close')
    void respond(req, res)
  })
  server.maxConnections = maxConnections
  await listen(server, { host, port })
  // Such as too many open files: the connection is lost, the server is not.
  server.on('error', (error) => log.error('Could not take a connection.', { error }))
  return {
    close() {
      closing = true
      return close(server, graceMs)
    },
  }
}

/** Says that the process answers, to a container's health check; nothing about who or what it serves. */
function answerHealth(res: ServerResponse): void {
  res.writeHead(200, { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' }).end('ok\n')
}

function pathOf({ url = '/' }: IncomingMessage): string {
  return url.split('?', 1)[0] ?? '/'
}

function listen(
  server: Server,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => reject(explain(error, { host, port }))
    server.once('error', fail)
    server.listen({ host, port }, () => {
      server.off('error', fail)
      resolve()
    })
  })
}

function explain(error: Error, { host, port }: { readonly host: string; readonly port: number }): Error {
  switch (codeOf(error)) {
    case 'EADDRINUSE':
      return new ConfigurationError(
        `Port ${port} is in use. Stop what listens there, or choose another: PORT=${port === 65_535 ? 3000 : port + 1} npm start`,
      )
    case 'EACCES':
      return new ConfigurationError(
        `This user may not listen on port ${port}. Choose one above 1023, such as PORT=3000.`,
      )
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EADDRNOTAVAIL':
      return new ConfigurationError(
        `HOST is "${host}", which is no address of this machine. Write one, or HOST=localhost.`,
      )
    default:
      return error
  }
}

function close(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    // Node closes idle connections once; those whose last answer comes later would linger until their time-out.
    const sweep = setInterval(() => server.closeIdleConnections(), 50)
    const cut = setTimeout(() => server.closeAllConnections(), graceMs)
    server.close(() => {
      clearInterval(sweep)
      clearTimeout(cut)
      resolve()
    })
  })
}
