// Many requests at once on one connection, and answers that nobody reads.

import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Answer, answerInTurn } from '../../packages/server/src/in-turn.js'
import { deferred } from '../http/raw-server.js'

const opened: { close: () => void }[] = []

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] })
})

afterEach(() => {
  vi.useRealTimers()
  for (const { close } of opened.splice(0)) close()
})

async function open(answer: Answer | ((...of: Parameters<Answer>) => Promise<void>)): Promise<Socket> {
  const server = createServer()
  answerInTurn(server, (req, res) => void answer(req, res))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1').on('error', () => undefined)
  opened.push({
    close() {
      socket.destroy()
      server.close()
      server.closeAllConnections()
    },
  })
  await once(socket, 'connect')
  return socket
}

function requests(paths: readonly string[]): string {
  return paths.map((path) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`).join('')
}

function numbered(count: number): readonly string[] {
  return Array.from({ length: count }, (_, at) => `/${at}`)
}

async function answerOf(socket: Socket): Promise<void> {
  socket.write(requests(['/']))
  await once(socket, 'data')
}

/** All that arrives until the server ends the connection. */
async function readToEnd(socket: Socket): Promise<string> {
  let text = ''
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
  })
  await once(socket, 'close')
  return text
}

describe('several requests at once on one connection', () => {
  it('are answered one at a time, in their order', async () => {
    const order: string[] = []
    let underWay = 0
    const socket = await open((req, res) => {
      underWay += 1
      order.push(`${req.url} of ${underWay}`)
      setImmediate(() => {
        underWay -= 1
        if (req.url === '/4') res.setHeader('Connection', 'close')
        res.end(`<${req.url}>`)
      })
    })
    socket.write(requests(numbered(5)))
    const text = await readToEnd(socket)
    expect(order).toEqual(numbered(5).map((path) => `${path} of 1`))
    expect(text.match(/<[^>]+>/g)).toEqual(numbered(5).map((path) => `<${path}>`))
  })

  it('are answered in their order when some have bodies', async () => {
    const socket = await open(async (req, res) => {
      const chunks: Buffer[] = []
      for await (const chunk of req) chunks.push(chunk as Buffer)
      if (req.url === '/last') res.setHeader('Connection', 'close')
      res.end(`<${req.url} ${Buffer.concat(chunks).length}>`)
    })
    const large = 'a'.repeat(50_000)
    for (const path of ['/first', '/last'])
      socket.write(
        `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${large.length}\r\n\r\n${large}`,
      )
    expect((await readToEnd(socket)).match(/<[^>]+>/g)).toEqual(['</first 50000>', '</last 50000>'])
  })

  it('are not begun after an answer that was the last of its connection', async () => {
    const seen: (string | undefined)[] = []
    const socket = await open((req, res) => {
      seen.push(req.url)
      setImmediate(() => res.setHeader('Connection', 'close').end())
    })
    socket.write(requests(numbered(3)))
    await readToEnd(socket)
    expect(seen).toEqual(['/0'])
  })

  it('end the connection when more than 16 wait', async () => {
    const begun: (string | undefined)[] = []
    const last = deferred<void>()
    const socket = await open((req) => {
      begun.push(req.url)
      req.socket.once('close', () => last.resolve())
    })
    socket.write(requests(numbered(18)))
    await last.promise
    expect(begun).toEqual(['/0'])
  })

  it('are all answered when 16 wait', async () => {
    const held = deferred<void>()
    const socket = await open(async (req, res) => {
      if (req.url === '/0') await held.promise
      if (req.url === '/16') res.setHeader('Connection', 'close')
      res.end(`<${req.url}>`)
    })
    socket.write(requests(numbered(17)))
    held.resolve()
    expect((await readToEnd(socket)).match(/<[^>]+>/g)).toEqual(numbered(17).map((path) => `<${path}>`))
  })
})

describe('an answer that is not taken', () => {
  const large = Buffer.alloc(64 * 2 ** 20)

  it('ends the connection after a minute, and is not followed by the next', async () => {
    const begun: (string | undefined)[] = []
    const answered = deferred<Socket>()
    const socket = await open((req, res) => {
      begun.push(req.url)
      res.end(large)
      answered.resolve(req.socket)
    })
    socket.pause()
    socket.write(requests(numbered(10)))
    const theirs = await answered.promise
    vi.advanceTimersByTime(59_000)
    expect(theirs.destroyed).toBe(false)
    vi.advanceTimersByTime(2000)
    expect(theirs.destroyed).toBe(true)
    await once(theirs, 'close')
    expect(begun).toEqual(['/0'])
  })

  it('is another matter than many that are taken one after the other', async () => {
    let begun = 0
    let theirs: Socket | null = null
    const socket = await open((req, res) => {
      theirs = req.socket
      begun += 1
      // So long as each of them takes, all together are longer than one may be.
      vi.advanceTimersByTime(45_000)
      res.end()
    })
    for (let count = 0; count < 5; count++) await answerOf(socket)
    expect(begun).toBe(5)
    expect(theirs).toMatchObject({ destroyed: false })
  })
})
