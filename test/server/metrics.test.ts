// What one server measures, and to whom it tells it.

import { createServer } from 'node:http'
import { join } from 'node:path'
import { ConfigurationError } from 'sessera'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { parseConfig } from '../../packages/server/src/config.js'
import { createLogger } from '../../packages/server/src/logger.js'
import { exposeMetrics } from '../../packages/server/src/metrics/endpoint.js'
import { createMeters } from '../../packages/server/src/metrics/meters.js'
import { textOf } from '../../packages/server/src/metrics/report.js'
import { createRouteNames } from '../../packages/server/src/metrics/routes.js'
import { type Running, startServer } from '../../packages/server/src/server.js'
import { Client } from '../support/client.js'
import { makeFolder } from '../support/folder.js'
import { freePort, runServer } from '../support/server-process.js'
import { type Exposition, readExposition, scrape } from './exposition.js'
import { password, Visitor } from './visitor.js'

const secrets = ['a server secret of at least 32 characters']
const requests = 'sessera_http_request_duration_seconds_count'
const nothing = (): void => undefined
const log = { ...createLogger({ terminal: false }), info: nothing, warn: nothing, announce: nothing }

describe('names of routes', () => {
  const nameOf = createRouteNames([
    '/',
    '/auth/me',
    '/auth/sessions',
    '/auth/sessions/{id}',
    '/auth/a/{id}/b',
  ])

  it.each([
    ['/', '/'],
    ['/auth/me', '/auth/me'],
    ['/auth/sessions/abc', '/auth/sessions/{id}'],
    ['/auth/a/%2e%2e/b', '/auth/a/{id}/b'],
    ['/auth/sessions/', 'other'],
    ['/auth/sessions/a/b', 'other'],
    ['/auth/me/', 'other'],
    ['/AUTH/ME', 'other'],
    ['', 'other'],
    ['*', 'other'],
    ['__proto__', 'other'],
  ])('%j is %j', (path, name) => {
    expect(nameOf(path)).toBe(name)
  })

  it('is other for a path without end', () => {
    expect(nameOf('/a'.repeat(5000))).toBe('other')
  })
})

describe('what is on record', () => {
  const listeners = new Map<string, (event: object) => void>()
  const meters = createMeters({
    auth: {
      on(event, listener) {
        listeners.set(event, listener as (event: object) => void)
        return nothing
      },
      gauges: () => null,
    },
    routes: [],
  })
  const read = async (): Promise<Exposition> => readExposition(await textOf([await meters.report()]))

  it('is counted under names that are known beforehand', async () => {
    listeners.get('sessionEnded')?.({ cause: 'theft' })
    for (const cause of ['invented', '__proto__', 'constructor']) listeners.get('sessionEnded')?.({ cause })
    listeners.get('audited')?.({ name: 'authn_login_lock', userId: 'ada', cause: 'ada' })
    listeners.get('audited')?.({ name: 'excess_rate_limit_exceeded', ip: '192.0.2.1', cause: 'sign_in' })
    const { value, sum, labels } = await read()
    expect(value('sessera_sessions_ended_total', { cause: 'theft' })).toBe(1)
    expect(value('sessera_sessions_ended_total', { cause: 'other' })).toBe(3)
    expect(value('sessera_sign_ins_total', { outcome: 'locked' })).toBe(1)
    expect(value('sessera_rate_limited_total')).toBe(1)
    expect(sum('sessera_audit_events_total')).toBe(2)
    expect(labels('sessera_sessions_ended_total', 'cause')).not.toContain('invented')
  })

  it('is there from the start, so that the first of it shows as a rise', async () => {
    const { labels } = await read()
    expect(labels('sessera_sign_ins_total', 'outcome')).toEqual(['failure', 'locked', 'success'])
    expect(labels('sessera_sessions_ended_total', 'cause')).toContain('disabled')
  })

  it('goes without the library, while no store is open', async () => {
    expect((await read()).value('sessera_lease_age_seconds')).toBe(0)
  })
})

describe('a server', () => {
  let folder: ReturnType<typeof makeFolder>
  let server: Running
  let origin: string
  let metrics: string

  beforeAll(async () => {
    folder = makeFolder()
    const [port, metricsPort] = [await freePort(), await freePort()]
    const env = {
      PORT: String(port),
      SESSERA_DATA: folder.path,
      SESSERA_METRICS: String(metricsPort),
      SESSERA_AUDIT_LOG: join(folder.path, 'audit.log'),
    }
    const config = parseConfig(env)
    origin = config.origin
    metrics = `http://127.0.0.1:${metricsPort}`
    server = await exposeMetrics(await startServer({ config, secrets, log }), {
      address: config.metrics,
      log,
    })
  })

  afterAll(async () => {
    await server.close()
    folder.remove()
  })

  const client = (): Client => new Client(origin, (request) => fetch(request))

  async function during(act: () => Promise<unknown>): Promise<(name: string, labels?: object) => number> {
    const before = await scrape(metrics)
    await act()
    const after = await scrape(metrics)
    return (name, labels = {}) => after.sum(name, { ...labels }) - before.sum(name, { ...labels })
  }

  it('tells what every process does, and what is its own', async () => {
    const { names, value } = await scrape(metrics)
    for (const name of [
      'process_cpu_seconds_total',
      'process_resident_memory_bytes',
      'nodejs_eventloop_lag_seconds',
    ]) {
      expect(names).toContain(name)
    }
    expect(value('process_start_time_seconds')).toBeGreaterThan(0)
    expect(names.filter((name) => name.startsWith('sessera_')).sort()).toEqual([
      'sessera_audit_dropped_total',
      'sessera_audit_events_total',
      'sessera_audit_waiting',
      'sessera_feed_position',
      'sessera_http_request_duration_seconds',
      'sessera_lease_age_seconds',
      'sessera_password_hashes_refused_total',
      'sessera_password_hashes_running',
      'sessera_password_hashes_waiting',
      'sessera_rate_limited_total',
      'sessera_remembered_bytes',
      'sessera_remembered_credentials',
      'sessera_remembered_hits_total',
      'sessera_remembered_misses_total',
      'sessera_sessions_ended_total',
      'sessera_sessions_started_total',
      'sessera_sign_ins_total',
    ])
  })

  it('counts a day in the life of a session', async () => {
    const ada = client()
    const rise = await during(async () => {
      await ada.send('POST', '/auth/register', { json: { username: 'ada', password, mode: 'token' } })
      await ada.me()
      await ada.me()
      await ada.refresh()
      await ada.logout()
      await ada.me()
      await client().login('ada', 'not the password')
      await client().login('ada', password)
    })
    expect({
      registered: rise(requests, { route: '/auth/register', method: 'POST', status: '2xx' }),
      seen: rise(requests, { route: '/auth/me', method: 'GET', status: '2xx' }),
      refused: rise(requests, { route: '/auth/me', method: 'GET', status: '4xx' }),
      refreshed: rise(requests, { route: '/auth/refresh', method: 'POST', status: '2xx' }),
      signedIn: rise('sessera_sign_ins_total', { outcome: 'success' }),
      failed: rise('sessera_sign_ins_total', { outcome: 'failure' }),
      asToken: rise('sessera_sessions_started_total', { mode: 'token' }),
      asSession: rise('sessera_sessions_started_total', { mode: 'session' }),
      signedOut: rise('sessera_sessions_ended_total', { cause: 'signed_out' }),
      hits: rise('sessera_remembered_hits_total'),
    }).toEqual({
      registered: 1,
      seen: 2,
      refused: 1,
      refreshed: 1,
      signedIn: 1,
      failed: 1,
      asToken: 1,
      asSession: 1,
      signedOut: 1,
      hits: 1,
    })
    expect(rise('sessera_remembered_misses_total')).toBeGreaterThan(0)
    expect(rise('sessera_feed_position')).toBeGreaterThan(0)
    await vi.waitFor(
      async () => expect((await scrape(metrics)).value('sessera_lease_age_seconds')).toBeLessThan(1),
      { timeout: 10_000 },
    )
  })

  it('counts what is refused because there was too much of it', async () => {
    const rise = await during(async () => {
      const guesses = Array.from({ length: 16 }, () => client().login('nobody-at-all', 'a wrong password'))
      await Promise.all(guesses)
    })
    expect(rise(requests, { route: '/auth/login', status: '4xx' })).toBe(16)
    expect(rise('sessera_rate_limited_total')).toBeGreaterThan(0)
  })

  it('knows its pages', async () => {
    const rise = await during(async () => {
      await new Visitor(origin).get('/')
      await new Visitor(origin).get('/icon.svg')
      await new Visitor(origin).signIn('somebody else')
    })
    expect(rise(requests, { route: '/', status: '2xx' })).toBe(1)
    expect(rise(requests, { route: '/icon.svg', status: '2xx' })).toBe(1)
    expect(rise(requests, { route: '/sign-in', method: 'POST', status: '4xx' })).toBe(1)
  })

  it('lets nobody make a label', async () => {
    const before = await scrape(metrics)
    const paths = [
      '/secret-token',
      '/auth/sessions/x"} 1',
      '/auth/admin;x',
      '/%00',
      '/metrics',
      `/${'a'.repeat(9000)}`,
    ]
    for (const path of paths) await fetch(`${origin}${path}`, { method: 'PROPFIND' })
    for (let number = 0; number < 50; number += 1) await fetch(`${origin}/made-up/${number}`)
    const after = await scrape(metrics)
    expect(
      after.sum(requests, { route: 'other' }) - before.sum(requests, { route: 'other' }),
    ).toBeGreaterThan(50)
    expect(after.labels(requests, 'method').filter((method) => method !== 'other')).toEqual(
      expect.not.arrayContaining(['PROPFIND']),
    )
    const known = before.labels(requests, 'route')
    const added = after.labels(requests, 'route').filter((route) => !known.includes(route))
    expect(added.filter((route) => route !== 'other' && route !== '/auth/sessions/{id}')).toEqual([])
  })

  it('names nobody', async () => {
    const sign = client()
    await sign.send('POST', '/auth/register', {
      json: { username: 'grace-hopper', password, mode: 'session' },
    })
    const { body } = await sign.me()
    await sign.send('DELETE', `/auth/sessions/${body.sessionId}`)
    await client().login('grace-hopper', 'not the password')
    const text = await (await fetch(`${metrics}/metrics`)).text()
    for (const secret of ['grace-hopper', body.id, body.sessionId, '127.0.0.1', sign.cookie('session')]) {
      if (secret) expect(text).not.toContain(secret)
    }
  })

  it('tells it at /metrics of its own port, and nowhere else', async () => {
    const statuses = async (base: string, method = 'GET'): Promise<number[]> =>
      Promise.all(
        ['/metrics', '/metrics/', '/', '/auth/me', '/healthz', '/readyz'].map(
          async (path) => (await fetch(base + path, { method })).status,
        ),
      )
    expect(await statuses(metrics)).toEqual([200, 404, 404, 404, 404, 404])
    expect(await statuses(metrics, 'POST')).toEqual([405, 404, 404, 404, 404, 404])
    expect(await statuses(origin)).toEqual([404, 404, 200, 401, 200, 200])
  })

  it('tells it to many at once', async () => {
    const all: Exposition[] = await Promise.all(Array.from({ length: 20 }, () => scrape(metrics)))
    expect(all).toHaveLength(20)
  })
})

describe('a port for the metrics that is in use', () => {
  it('closes the server again, and says what to write', async () => {
    const blocker = createServer()
    const port = await freePort()
    await new Promise<void>((resolve) => blocker.listen(port, '127.0.0.1', resolve))
    let closed = 0
    const running: Running = {
      reports: async () => [],
      reopenAuditLog: nothing,
      close: async () => {
        closed += 1
      },
    }
    const refused = await exposeMetrics(running, { address: { host: '127.0.0.1', port }, log }).catch(
      (error: unknown) => error,
    )
    blocker.close()
    expect(refused).toBeInstanceOf(ConfigurationError)
    expect(String(refused)).toContain(`SESSERA_METRICS: port ${port} of 127.0.0.1 is in use.`)
    expect(closed).toBe(1)
  })

  it('stops the start with that sentence alone', async () => {
    const folder = makeFolder()
    const port = String(await freePort())
    const ended = await runServer({
      PORT: port,
      SESSERA_DATA: folder.path,
      SESSERA_METRICS: `localhost:${port}`,
    })
    folder.remove()
    expect(ended.code).toBe(1)
    expect(ended.stderr).toMatch(/^SESSERA_METRICS: port \d+ of localhost is in use\. [^\n]+\n$/)
  })
})
