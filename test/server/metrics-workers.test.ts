// The metrics of a server of several processes, asked for at one place, while workers come and go.

import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { makeFolder } from '../support/folder.js'
import { freePort } from '../support/server-process.js'
import { scrape } from './exposition.js'
import { freshClient } from './fresh-connections.js'
import { password } from './visitor.js'
import { allGone, killServer, startWorkers, type WorkerServer } from './worker-server.js'

const requests = 'sessera_http_request_duration_seconds_count'

let folder: ReturnType<typeof makeFolder>
let server: WorkerServer
let metrics: string

beforeEach(async () => {
  folder = makeFolder()
  const port = await freePort()
  metrics = `http://127.0.0.1:${port}`
  server = await startWorkers(join(folder.path, 'data'), '2', { SESSERA_METRICS: String(port) })
})

afterEach(async () => {
  await killServer(server)
  folder.remove()
})

it('sums what all workers did, tells them apart, forgets nothing that one had told, and ends with the server', async () => {
  const [first = 0, second = 0] = server.workers()
  for (const worker of [first, second]) {
    await server.alone(worker, () => freshClient(server.origin).send('GET', '/healthz'))
  }
  await freshClient(server.origin).send('POST', '/auth/register', {
    json: { username: 'ada', password, mode: 'session' },
  })
  const before = await scrape(metrics)
  expect(before.sum(requests, { route: '/healthz', status: '2xx' })).toBe(2)
  expect(before.sum('sessera_sessions_started_total')).toBe(1)
  expect(before.labels('sessera_lease_age_seconds', 'worker')).toEqual(['1', '2'])
  expect(before.value('sessera_workers', { state: 'answering' })).toBe(2)

  for (const worker of [first, second]) process.kill(worker, 'SIGKILL')
  await allGone([first, second])
  await server.replaced(2)
  const after = await scrape(metrics)
  expect(after.sum(requests, { route: '/healthz', status: '2xx' })).toBe(2)
  expect(after.sum('sessera_sessions_started_total')).toBe(1)
  expect(after.value('sessera_workers_ended_total')).toBe(2)

  expect(await server.stop()).toMatchObject({ code: 0, stderr: '' })
  await expect(fetch(`${metrics}/metrics`)).rejects.toThrow()
})

it('does not wait long for a worker that hangs, and tells what the others say', async () => {
  const [first = 0] = server.workers()
  await scrape(metrics)
  process.kill(first, 'SIGSTOP')
  try {
    const { value, labels } = await scrape(metrics)
    expect(value('sessera_workers', { state: 'silent' })).toBe(1)
    expect(labels('process_resident_memory_bytes', 'worker')).toHaveLength(1)
  } finally {
    process.kill(first, 'SIGCONT')
  }
})
