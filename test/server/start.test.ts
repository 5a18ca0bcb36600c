// Starting, stopping and failing, as an operator sees it.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { connect, createServer as createTcpServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { makeFolder } from '../support/folder.js'
import { freePort, runServer, type ServerProcess, startServer } from '../support/server-process.js'
import { beginRequest, refusesConnections, wholeAnswer } from './fresh-connections.js'
import { password, Visitor, wordsOf } from './visitor.js'

let folder: ReturnType<typeof makeFolder>
let data: string
const running: ServerProcess[] = []

beforeEach(() => {
  folder = makeFolder()
  data = join(folder.path, 'data')
})

afterEach(async () => {
  for (const server of running.splice(0)) await server.stop('SIGKILL')
  folder.remove()
})

async function start(env: Readonly<Record<string, string>> = {}): Promise<ServerProcess> {
  const server = await startServer(data, env)
  running.push(server)
  return server
}

describe('the first start', () => {
  it('says where it is, and that it made a secret, without showing it', async () => {
    const server = await start()
    expect(server.stdout()).toContain(`SESSERA_SECRET is not set: made a secret in ${data}/secret.`)
    expect(server.stdout()).toContain(`Sessera is at http://localhost:${server.port} `)
    expect(server.stdout()).not.toContain(readFileSync(join(data, 'secret'), 'utf8').trim())
    expect((statSync(join(data, 'sessera.db')).mode & 0o777).toString(8)).toBe('600')
  })

  it('makes no secret where one is set', async () => {
    await start({ SESSERA_SECRET: 'a server secret of at least 32 characters' })
    expect(existsSync(join(data, 'secret'))).toBe(false)
  })

  it('twice at the same moment ends with one secret and one set of users', async () => {
    const [one, two] = await Promise.all([start(), start()])
    await new Visitor(one.origin).register('ada')
    expect((await new Visitor(two.origin).signIn('ada')).status).toBe(303)
    expect(readFileSync(join(data, 'secret'), 'utf8')).toMatch(/^[\w-]{43}\n$/)
  })

  it('says when the secret could be read by others', async () => {
    await (await start()).stop()
    chmodSync(join(data, 'secret'), 0o644)
    const server = await start()
    expect(server.stdout()).toContain('Other users of this machine could read the secret until now.')
  })
})

describe('stopping', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('by %s is clean', async (signal) => {
    const server = await start()
    expect(await server.stop(signal)).toMatchObject({ code: 0, stderr: '' })
  })

  it('by two signals in a row, as npm passes them on, is clean too', async () => {
    const server = await start()
    process.kill(server.pid, 'SIGINT')
    expect(await server.stop('SIGINT')).toMatchObject({ code: 0, stderr: '' })
  })

  it('lets a request in progress end', async () => {
    const server = await start()
    const begun = await beginRequest(server.port)
    const stopped = server.stop()
    await refusesConnections(server.port)
    expect(await begun.finish()).toMatch(wholeAnswer)
    expect((await stopped).code).toBe(0)
  })

  it('does not wait for somebody who only keeps a connection', async () => {
    const server = await start()
    const socket = await open(server.port)
    socket.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n')
    await once(socket, 'data')
    expect((await server.stop()).code).toBe(0)
  })
})

describe('a second start on the same data', () => {
  it.each(['SIGTERM', 'SIGKILL'] as const)('after %s keeps everybody signed in', async (signal) => {
    const first = await start()
    const visitors: Visitor[] = []
    for (const mode of ['session', 'hybrid']) {
      const visitor = new Visitor(first.origin)
      await visitor.register(`ada-${mode}`, mode)
      visitors.push(visitor)
    }
    await first.stop(signal)
    const second = await start({ PORT: String(first.port) })
    expect(second.stdout()).not.toContain('made a secret')
    for (const visitor of visitors)
      expect(wordsOf(await visitor.get())).toContain('You are signed in as ada-')
    expect((await new Visitor(second.origin).signIn('ada-session')).status).toBe(303)
  })
})

describe('a start that cannot be', () => {
  it('on a port in use says so and how to choose another', async () => {
    const blocker = createTcpServer().listen(0, 'localhost')
    await once(blocker, 'listening')
    const { port } = blocker.address() as { port: number }
    const ended = await runServer({ PORT: String(port), SESSERA_DATA: data })
    blocker.close()
    expect(ended.code).toBe(1)
    expect(ended.stderr).toBe(
      `Port ${port} is in use. Stop what listens there, or choose another: PORT=${port + 1} npm start\n`,
    )
  })

  it.each([
    {
      what: 'settings that are wrong',
      env: { PORT: 'x', SESSERA_ORIGIN: 'y' },
      says: /^PORT is "x"\..*\nSESSERA_ORIGIN is "y"\..*\n$/,
    },
    {
      what: 'a host that is none',
      env: { HOST: '203.0.113.1', SESSERA_ORIGIN: 'https://auth.example.com' },
      says: /^HOST is "203\.0\.113\.1", which is no address of this machine\./,
    },
    {
      what: 'a proxy that is none',
      env: { SESSERA_TRUSTED_PROXIES: 'nginx' },
      says: /^"nginx" is not a proxy\. /,
    },
  ])('with $what says which', async ({ env, says }) => {
    const ended = await runServer({ PORT: String(await freePort()), SESSERA_DATA: data, ...env })
    expect(ended.code).toBe(1)
    expect(ended.stderr).toMatch(says)
    expect(ended.stderr).not.toContain('    at ')
  })

  it.each([
    {
      what: 'a file in place of the data folder',
      prepare: () => writeFileSync(data, ''),
      says: /^".*data" cannot be the data folder/,
    },
    {
      what: 'a database that is none',
      prepare: async () => {
        await (await start()).stop()
        writeFileSync(join(data, 'sessera.db'), 'this is no database, though it is long enough'.repeat(100))
      },
      says: /^".*sessera\.db" is not an SQLite database\./,
    },
    {
      what: 'a secret that is lost',
      prepare: async () => {
        await (await start()).stop()
        writeFileSync(join(data, 'secret'), `${'another secret '.repeat(4)}\n`)
      },
      says: /^No server secret opens the signing key/,
    },
  ])('with $what says so in one line, without a stack', async ({ prepare, says }) => {
    await prepare()
    const ended = await runServer({ PORT: String(await freePort()), SESSERA_DATA: data })
    expect(ended.code).toBe(1)
    expect(ended.stderr).toMatch(says)
    expect(ended.stderr.trimEnd()).not.toContain('\n')
    expect(ended.stdout).not.toContain('    at ')
  })
})

describe('while it runs', () => {
  it('/healthz answers ok, to anyone', async () => {
    const { origin } = await start()
    const response = await fetch(`${origin}/healthz`)
    expect([response.status, await response.text()]).toEqual([200, 'ok\n'])
  })

  it('it logs who came and went as JSON lines, and no credential', async () => {
    const server = await start()
    const visitor = new Visitor(server.origin)
    await visitor.register('ada', 'hybrid')
    const held = [visitor.cookie('session'), visitor.cookie('access')]
    await visitor.signOut()
    await visitor.post('/sign-in', {
      username: 'my password by mistake',
      password: 'wrong words',
      mode: 'session',
    })
    const { stdout } = await server.stop()
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { message?: string; event?: string; time: string })
    const messages = lines.map(({ message, event }) => event ?? message)
    expect(messages).toEqual(
      expect.arrayContaining([
        'user_created',
        'session_created',
        'session_ended',
        'authn_login_fail',
        'Sessera has stopped.',
      ]),
    )
    expect(lines.every(({ time }) => new Date(time).toISOString() === time)).toBe(true)
    for (const secret of [...held, password, 'wrong words', 'by mistake'])
      expect(stdout).not.toContain(secret)
  })

  it('it refuses headers beyond 16 KiB', async () => {
    const { origin } = await start()
    const response = await fetch(origin, { headers: { cookie: 'x'.repeat(17_000) } })
    expect(response.status).toBe(431)
  })

  it.runIf(process.platform === 'linux')('it is not reachable from elsewhere', async () => {
    const { port } = await start()
    const elsewhere = createServer()
    // The unspecified address stays free for somebody else only if the server took the loopback one alone.
    elsewhere.listen(port, '127.0.0.2')
    await once(elsewhere, 'listening')
    elsewhere.close()
  })
})

describe('without a setting for its data', () => {
  it('it keeps them in ./sessera-data', async () => {
    const main = fileURLToPath(new URL('../../packages/server/dist/main.js', import.meta.url))
    const child = spawn(process.execPath, [main], {
      env: { PATH: process.env['PATH'] ?? '', PORT: String(await freePort()) },
      cwd: folder.path,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let stdout = ''
    for await (const chunk of child.stdout) {
      stdout += String(chunk)
      if (stdout.includes('Sessera is at')) break
    }
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(stdout).toContain('made a secret in sessera-data/secret')
    expect(existsSync(join(folder.path, 'sessera-data', 'sessera.db'))).toBe(true)
  })
})

async function open(port: number): Promise<Socket> {
  const socket = connect({ port, host: 'localhost' })
  await once(socket, 'connect')
  return socket
}
