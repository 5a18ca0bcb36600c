// Workers that are killed at random moments, while clients begin and end sessions: what was acknowledged stays true,
// while the others go on and after a new start. The seed is in the test's name; SEED=… draws the same again.

import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createSeededRandom } from '../../packages/sessera/src/testing/seeded-random.js'
import type { Client } from '../support/client.js'
import { makeFolder } from '../support/folder.js'
import { freshClient } from './fresh-connections.js'
import { password } from './visitor.js'
import { killServer, startWorkers, type WorkerServer } from './worker-server.js'

const seed = process.env['SEED'] ?? String(Date.now())
const modes = ['session', 'token', 'hybrid']
const names = ['ada', 'bea', 'cyd', 'dot']
const killsPerRound = 4
const maxStalenessMs = 1000
const patienceMs = 60_000
const soon = { timeout: 10_000, interval: 20 }

/** What the server has acknowledged, by what the client held then. */
interface Acknowledged {
  readonly begun: Set<Client>
  /** With the moment at which each was acknowledged. */
  readonly ended: Map<Client, number>
}

let folder: ReturnType<typeof makeFolder>
let server: WorkerServer

beforeEach(() => {
  folder = makeFolder()
})

afterEach(async () => {
  await killServer(server)
  folder.remove()
})

it.each([
  { signal: 'SIGKILL', nth: 1 },
  { signal: 'SIGTERM', nth: 2 },
  { signal: 'SIGKILL', nth: 3 },
] as const)(
  `nothing acknowledged is lost to kills and to $signal for all ($nth, SEED=${seed})`,
  async ({ signal, nth }) => {
    const bytes = createSeededRandom(`${seed}-${nth}`)
    const random = (): number => bytes.bytes(4).readUInt32BE() / 2 ** 32
    const data = join(folder.path, 'data')
    server = await startWorkers(data)
    for (const username of names) {
      const json = { username, password, mode: 'session' }
      expect((await freshClient(server.origin).send('POST', '/auth/register', { json })).status).toBe(201)
    }

    const acknowledged: Acknowledged = { begun: new Set(), ended: new Map() }
    const over = new AbortController()
    const clients = names.map((username) => comeAndGo({ username, random, acknowledged, over: over.signal }))
    const wrongs = watch({ random, acknowledged, over: over.signal })
    for (let kills = 1; kills <= killsPerRound; kills += 1) {
      await wait(random() * 400)
      const workers = server.workers()
      const victim = workers[Math.floor(random() * workers.length)]
      if (victim !== undefined) process.kill(victim, 'SIGKILL')
    }
    await vi.waitFor(
      () => expect(Math.min(acknowledged.begun.size, acknowledged.ended.size)).toBeGreaterThan(5),
      soon,
    )
    const workers = server.workers()
    if (signal === 'SIGKILL') for (const pid of workers) process.kill(pid, 'SIGKILL')
    await server.stop(signal)
    over.abort()
    await Promise.all(clients)
    expect(await wrongs).toEqual([])

    server = await startWorkers(data, '3', { PORT: String(server.port) })
    for (const held of acknowledged.begun) expect((await held.copy().me()).status).toBe(200)
    for (const held of acknowledged.ended.keys()) expect((await held.copy().me()).status).toBe(401)
  },
  patienceMs,
)

interface Watching {
  readonly random: () => number
  readonly acknowledged: Acknowledged
  readonly over: AbortSignal
}

/** Signs in, and out of every other session; notes what was acknowledged, forgets what may have gone either way. */
async function comeAndGo({
  username,
  random,
  acknowledged: { begun, ended },
  over,
}: Watching & { readonly username: string }): Promise<void> {
  while (!over.aborted) {
    const client = freshClient(server.origin)
    const mode = modes[Math.floor(random() * modes.length)]
    if ((await statusOf(client.login(username, password, { mode }))) !== 200) continue
    const held = client.copy()
    begun.add(held)
    if (random() < 0.5) continue
    begun.delete(held)
    if ((await statusOf(client.logout())) !== 204) continue
    ended.set(held, performance.now())
  }
}

/** Asks with what was acknowledged, and resolves with the answers that must not be. */
async function watch({ random, acknowledged: { begun, ended }, over }: Watching): Promise<string[]> {
  const wrongs: string[] = []
  while (!over.aborted) {
    // So that looking on leaves the others their turn while there is nothing to ask about.
    await nextTurn()
    const live = oneOf([...begun], random)
    const past = oneOf(
      [...ended].filter(([, at]) => performance.now() - at > maxStalenessMs).map(([held]) => held),
      random,
    )
    const [liveStatus, pastStatus] = await Promise.all(
      [live, past].map((held) => statusOf(held?.copy().me())),
    )
    if (liveStatus === 401 && live !== undefined && begun.has(live)) wrongs.push('a live session was refused')
    if (pastStatus === 200) wrongs.push('an ended session was accepted')
  }
  return wrongs
}

function oneOf<T>(things: readonly T[], random: () => number): T | undefined {
  return things[Math.floor(random() * things.length)]
}

/** Null when the connection was lost, which says nothing of what was done. */
async function statusOf(answer: Promise<{ readonly status: number }> | undefined): Promise<number | null> {
  try {
    return (await answer)?.status ?? null
  } catch {
    return null
  }
}
