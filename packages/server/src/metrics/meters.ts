// Measures one process: its requests, what is on record, and the library's gauges.
// Labels come from closed lists, so that no client makes new ones; none names a person.

import type { IncomingMessage, ServerResponse } from 'node:http'
import { performance } from 'node:perf_hooks'
import { collectDefaultMetrics, Histogram, Registry } from 'prom-client'
import type { Auth } from 'sessera'
import { countRecord } from './counted-record.js'
import { measureGauges } from './library-gauges.js'
import { attribute, type Report } from './report.js'
import { createRouteNames } from './routes.js'

export interface Meters {
  /** Follows one request to its end. */
  follow(req: IncomingMessage, res: ServerResponse, path: string): void
  report(): Promise<Report>
}

export interface MetersOptions {
  readonly auth: Pick<Auth, 'on' | 'gauges'>
  /** Every path that is served, as OpenAPI writes them. */
  readonly routes: readonly string[]
}

const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS'])
const buckets = [0.001, 0.005, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

export function createMeters({ auth, routes }: MetersOptions): Meters {
  const registry = new Registry()
  const routeOf = createRouteNames(routes)
  const requests = new Histogram({
    name: 'sessera_http_request_duration_seconds',
    help: 'HTTP requests by route, method and class of status, and how long they took.',
    labelNames: ['route', 'method', 'status'],
    buckets,
    registers: [registry],
  })
  collectDefaultMetrics({ register: registry })
  countRecord(auth, registry)
  measureGauges(auth, registry)

  return {
    follow(req, res, path) {
      const begun = performance.now()
      res.once('close', () => {
        const method = req.method !== undefined && methods.has(req.method) ? req.method : 'other'
        // Who leaves before the answer has not got the status that stands ready for it.
        const status = res.headersSent ? `${Math.floor(res.statusCode / 100)}xx` : 'none'
        requests.observe({ route: routeOf(path), method, status }, (performance.now() - begun) / 1000)
      })
    },
    report: async () => attribute(await registry.getMetricsAsJSON(), null),
  }
}
