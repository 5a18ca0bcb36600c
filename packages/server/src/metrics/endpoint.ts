// GET /metrics on a port of its own, and nothing else there: what it tells is for the operator's network only.

import { createServer, type Server, type ServerResponse } from 'node:http'
import type { Log } from 'sessera'
import { close, type Explanations, listen } from '../listening.js'
import { createPlainHeaders, putHeaders } from '../plain-headers.js'
import type { Running } from '../server.js'
import type { MetricsAddress } from './address.js'

const limits = { maxHeaderSize: 8 * 1024, headersTimeout: 5000, requestTimeout: 5000, keepAliveTimeout: 5000 }
const maxConnections = 64
const plain = createPlainHeaders(null)

const explanations: Explanations = {
  inUse: ({ host, port }) =>
    `SESSERA_METRICS: port ${port} of ${host} is in use. Stop what listens there, write another port, or "off".`,
  forbidden: ({ port }) =>
    `SESSERA_METRICS: this user may not listen on port ${port}. Write one above 1023, such as "9464".`,
  unknownHost: ({ host }) =>
    `SESSERA_METRICS: "${host}" is no address of this machine. Write one, or a port alone, such as "9464".`,
}

/**
 * The same server, its metrics told at `address` as long as it runs; closed when that cannot be.
 *
 * @throws ConfigurationError when the address cannot be listened on.
 */
export async function exposeMetrics(
  running: Running,
  { address, log }: { readonly address: MetricsAddress | null; readonly log: Log },
): Promise<Running> {
  if (address === null) return running
  try {
    const server = await serveMetrics(address, { running, log })
    return {
      ...running,
      async close() {
        await Promise.all([running.close(), close(server, 0)])
      },
    }
  } catch (error) {
    await running.close()
    throw error
  }
}

async function serveMetrics(
  address: MetricsAddress,
  { running, log }: { readonly running: Running; readonly log: Log },
): Promise<Server> {
  const { textOf } = await import('./report.js')

  async function respond(method: string | undefined, path: string, res: ServerResponse): Promise<void> {
    if (path !== '/metrics') return answer(res, 404, 'The metrics are at /metrics.\n')
    if (method !== 'GET' && method !== 'HEAD') {
      res.setHeader('Allow', 'GET, HEAD')
      return answer(res, 405, 'Ask with GET.\n')
    }
    try {
      answer(res, 200, await textOf(await running.reports()), 'text/plain; version=0.0.4; charset=utf-8')
    } catch (error) {
      log.error('The metrics could not be collected.', { error })
      answer(res, 500, 'The metrics could not be collected. The log says why.\n')
    }
  }

  const server = createServer(limits, ({ method, url = '/' }, res) => {
    void respond(method, url.split('?', 1)[0] ?? '/', res)
  })
  server.maxConnections = maxConnections
  await listen(server, address, explanations)
  server.on('error', (error) => log.error('Could not take a connection for the metrics.', { error }))
  return server
}

function answer(res: ServerResponse, status: number, text: string, type = 'text/plain; charset=utf-8'): void {
  putHeaders(res, plain)
  res.writeHead(status, { 'Content-Type': type }).end(text)
}
