// WebSocket upgrades on real sockets: who may open one, what the others are told, and when it is closed again.

import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { describe, expect, onTestFinished, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import type { Demands } from '../../packages/sessera/src/domain/demands.js'
import type { Principal } from '../../packages/sessera/src/domain/principal.js'
import { forNode } from '../../packages/sessera/src/frameworks/node.js'
import { createWorld, origin, password, trusted, type World } from '../support/auth.js'
import type { Client } from '../support/client.js'
import { deferred, type RawAnswer, readAnswer } from './raw-server.js'

interface Served {
  readonly port: number
  /** What the guard answered, one for each upgrade. */
  readonly passed: (Principal<object> | null)[]
  readonly opened: () => number
  /** The server's ends. */
  readonly sockets: readonly Duplex[]
}

/** Says who came, and closes with 4401 when the session has ended. `meanwhile` runs between the guard and the upgrade. */
async function serve(
  { auth }: World,
  demands: Demands = {},
  meanwhile: (me: Principal<object>) => unknown = () => {},
): Promise<Served> {
  const enter = forNode(auth).guardUpgrade(demands)
  const webSockets = new WebSocketServer({ noServer: true })
  const sockets: Duplex[] = []
  const passed: (Principal<object> | null)[] = []

  async function upgrade(req: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    sockets.push(socket)
    const me = await enter(req, socket, head)
    passed.push(me)
    if (me === null) return
    await meanwhile(me)
    webSockets.handleUpgrade(req, socket, head, (ws) => {
      ws.send(me.username ?? '')
      const stop = auth.onEnd(me.sessionId ?? '', () => ws.close(4401, 'Session ended'))
      ws.on('close', stop)
    })
  }

  const server = createServer((_req, res) => res.end('alive'))
  server.on('upgrade', (req, socket, head) => void upgrade(req, socket, head))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    for (const ws of webSockets.clients) ws.terminate()
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  })
  return {
    port: (server.address() as AddressInfo).port,
    passed,
    opened: () => webSockets.clients.size,
    sockets,
  }
}

/** What became of it: the name that was said, or the status of the refusal. */
async function outcome(port: number, headers: Record<string, string>): Promise<string | number> {
  const ws = new WebSocket(`ws://127.0.0.1:${port}/`, { headers })
  onTestFinished(() => ws.terminate())
  return await new Promise((resolve, reject) => {
    ws.once('message', (data) => resolve(String(data)))
    ws.once('unexpected-response', (_req, res) => resolve(res.statusCode ?? 0))
    ws.once('error', reject)
  })
}

/** Open, and greeted. */
async function opened(port: number, client: Client): Promise<WebSocket> {
  const ws = new WebSocket(`ws://127.0.0.1:${port}/`, { headers: { ...client.headers(), origin } })
  onTestFinished(() => ws.terminate())
  await once(ws, 'message')
  return ws
}

async function closing(ws: WebSocket): Promise<unknown> {
  const [code, reason] = await once(ws, 'close')
  return [code, String(reason)]
}

function startRaw(port: number, headers: Record<string, string>): Socket {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  onTestFinished(() => void socket.destroy())
  socket.write(headLines(headers))
  return socket
}

const headLines = (headers: Record<string, string>): string =>
  [
    'GET / HTTP/1.1',
    'Host: app.example',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    '',
    '',
  ].join('\r\n')

/** Everything that came until the server closed. */
async function answerOn(socket: Socket): Promise<RawAnswer> {
  const chunks: Buffer[] = []
  socket.on('data', (chunk) => chunks.push(chunk))
  await once(socket, 'end')
  return readAnswer(Buffer.concat(chunks))
}

async function expectAlive(port: number): Promise<void> {
  expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('alive')
}

describe('whoever is signed in', () => {
  test.each(['session', 'token', 'hybrid'] as const)('opens one in %s mode', async (mode) => {
    const world = await createWorld()
    const { port, passed } = await serve(world)
    const client = await world.signedIn(mode)
    expect(await outcome(port, client.headers())).toBe('ada')
    expect(passed).toEqual([expect.objectContaining({ username: 'ada', roles: ['teller'], mode })])
  })

  test('opens one although the access cookie has expired, which is not renewed here', async () => {
    const world = await createWorld()
    const { port } = await serve(world)
    const client = await world.signedIn('hybrid')
    const session = Object.entries(client.held.cookies).filter(([name]) => name.includes('session'))
    expect(await outcome(port, { cookie: session.map((pair) => pair.join('=')).join('; ') })).toBe('ada')
  })

  test.each([
    ['a role that they lack', { roles: ['admin'] }, 403],
    ['a role that they have', { roles: ['teller'] }, 'ada'],
    ['another mode', { accept: ['token'] }, 403],
    ['a proof of now', { provenWithin: '1m' }, 401],
    ['a read of the store', { check: 'store' }, 'ada'],
  ] as const)('meets a demand: %s', async (_, demands, expected) => {
    const world = await createWorld()
    const { port } = await serve(world, demands)
    const client = await world.signedIn('session')
    world.clock.advance(120_000)
    expect(await outcome(port, client.headers())).toBe(expected)
  })
})

describe('a page', () => {
  test.each([
    ['of this origin', { origin }, 'ada'],
    ['of a trusted origin', { origin: trusted, 'sec-fetch-site': 'same-site' }, 'ada'],
    ['of this origin, as a browser marks it', { origin, 'sec-fetch-site': 'same-origin' }, 'ada'],
    ['of a stranger', { origin: 'https://evil.example' }, 403],
    [
      'of a stranger, as a browser marks it',
      { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
      403,
    ],
    ['of a sibling host', { origin: 'https://other.app.example', 'sec-fetch-site': 'same-site' }, 403],
    ['of this host, unencrypted', { origin: 'http://app.example' }, 403],
    ['whose origin only begins like ours', { origin: `${origin}.evil.example` }, 403],
    ['without an origin of its own', { origin: 'null' }, 403],
  ])('%s, with the cookie of a browser', async (_, headers, expected) => {
    const world = await createWorld()
    const { port, opened } = await serve(world)
    const client = await world.signedIn('session')
    for (const time of ['first', 'from memory']) {
      expect([time, await outcome(port, { ...client.headers(), ...headers })]).toEqual([time, expected])
    }
    expect(opened()).toBe(expected === 'ada' ? 2 : 0)
  })

  test('of a stranger, with a token that it was given, may: no browser adds that by itself', async () => {
    const world = await createWorld()
    const { port } = await serve(world)
    const client = await world.signedIn('token')
    expect(await outcome(port, { ...client.headers(), origin: 'https://evil.example' })).toBe('ada')
  })

  test('that is refused is on record, with whose browser it was', async () => {
    const world = await createWorld()
    const { port } = await serve(world)
    const client = await world.signedIn('session')
    await outcome(port, { ...client.headers(), origin: 'https://evil.example' })
    const { id } = (await client.me()).body
    await expect
      .poll(() => world.auth.audit.list({ name: 'authz_fail' }))
      .toEqual([expect.objectContaining({ userId: id, cause: 'origin_refused' })])
  })
})

describe('no page at all', () => {
  test('opens one with a cookie: what says nothing of its origin is no browser', async () => {
    const world = await createWorld()
    const { port } = await serve(world)
    expect(await outcome(port, (await world.signedIn('session')).headers())).toBe('ada')
  })

  test('is refused where only browsers are expected, but for a token', async () => {
    const world = await createWorld({ requireOrigin: true })
    const { port } = await serve(world)
    const browser = world.client()
    const json = { username: 'ada', password }
    expect((await browser.send('POST', '/auth/login', { json, headers: { origin } })).status).toBe(200)
    expect(await outcome(port, browser.headers())).toBe(403)
    expect(await outcome(port, { ...browser.headers(), origin })).toBe('ada')
  })
})

describe('a refusal', () => {
  test('is a whole answer, after which the connection is closed', async () => {
    const { port, passed } = await serve(await createWorld())
    const { status, body, all } = await answerOn(startRaw(port, { 'X-Request-Id': 'not believed' }))
    expect(status).toBe(401)
    expect(JSON.parse(body)).toMatchObject({ code: 'unauthenticated', status: 401 })
    expect(all('content-type')).toEqual(['application/problem+json'])
    expect(all('content-length')).toEqual([String(Buffer.byteLength(body))])
    expect(all('connection')).toEqual(['close'])
    expect(all('cache-control')).toEqual(['no-store'])
    expect(all('www-authenticate')).toEqual(['Bearer realm="sessera"'])
    expect(all('x-request-id')).toEqual([expect.stringMatching(/^[\w.-]{8,64}$/)])
    expect(all('set-cookie')).toEqual([])
    expect(passed).toEqual([null])
  })

  test.each<[string, (a: Client, b: Client) => string[], number]>([
    [
      'two identities',
      (a, b) => [`Cookie: ${a.headers()['cookie']}`, `Authorization: ${b.headers()['authorization']}`],
      400,
    ],
    [
      'a credential twice',
      (_, b) => [`Authorization: ${b.headers()['authorization']}`, 'Authorization: Bearer x'],
      400,
    ],
    ['one cookie twice', (a) => [`Cookie: ${a.headers()['cookie']}; ${a.headers()['cookie']}`], 400],
    [
      'two origins',
      (a) => [`Cookie: ${a.headers()['cookie']}`, `Origin: ${origin}`, `Origin: ${origin}`],
      403,
    ],
    ['a forged token', () => ['Authorization: Bearer a.b.c'], 401],
    ['a token in the address', () => [], 401],
  ])('of %s', async (_, lines, expected) => {
    const world = await createWorld()
    await world.addUser('bob')
    const [ada, bob] = [await world.signedIn('session'), await world.signedIn('token', 'bob')]
    const { port } = await serve(world)
    const socket = connect({ port, host: '127.0.0.1' })
    onTestFinished(() => void socket.destroy())
    const target = `/?access_token=${bob.held.accessToken}`
    socket.write(
      headLines({})
        .replace(' / ', ` ${target} `)
        .replace(/\r\n\r\n$/, `\r\n${[...lines(ada, bob), '', ''].join('\r\n')}`),
    )
    expect((await answerOn(socket)).status).toBe(expected)
  })

  test('while the store cannot tell is 503', async () => {
    const world = await createWorld()
    const { port } = await serve(world, { check: 'store' })
    const client = await world.signedIn('session')
    world.store.meddle(() => Promise.reject(new Error('Gone.')))
    expect(await outcome(port, client.headers())).toBe(503)
  })
})

describe('an open one', () => {
  test('is closed on sign-out, in every tab of that session and in no other', async () => {
    const world = await createWorld()
    const { port, opened: open } = await serve(world)
    const [here, elsewhere] = [await world.signedIn('session'), await world.signedIn('session')]
    const [tab, otherTab] = [await opened(port, here), await opened(port, here.copy())]
    const other = await opened(port, elsewhere)
    const closed = Promise.all([closing(tab), closing(otherTab)])
    await here.logout()
    expect(await closed).toEqual([
      [4401, 'Session ended'],
      [4401, 'Session ended'],
    ])
    await expect.poll(open).toBe(1)
    expect(other.readyState).toBe(WebSocket.OPEN)
  })

  test.each<[string, (world: World, me: Principal<object>) => Promise<unknown>]>([
    ['the user is disabled', ({ auth }, { id }) => auth.users.disable(id)],
    ['the user is deleted', ({ auth }, { id }) => auth.users.delete(id)],
    ['everybody is signed out', ({ auth }) => auth.sessions.endEveryone()],
  ])('is closed when %s', async (_, cause) => {
    const world = await createWorld()
    const { port, passed } = await serve(world)
    const ws = await opened(port, await world.signedIn('token'))
    const closed = closing(ws)
    const [me] = passed
    if (me) await cause(world, me)
    expect(await closed).toEqual([4401, 'Session ended'])
  })

  test('whose session ended between guard and upgrade is closed at once', async () => {
    const world = await createWorld()
    const { port } = await serve(world, {}, ({ sessionId }) => world.auth.sessions.end(sessionId ?? ''))
    const ws = new WebSocket(`ws://127.0.0.1:${port}/`, {
      headers: (await world.signedIn('session')).headers(),
    })
    expect(await closing(ws)).toEqual([4401, 'Session ended'])
  })

  test('is refused to a session that has ended', async () => {
    const world = await createWorld()
    const { port } = await serve(world)
    const client = await world.signedIn('session')
    const headers = client.headers()
    expect(await outcome(port, headers)).toBe('ada')
    await client.logout()
    expect(await outcome(port, headers)).toBe(401)
  })
})

describe('a client that behaves badly', () => {
  test('resets the connection while it is being judged: nobody came, and the server lives on', async () => {
    const world = await createWorld()
    const { port, passed, sockets } = await serve(world, { check: 'store' })
    const client = await world.signedIn('session')
    const [asked, answer] = [deferred<void>(), deferred<void>()]
    world.store.meddle(async ({ proceed }) => {
      asked.resolve()
      await answer.promise
      return await proceed()
    })
    const socket = startRaw(port, client.headers())
    await asked.promise
    socket.resetAndDestroy()
    await expect.poll(() => sockets[0]?.destroyed).toBe(true)
    answer.resolve()
    await expect.poll(() => passed).toEqual([null])
    await expectAlive(port)
  })

  test('sends a flood with it: all of it is dropped, and the refusal arrives', async () => {
    const { port, sockets } = await serve(await createWorld())
    const socket = startRaw(port, {})
    // More than any buffer holds: it is read to its end, or never sent.
    await new Promise((sent) => socket.end(Buffer.alloc(16 * 1024 * 1024, 7), () => sent(null)))
    expect((await answerOn(socket)).status).toBe(401)
    await expect.poll(() => sockets[0]?.destroyed).toBe(true)
    await expectAlive(port)
  })

  test('never closes its half: it is closed from this side', async () => {
    const { port, sockets } = await serve(await createWorld())
    const socket = startRaw(port, {})
    expect((await answerOn(socket)).status).toBe(401)
    await expect.poll(() => sockets[0]?.destroyed).toBe(true)
    await expectAlive(port)
  })
})
