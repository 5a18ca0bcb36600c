// The record as lines in a file of its own: one event one line, shared by several processes, kept when files are rotated.

import { appendFileSync, mkdirSync, readFileSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { type AuditSink, openAuditSink } from '../../packages/server/src/audit.js'
import { parseConfig } from '../../packages/server/src/config.js'
import { createLogger, type Logger } from '../../packages/server/src/logger.js'
import { startServer } from '../../packages/server/src/server.js'
import type { AuditEvent } from '../../packages/sessera/src/domain/audit.js'
import { ConfigurationError } from '../../packages/sessera/src/errors.js'
import { createEventHub } from '../../packages/sessera/src/kernel/events.js'
import { temporaryFolder } from '../support/folder.js'
import { freePort, startServer as startProcess } from '../support/server-process.js'
import { freshClient } from './fresh-connections.js'

interface Line {
  readonly event: string
  readonly cause: string | null
}

const linesOf = (path: string): Line[] =>
  readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line)

const event: AuditEvent = {
  at: Date.UTC(2026, 0, 2, 3, 4, 5, 6),
  name: 'authn_login_fail',
  actorId: null,
  userId: 'u1',
  sessionId: null,
  ip: '192.0.2.1',
  userAgent: 'Browser/1 "quoted" \\ \u{1f600}',
  requestId: 'r1',
  cause: 'invalid_credentials',
}

interface Scene {
  readonly path: string
  readonly logged: string[]
  tell(cause?: string): void
  open(path?: string): AuditSink
}

function setScene(folder: string = temporaryFolder()): Scene {
  const path = join(folder, 'audit.log')
  const logged: string[] = []
  const write = (message: string): void => void logged.push(message)
  const log = { info: write, warn: write, error: write }
  const hub = createEventHub(log)
  return {
    path,
    logged,
    tell: (cause = 'x') => hub.emit('audited', { ...event, cause }),
    open(at = path) {
      const sink = openAuditSink({ on: hub.on }, at, log)
      onTestFinished(sink.close)
      return sink
    },
  }
}

describe('a line', () => {
  it('says what happened when in UTC, who did it to whom, from where and why', () => {
    const { path, tell, open } = setScene()
    open()
    tell('invalid_credentials')
    expect(readFileSync(path, 'utf8')).toMatch(/^\{[^\n]*\}\n$/)
    const { at: _at, name: _name, ...about } = event
    expect(linesOf(path)).toEqual([
      { level: 'info', time: '2026-01-02T03:04:05.006Z', audit: true, event: 'authn_login_fail', ...about },
    ])
  })

  it('is added to what is there already, in a file that only its owner may read', () => {
    const scene = setScene()
    scene.open().close()
    expect(statSync(scene.path).mode & 0o777).toBe(0o600)
    appendFileSync(scene.path, '{"event":"before"}\n')
    scene.open()
    scene.tell()
    expect(linesOf(scene.path).map((line) => line.event)).toEqual(['before', 'authn_login_fail'])
  })

  it('stays whole when several write to the same file', () => {
    const scenes = Array.from({ length: 4 }, () => setScene()).map((scene, index) => ({ ...scene, index }))
    const path = scenes[0]?.path ?? ''
    for (const { open } of scenes) open(path)
    for (let i = 0; i < 250; i++) for (const { tell, index } of scenes) tell(`${index}-${i}`)
    const causes = linesOf(path).map(({ cause }) => cause)
    expect(new Set(causes).size).toBe(1000)
    expect(causes).toHaveLength(1000)
  })

  it('is not written any more once it is closed', () => {
    const { path, tell, open } = setScene()
    const sink = open()
    tell()
    sink.close()
    sink.reopen()
    tell()
    expect(linesOf(path)).toHaveLength(1)
  })
})

describe('a file that is moved away', () => {
  it('goes on under its name after the signal, and loses nothing before it', () => {
    const { path, tell, open } = setScene()
    const sink = open()
    tell('1')
    renameSync(path, `${path}.1`)
    tell('2')
    sink.reopen()
    tell('3')
    expect(linesOf(`${path}.1`).map(({ cause }) => cause)).toEqual(['1', '2'])
    expect(linesOf(path).map(({ cause }) => cause)).toEqual(['3'])
    expect(statSync(path).mode & 0o777).toBe(0o600)
  })

  it('goes on in the old one when there can be no new one', () => {
    const { path, logged, tell, open } = setScene()
    const sink = open()
    renameSync(path, `${path}.1`)
    mkdirSync(path)
    sink.reopen()
    tell('1')
    expect(linesOf(`${path}.1`).map(({ cause }) => cause)).toEqual(['1'])
    expect(logged).toEqual(['The audit log cannot be opened anew; the old file goes on.'])
  })
})

describe('a file that cannot be written', () => {
  it('keeps the server from starting, and says what to do', () => {
    const folder = temporaryFolder()
    const { open } = setScene(folder)
    expect(() => open(folder)).toThrow(ConfigurationError)
    expect(() => open(folder)).toThrow(`SESSERA_AUDIT_LOG is "${folder}", which cannot be written (EISDIR).`)
    expect(() => open(join(folder, 'missing', 'audit.log'))).toThrow('(ENOENT). Correct')
  })

  it.runIf(process.platform === 'linux')('is told once and tried again with each line', () => {
    const { logged, tell, open } = setScene()
    open('/dev/full')
    tell()
    tell()
    expect(logged).toEqual(['The audit log cannot be written; the record in the database goes on.'])
  })
})

describe('the server', () => {
  const quiet: Logger = {
    ...createLogger({ terminal: false }),
    info: () => undefined,
    announce: () => undefined,
  }

  it('writes its record to the file of SESSERA_AUDIT_LOG, and gives the file back when it ends', async () => {
    const folder = temporaryFolder()
    const auditLog = join(folder, 'audit.log')
    const port = await freePort()
    const config = parseConfig({ PORT: String(port), SESSERA_DATA: folder, SESSERA_AUDIT_LOG: auditLog })
    const secrets = ['a server secret for tests, and long enough']
    const server = await startServer({ config, secrets, log: quiet })
    const answer = await fetch(`http://localhost:${port}/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': 'Browser/1' },
      body: JSON.stringify({ username: 'nobody', password: 'some words of no meaning' }),
    })
    renameSync(auditLog, `${auditLog}.1`)
    server.reopenAuditLog()
    await server.close()
    expect(linesOf(`${auditLog}.1`)).toMatchObject([
      {
        event: 'authn_login_fail',
        userAgent: 'Browser/1',
        requestId: answer.headers.get('x-request-id'),
      },
    ])
    expect(readFileSync(auditLog, 'utf8')).toBe('')
  })

  it('says in one sentence that it may not write there', async () => {
    const folder = temporaryFolder()
    const auditLog = join(folder, 'none', 'audit.log')
    const config = parseConfig({ SESSERA_DATA: folder, SESSERA_AUDIT_LOG: auditLog })
    await expect(
      startServer({ config, secrets: ['a server secret for tests, and long enough'], log: quiet }),
    ).rejects.toThrow(/^SESSERA_AUDIT_LOG is ".*none\/audit\.log", which cannot be written \(ENOENT\)\./)
  })

  it.each(['/healthz', '/', '/nothing', '/auth/me'])(
    'answers %s with the id of the request',
    async (path) => {
      const folder = temporaryFolder()
      const port = await freePort()
      const config = parseConfig({
        PORT: String(port),
        SESSERA_DATA: folder,
        SESSERA_AUDIT_LOG: join(folder, 'a'),
      })
      const secrets = ['a server secret for tests, and long enough']
      const server = await startServer({ config, secrets, log: quiet })
      onTestFinished(server.close)
      const { headers } = await fetch(`http://localhost:${port}${path}`)
      expect(headers.get('x-request-id')).toMatch(/^[\w-]{22}$/)
    },
  )
})

describe.each([
  { what: 'one process', workers: '1' },
  { what: 'three workers', workers: '3' },
])('$what', ({ workers }) => {
  it('whose file is rotated with SIGHUP loses no line and tears none', async () => {
    const folder = temporaryFolder()
    const path = join(folder, 'audit.log')
    const server = await startProcess(folder, { SESSERA_AUDIT_LOG: path, SESSERA_WORKERS: workers })
    onTestFinished(() => void server.stop('SIGKILL'))
    let attempts = 0
    const fail = async (count: number): Promise<void> => {
      const names = Array.from({ length: count }, (_, index) => `nobody-${attempts + index}`)
      attempts += count
      await Promise.all(
        names.map((name) => freshClient(server.origin).login(name, 'some words of no meaning')),
      )
    }
    await fail(8)
    renameSync(path, `${path}.1`)
    process.kill(server.pid, 'SIGHUP')
    await vi.waitFor(async () => {
      const before = statSync(`${path}.1`).size
      await fail(8)
      expect(statSync(`${path}.1`).size).toBe(before)
    }, 10_000)
    const { code } = await server.stop()
    expect(code).toBe(0)
    const lines = [...linesOf(`${path}.1`), ...linesOf(path)]
    expect(lines.filter((line) => line.event === 'authn_login_fail')).toHaveLength(attempts)
    expect(server.stdout()).not.toContain('authn_login_fail')
  })
})
