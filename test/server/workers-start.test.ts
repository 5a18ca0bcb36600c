// Starting several processes: what is wrong is told once, by one sentence, and nobody is left behind.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { makeFolder } from '../support/folder.js'
import { type Ended, freePort, runServer } from '../support/server-process.js'
import { killServer, startWorkers } from './worker-server.js'

const main = fileURLToPath(new URL('../../packages/server/dist/main.js', import.meta.url))

let folder: ReturnType<typeof makeFolder>
let data: string

beforeEach(() => {
  folder = makeFolder()
  data = join(folder.path, 'data')
})

afterEach(() => folder.remove())

async function refusedStart(env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  return runServer({ PORT: String(await freePort()), SESSERA_DATA: data, SESSERA_WORKERS: '3', ...env })
}

/** Ends when all that share its output have ended: orphans would keep it from that. */
async function sessera(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const child = spawn(process.execPath, [main, ...args], { env: { PATH: process.env['PATH'] ?? '', ...env } })
  const output = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk) => {
    output.stdout += String(chunk)
  })
  child.stderr.on('data', (chunk) => {
    output.stderr += String(chunk)
  })
  const [code] = await once(child, 'close')
  return { code, ...output }
}

describe('a start that cannot be', () => {
  it.each([
    {
      what: 'a port in use',
      prepare: async () => {
        const blocker = createServer().listen(0, 'localhost')
        await once(blocker, 'listening')
        const { port } = blocker.address() as { port: number }
        return { env: { PORT: String(port) }, undo: () => blocker.close() }
      },
      says: /^Port \d+ is in use\. Stop what listens there, or choose another: PORT=\d+ npm start\n$/,
    },
    {
      what: 'a host that is none',
      prepare: () => ({ env: { HOST: '203.0.113.1', SESSERA_ORIGIN: 'https://auth.example.com' } }),
      says: /^HOST is "203\.0\.113\.1", which is no address of this machine\.[^\n]*\n$/,
    },
    {
      what: 'a proxy that is none',
      prepare: () => ({ env: { SESSERA_TRUSTED_PROXIES: 'nginx' } }),
      says: /^"nginx" is not a proxy\. [^\n]*\n$/,
    },
    {
      what: 'a file in place of the data folder',
      prepare: () => {
        writeFileSync(data, '')
        return { env: {} }
      },
      says: /^".*data" cannot be the data folder[^\n]*\n$/,
    },
    {
      what: 'a database that is none',
      prepare: async () => {
        await killServer(await startWorkers(data, '2'))
        writeFileSync(join(data, 'sessera.db'), 'this is no database, though it is long enough'.repeat(100))
        return { env: {} }
      },
      says: /^".*sessera\.db" is not an SQLite database\.[^\n]*\n$/,
    },
    {
      what: 'a secret that is lost',
      prepare: async () => {
        await killServer(await startWorkers(data, '2'))
        writeFileSync(join(data, 'secret'), `${'another secret '.repeat(4)}\n`)
        return { env: {} }
      },
      says: /^No server secret opens the signing key[^\n]*\n$/,
    },
  ])('with $what says so once, without a stack', async ({ prepare, says }) => {
    const { env, undo } = { undo: () => undefined, ...(await prepare()) }
    const { code, stdout, stderr } = await refusedStart(env)
    undo()
    expect(code).toBe(1)
    expect(stderr).toMatch(says)
    expect(stdout).not.toContain('    at ')
    expect(stdout).not.toContain('A worker has ended')
  })

  it.each([
    { what: 'all workers die', from: 1 },
    { what: 'all but the first die', from: 2 },
  ])('because $what ends, with a sentence', async ({ from }) => {
    const preload = fileURLToPath(new URL('children/die-as-worker.mjs', import.meta.url))
    const { code, stdout, stderr } = await refusedStart({
      NODE_OPTIONS: `--import=${preload}`,
      DOOMED_FROM: String(from),
    })
    expect(code).toBe(1)
    expect(stderr).toMatch(/^The server could not start: its workers ended 5 times, .*SIGKILL.*\n$/)
    expect(stdout).not.toContain('Sessera is at')
  })
})

describe('the command line', () => {
  it.each([
    { args: ['serve', '--workers', '0'], says: /^--workers is "0"\. Write a number from 1 to 64.*\n$/ },
    { args: ['serve', '--workers', 'x'], says: /^--workers is "x"\. Write a number from 1 to 64.*\n$/ },
    { args: ['dance'], says: /^"dance" is no command\. Add --help .*\n$/ },
    { args: ['serve', '--dance'], says: /^"--dance" is no option of this command\. Add --help .*\n$/ },
  ])('$args is refused with code 2, before anything is made', async ({ args, says }) => {
    const ended = await sessera(args, { SESSERA_DATA: data })
    expect(ended).toMatchObject({ code: 2, stdout: '' })
    expect(ended.stderr).toMatch(says)
  })

  it('--help shows examples, and exits with 0', async () => {
    const ended = await sessera(['--help'])
    expect(ended).toMatchObject({ code: 0, stderr: '' })
    expect(ended.stdout).toContain('  sessera serve --workers auto\n')
  })

  it('a wrong SESSERA_WORKERS is refused like every wrong setting', async () => {
    const { code, stderr } = await refusedStart({ SESSERA_WORKERS: 'many' })
    expect(code).toBe(1)
    expect(stderr).toMatch(/^SESSERA_WORKERS is "many"\. Write a number from 1 to 64/)
  })

  it('--workers counts, not SESSERA_WORKERS', async () => {
    const env = { PORT: String(await freePort()), SESSERA_DATA: data, SESSERA_WORKERS: 'many' }
    const blocker = createServer().listen(Number(env.PORT), 'localhost')
    await once(blocker, 'listening')
    const { code, stderr } = await sessera(['serve', '--workers', '2'], env)
    blocker.close()
    expect(code).toBe(1)
    expect(stderr).toMatch(/^Port \d+ is in use\./)
  })
})

describe('how many', () => {
  it.each([
    { workers: '1', processes: 0 },
    { workers: '2', processes: 2 },
    { workers: 'auto', processes: availableParallelism() === 1 ? 0 : Math.min(availableParallelism(), 64) },
  ])('$workers means $processes processes besides the first', async ({ workers, processes }) => {
    const server = await startWorkers(data, workers)
    const pids = server.workers()
    await killServer(server, pids)
    expect(pids).toHaveLength(processes)
  })
})
