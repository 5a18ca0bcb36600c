// Several processes on one port and one file, as clients and operators see them.

import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { makeFolder } from '../support/folder.js'
import {
  beginRequest,
  freshClient,
  type InProgress,
  refusesConnections,
  wholeAnswer,
} from './fresh-connections.js'
import { loadUntil } from './load.js'
import { password } from './visitor.js'
import { allGone, killServer, startWorkers, type WorkerServer } from './worker-server.js'

/** Several starts come one after the other. */
const patienceMs = 60_000

let folder: ReturnType<typeof makeFolder>
let server: WorkerServer
let pids: number[]

beforeEach(async () => {
  folder = makeFolder()
  server = await startWorkers(join(folder.path, 'data'))
  pids = server.workers()
})

afterEach(async () => {
  await killServer(server, pids)
  folder.remove()
})

async function signUp(mode = 'session') {
  const ada = freshClient(server.origin)
  const { status } = await ada.send('POST', '/auth/register', { json: { username: 'ada', password, mode } })
  expect(status).toBe(201)
  return ada
}

describe('three workers', () => {
  it('each answer by themselves, and say once where they are', async () => {
    expect(pids).toHaveLength(3)
    for (const pid of pids) {
      const { status } = await server.alone(pid, () => freshClient(server.origin).send('GET', '/healthz'))
      expect(status).toBe(200)
    }
    expect(server.stdout().match(/Sessera is at /g)).toHaveLength(1)
    expect(server.stdout()).toContain(', 3 workers).')
    expect(server.stdout().match(/made a secret/g)).toHaveLength(1)
  })

  it.each(['session', 'token', 'hybrid'])(
    'know a %s that began at one of them, and refuse it at all once it has ended at one',
    async (mode) => {
      const [first = 0, second = 0] = pids
      const ada = await server.alone(first, () => signUp(mode))
      for (const pid of pids) expect((await server.alone(pid, () => ada.me())).status).toBe(200)

      const held = ada.copy()
      expect((await server.alone(second, () => ada.logout())).status).toBe(204)
      expect((await server.alone(second, () => held.me())).status).toBe(401)
      for (const pid of pids) {
        await expect.poll(async () => (await server.alone(pid, () => held.copy().me())).status).toBe(401)
      }
      const after = await Promise.all(Array.from({ length: 60 }, () => held.copy().me()))
      expect(new Set(after.map(({ status }) => status))).toEqual(new Set([401]))
    },
  )

  it('serve many connections at once as one would', async () => {
    const ada = await signUp()
    const answers = await Promise.all(Array.from({ length: 120 }, () => ada.copy().me()))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
  })

  it('count attempts together', async () => {
    await signUp()
    const guesses = Array.from({ length: 30 }, () =>
      freshClient(server.origin).login('ada', 'another few quiet words'),
    )
    const statuses = (await Promise.all(guesses)).map(({ status }) => status)
    expect(statuses.filter((status) => status === 401)).toHaveLength(5)
    expect(statuses.filter((status) => status === 429)).toHaveLength(25)
  })
})

describe('stopping', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'by %s under load breaks no answer and leaves no one',
    async (signal) => {
      let stop: () => void = () => undefined
      const stopped = new Promise<void>((resolve) => {
        stop = resolve
      })
      const load = loadUntil(`${server.origin}/`, 16, stopped)
      const begun = await Promise.all(Array.from({ length: 6 }, () => beginRequest(server.port)))
      const ended = server.stop(signal)
      await refusesConnections(server.port)
      await expectWholeAnswers(begun)
      expect(await ended).toMatchObject({ code: 0, stderr: '' })
      stop()
      const { answered, broken } = await load
      expect({ broken, some: answered > 0 }).toEqual({ broken: 0, some: true })
      await allGone(pids)
    },
  )

  it("by a terminal's Ctrl-C, which reaches every process, is as clean", async () => {
    const begun = await beginRequest(server.port)
    for (const pid of pids) process.kill(pid, 'SIGINT')
    const ended = server.stop('SIGINT')
    await refusesConnections(server.port)
    expect(await begun.finish()).toMatch(wholeAnswer)
    const { code, stdout, stderr } = await ended
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).not.toContain('A worker has ended')
    expect(stdout.match(/Sessera has stopped\./g)).toHaveLength(1)
  })

  it.each(['SIGTERM', 'SIGKILL'] as const)(
    'and starting again after %s keeps everybody signed in',
    async (signal) => {
      const ada = await signUp('hybrid')
      await server.stop(signal)
      await allGone(pids)
      server = await startWorkers(join(folder.path, 'data'), '3', { PORT: String(server.port) })
      expect((await ada.me()).status).toBe(200)
      expect(server.stdout()).not.toContain('made a secret')
    },
  )
})

describe('a worker that is killed', () => {
  it('is replaced, and the others go on', async () => {
    const [killed = 0, ...others] = pids
    const ada = await signUp()
    process.kill(killed, 'SIGKILL')
    await allGone([killed])
    expect((await ada.me()).status).toBe(200)
    await server.replaced(1)
    expect(server.workers()).toEqual(expect.arrayContaining(others))
    expect(server.workers()).toHaveLength(3)
    const [newest = 0] = server.workers().filter((pid) => !pids.includes(pid))
    expect((await server.alone(newest, () => ada.me())).status).toBe(200)
    expect(server.stdout().match(/Sessera is at /g)).toHaveLength(1)
  })

  it(
    'again and again, all of them at once too, is replaced each time',
    async () => {
      const ada = await signUp()
      for (const round of [1, 2]) {
        for (const pid of server.workers()) process.kill(pid, 'SIGKILL')
        await server.replaced(3 * round)
      }
      expect((await ada.me()).status).toBe(200)
      expect(await server.stop()).toMatchObject({ code: 0, stderr: '' })
    },
    patienceMs,
  )

  it(
    'leaves no client waiting under load',
    async () => {
      const load = loadUntil(`${server.origin}/healthz`, 16, server.replaced(4))
      for (const times of [1, 2, 3, 4]) {
        process.kill(server.workers()[0] ?? 0, 'SIGKILL')
        await server.replaced(times)
      }
      expect((await load).broken).toBe(0)
    },
    patienceMs,
  )

  it('gently, ends its requests first', async () => {
    const begun = await Promise.all(Array.from({ length: 6 }, () => beginRequest(server.port)))
    for (const pid of pids) process.kill(pid, 'SIGTERM')
    await expectWholeAnswers(begun)
    await server.replaced(3)
    expect((await freshClient(server.origin).send('GET', '/healthz')).status).toBe(200)
  })
})

describe('the primary killed', () => {
  it('takes its workers along, after the requests in progress, and frees the port', async () => {
    const begun = await Promise.all(Array.from({ length: 6 }, () => beginRequest(server.port)))
    process.kill(server.pid, 'SIGKILL')
    await refusesConnections(server.port)
    await expectWholeAnswers(begun)
    await allGone(pids)
    server = await startWorkers(join(folder.path, 'data'), '2', { PORT: String(server.port) })
    expect((await freshClient(server.origin).send('GET', '/healthz')).status).toBe(200)
  })
})

async function expectWholeAnswers(requests: readonly InProgress[]): Promise<void> {
  const answers = await Promise.all(requests.map((request) => request.finish()))
  for (const answer of answers) expect(answer).toMatch(wholeAnswer)
}
