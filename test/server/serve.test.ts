// The HTTP server around API and pages, when one of them misbehaves.

import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { type Serving, serve } from '../../packages/server/src/serve.js'
import { createAuth } from '../../packages/sessera/src/create-auth.js'
import { forNode } from '../../packages/sessera/src/frameworks/node.js'
import { memory } from '../../packages/sessera/src/stores/memory.js'
import { deferred } from '../http/raw-server.js'
import { freePort } from '../support/server-process.js'

const logged: string[] = []
const warned: string[] = []
const log = {
  info: () => undefined,
  warn: (message: string) => void warned.push(message),
  error: (message: string) => void logged.push(message),
}
const auth = createAuth({ origin: 'http://localhost:3000', store: memory(), log })
let serving: Serving | null = null

afterEach(async () => {
  await serving?.close()
  serving = null
  logged.length = 0
  warned.length = 0
})

type Answer = (req: IncomingMessage, res: ServerResponse) => Promise<void>

async function answerTo(port: number, path: string): Promise<string> {
  const response = await fetch(`http://localhost:${port}${path}`)
  return `${response.status} ${await response.text()}`
}

async function servePages(answer: Answer, graceMs = 200): Promise<number> {
  const port = await freePort()
  serving = await serve({
    host: 'localhost',
    port,
    node: forNode(auth),
    pages: { answer },
    log,
    graceMs,
  })
  return port
}

describe('a page that throws', () => {
  it('is answered with 500 and nothing else, and logged', async () => {
    const port = await servePages(() => Promise.reject(new Error('the database password is hunter2')))
    const response = await fetch(`http://localhost:${port}/`)
    expect([response.status, await response.text()]).toEqual([500, ''])
    expect(logged).toEqual(['A request failed.'])
  })

  it('halfway through its answer cuts it, so that nobody takes it for whole', async () => {
    const port = await servePages(async (_req, res) => {
      res.writeHead(200).write('half')
      throw new Error('no more')
    })
    await expect(fetch(`http://localhost:${port}/`).then((response) => response.text())).rejects.toThrow()
    expect(logged).toEqual(['A request failed.'])
  })
})

describe('closing', () => {
  it('cuts off a request that never ends', async () => {
    const port = await servePages(() => new Promise(() => undefined))
    const socket = connect({ port, host: 'localhost' })
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
    await once(socket, 'ready')
    const cut = once(socket, 'close')
    await serving?.close()
    await cut
    serving = null
  })

  it('keeps no connection that goes on sending, and answers what it has sent', async () => {
    const begun = deferred<void>()
    const finished = deferred<void>()
    const port = await servePages(async (req, res) => {
      begun.resolve()
      await finished.promise
      res.end(`answer to ${req.url}`)
    }, 10_000)
    const socket = connect({ port, host: 'localhost' })
    let text = ''
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
    })
    socket.write(
      ['/before', '/after'].map((path) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`).join(''),
    )
    await begun.promise
    void serving?.close()
    finished.resolve()
    await once(socket, 'close')
    const [, before = '', after = ''] = text.split('HTTP/1.1 200 OK')
    expect(before).toContain('answer to /before')
    expect(after).toContain('answer to /after')
    expect(after).toContain('Connection: close\r\n')
  })

  it('is told to whoever asks whether to send requests here, over a connection that is still there', async () => {
    let arrived: () => void = () => undefined
    const begun = new Promise<void>((resolve) => {
      arrived = resolve
    })
    let finish: () => void = () => undefined
    const finished = new Promise<void>((resolve) => {
      finish = resolve
    })
    const port = await servePages(async (_req, res) => {
      arrived()
      await finished
      res.end()
    }, 10_000)
    expect(await answerTo(port, '/readyz')).toBe('200 ready\n')
    const socket = connect({ port, host: 'localhost' })
    let text = ''
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
    })
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
    await begun
    void serving?.close()
    socket.write('GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n')
    finish()
    await once(socket, 'close')
    expect(text).toMatch(/HTTP\/1\.1 503 [\s\S]*closing\n/)
  })

  it('leaves health and API answering until then', async () => {
    const port = await servePages(() => Promise.reject(new Error('not asked')))
    const statuses = await Promise.all(
      ['/healthz', '/auth/me'].map(async (path) => (await fetch(`http://localhost:${port}${path}`)).status),
    )
    expect(statuses).toEqual([200, 401])
  })
})

describe('more connections than it takes', () => {
  it('are ended at once, told of once, and keep nobody out who has one', async () => {
    const port = await freePort()
    const pages = { answer: () => Promise.reject(new Error('not asked')) }
    serving = await serve({
      host: 'localhost',
      port,
      node: forNode(auth),
      pages,
      log,
      maxConnections: 1,
      graceMs: 200,
    })
    const first = connect({ port, host: 'localhost' })
    await once(first, 'connect')
    for (let count = 0; count < 3; count++) {
      const next = connect({ port, host: 'localhost' }).on('error', () => undefined)
      await new Promise((resolve) => next.once('close', resolve))
    }
    first.setEncoding('utf8').write('GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
    const [answer] = await once(first, 'data')
    expect(answer).toMatch(/^HTTP\/1\.1 200 /)
    expect(warned.filter((message) => message.startsWith('Connections'))).toHaveLength(1)
  })
})

describe('a store that fails', () => {
  it('does not take the server out of service', async () => {
    const failing = createAuth({
      origin: 'http://localhost:3000',
      store: { open: () => Promise.reject(new Error('The disk is gone.')) },
      log,
    })
    const port = await freePort()
    serving = await serve({
      host: 'localhost',
      port,
      node: forNode(failing),
      pages: { answer: () => Promise.reject(new Error('not asked')) },
      log,
      graceMs: 200,
    })
    expect(await answerTo(port, '/readyz')).toBe('200 ready\n')
    expect(await answerTo(port, '/auth/me')).toMatch(/^503 /)
  })
})
