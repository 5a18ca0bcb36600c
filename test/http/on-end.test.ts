// What stays open over a real socket, a stream of events or an upgraded connection, is closed when its session ends.

import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { describe, expect, onTestFinished, test } from 'vitest'
import { forNode } from '../../packages/sessera/src/frameworks/node.js'
import { createWorld, type World } from '../support/auth.js'
import type { Client } from '../support/client.js'

interface Live {
  readonly port: number
  /** How many connections the server holds open for sessions. */
  readonly held: () => number
}

/** `GET /events` streams; an upgrade is held open; both as the example of `onEnd` does it. */
async function serveLive(world: World): Promise<Live> {
  const { auth } = world
  const enter = forNode(auth).guard()
  let held = 0

  function hold(sessionId: string, connection: Duplex | NodeJS.WritableStream, close: () => void): void {
    held++
    const stop = auth.onEnd(sessionId, close)
    connection.on('close', () => {
      held--
      stop()
    })
  }

  const server = createServer(async (req, res) => {
    const me = await enter(req, res)
    if (me?.sessionId === undefined || me.sessionId === null) return
    res.writeHead(200, { 'content-type': 'text/event-stream' })
    res.write('data: hello\n\n')
    hold(me.sessionId, res, () => res.end('event: ended\ndata:\n\n'))
  })
  server.on('upgrade', (req: IncomingMessage, socket: Duplex) => {
    socket.resume().on('end', () => socket.end())
    auth.authenticate(req.headers).then(
      ({ sessionId }) => {
        socket.write(
          'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: test\r\n\r\nhello\n',
        )
        if (sessionId !== null) hold(sessionId, socket, () => socket.end('4401 Session ended\n'))
      },
      ({ status }: { readonly status: number }) => socket.end(`HTTP/1.1 ${status} Refused\r\n\r\n`),
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  })
  return { port: (server.address() as AddressInfo).port, held: () => held }
}

interface Connection {
  readonly socket: Socket
  /** Resolves when this text has come. */
  seen(text: string): Promise<void>
  /** Everything, when the server has closed. */
  readonly all: Promise<string>
}

function open(port: number, client: Client, kind: 'events' | 'upgrade', origin = ''): Connection {
  const socket = connect(port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  const lines = [
    'GET /events HTTP/1.1',
    'Host: app.example',
    ...(kind === 'upgrade' ? ['Connection: Upgrade', 'Upgrade: test'] : ['Connection: close']),
    ...(origin === '' ? [] : [`Origin: ${origin}`]),
    ...Object.entries(client.headers()).map(([name, value]) => `${name}: ${value}`),
  ]
  socket.write(`${lines.join('\r\n')}\r\n\r\n`)
  let text = ''
  const waiting = new Set<() => void>()
  socket.setEncoding('utf8')
  socket.on('data', (chunk: string) => {
    text += chunk
    for (const look of waiting) look()
  })
  return {
    socket,
    seen: (wanted) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (text.includes(wanted)) resolve()
        }
        waiting.add(look)
        look()
      }),
    all: once(socket, 'close').then(() => text),
  }
}

describe.each([
  { kind: 'events', farewell: 'event: ended' },
  { kind: 'upgrade', farewell: '4401 Session ended' },
] as const)('a connection ($kind)', ({ kind, farewell }) => {
  test.each(['session', 'token', 'hybrid'] as const)('of a session in %s mode', async (mode) => {
    const world = await createWorld()
    const { port, held } = await serveLive(world)
    const [client, other] = [await world.signedIn(mode), await world.signedIn(mode)]
    const [ended, stays] = [open(port, client, kind), open(port, other, kind)]
    await Promise.all([ended.seen('hello'), stays.seen('hello')])
    expect((await client.logout()).status).toBe(204)
    expect(await ended.all).toContain(farewell)
    expect((await open(port, client.copy(), kind).all).startsWith('HTTP/1.1 401')).toBe(true)
    expect(held()).toBe(1)
    await world.auth.sessions.endEveryone()
    expect(await stays.all).toContain(farewell)
  })

  test('closed by its client is watched no longer', async () => {
    const world = await createWorld({ follow: 'on-demand' })
    const { port, held } = await serveLive(world)
    const client = await world.signedIn('session')
    const connection = open(port, client, kind)
    await connection.seen('hello')
    connection.socket.destroy()
    await connection.all
    await expect.poll(held).toBe(0)
    world.store.forget()
    await world.auth.users.disable((await client.me()).body.id ?? '')
    expect(world.store.calls.filter((name) => name === 'sessions.find')).toEqual([])
  })

  test('is closed when the store cannot tell any more', async () => {
    const world = await createWorld({ follow: 'on-demand' })
    const { port } = await serveLive(world)
    const connection = open(port, await world.signedIn('session'), kind)
    await connection.seen('hello')
    world.store.meddle(() => Promise.reject(new Error('Gone.')))
    world.clock.advance(1001)
    expect(await connection.all).toContain(farewell)
  })
})

test('an upgrade with cookies from a page of another origin is refused', async () => {
  const world = await createWorld()
  const { port, held } = await serveLive(world)
  const connection = open(port, await world.signedIn('session'), 'upgrade', 'https://evil.example')
  expect((await connection.all).startsWith('HTTP/1.1 403')).toBe(true)
  expect(held()).toBe(0)
})
