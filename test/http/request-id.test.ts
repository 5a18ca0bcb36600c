// What joins the lines of one request: who may choose it, and where it is found.

import type { IncomingMessage } from 'node:http'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { forNode, type NodeAuth } from '../../packages/sessera/src/frameworks/node.js'
import { createClientIp, createProxyTrust } from '../../packages/sessera/src/http/client-ip.js'
import { fromNode } from '../../packages/sessera/src/http/from-node.js'
import { duplicated } from '../../packages/sessera/src/http/message.js'
import { createRequestIds } from '../../packages/sessera/src/http/request-id.js'
import { createSeededRandom } from '../../packages/sessera/src/testing/seeded-random.js'
import { createWorld, password, type World, type WorldOptions } from '../support/auth.js'
import { sendRaw } from './raw-request.js'
import { type RawAnswer, startServer } from './raw-server.js'

const ours = /^[\w-]{22}$/

describe('the id of a request', () => {
  const idOf = createRequestIds(createProxyTrust(['10.0.0.0/8']), createSeededRandom('ids'))

  it.each(['a', 'req-1.2_3', 'x'.repeat(64), '0af7651916cd43dd8448eb211c80319c'])(
    'is what a trusted proxy says: %s',
    (sent) => {
      expect(idOf('10.1.2.3', sent)).toBe(sent)
    },
  )

  const refused: readonly { readonly what: string; readonly sent: string | typeof duplicated | null }[] = [
    { what: 'nothing', sent: '' },
    { what: 'something too long', sent: 'x'.repeat(65) },
    { what: 'two words', sent: 'a b' },
    { what: 'two lines', sent: 'a\nb' },
    { what: 'another format', sent: '{"a":1}' },
    { what: 'other letters', sent: 'ä' },
    { what: 'not a word', sent: null },
    { what: 'two things', sent: duplicated },
  ]
  it.each(refused)('is ours when the proxy says $what', ({ sent }) => {
    expect(idOf('10.1.2.3', sent)).toMatch(ours)
  })

  it.each([['192.0.2.1'], [null], ['10.1.2.3.example']])('is never what %s says', (peer) => {
    expect(idOf(peer, 'chosen')).toMatch(ours)
  })

  it('is another one each time', () => {
    expect(new Set(Array.from({ length: 1000 }, () => idOf(null, null))).size).toBe(1000)
  })
})

interface Scene {
  readonly world: World
  readonly node: NodeAuth<object>
  get(path: string, ...lines: string[]): Promise<RawAnswer>
}

/** The API; on `/fault` a guard of a route that the caller may not use, elsewhere the id by itself. */
async function setScene(options: WorldOptions = {}): Promise<Scene> {
  const world = await createWorld(options)
  const node = forNode(world.auth)
  const enter = node.guard({ roles: ['boss'] })
  const server = await startServer(async (req, res) => {
    if (await node.handle(req, res)) return
    if (req.url === '/fault') await enter(req, res)
    else res.end(`${node.requestId(req)} ${node.requestId(req)}`)
  })
  onTestFinished(server.close)
  return {
    world,
    node,
    get: (path, ...lines) =>
      sendRaw(
        server.port,
        `${[`GET ${path} HTTP/1.1`, 'Host: x', 'Connection: close', ...lines].join('\r\n')}\r\n\r\n`,
      ),
  }
}

describe('over HTTP', () => {
  it.each(['/auth/me', '/auth/nothing', '/auth/login', '/.well-known/jwks.json', '/auth/verify'])(
    '%s is answered with it, once',
    async (path) => {
      const { get } = await setScene()
      expect((await get(path)).all('x-request-id')).toEqual([expect.stringMatching(ours)])
    },
  )

  it('is the same for the app as long as the request lasts', async () => {
    const { get } = await setScene()
    const [first, second] = (await get('/elsewhere')).body.split(' ')
    expect(first).toMatch(ours)
    expect(second).toBe(first)
  })

  it('is what a trusted proxy chose, not what a stranger did', async () => {
    const chosen = 'X-Request-Id: from-outside'
    const behindProxy = await setScene({ trustedProxies: ['loopback'] })
    expect((await behindProxy.get('/auth/me', chosen)).all('x-request-id')).toEqual(['from-outside'])
    expect((await behindProxy.get('/auth/me', chosen, chosen)).all('x-request-id')).toEqual([
      expect.stringMatching(ours),
    ])
    const { get } = await setScene()
    expect((await get('/auth/me', chosen)).all('x-request-id')).toEqual([expect.stringMatching(ours)])
  })

  it('joins the answer of a guard, its line on record, and where it came from', async () => {
    const { world, get } = await setScene()
    const lines: unknown[] = []
    world.auth.on('audited', (event) => lines.push(event))
    const client = await world.signedIn('token')
    const authorization = `Authorization: Bearer ${client.held.accessToken}`
    for (let times = 0; times < 2; times++) {
      const answer = await get('/fault', authorization, 'User-Agent: Curious/1')
      const [requestId] = answer.all('x-request-id')
      expect([answer.status, requestId]).toEqual([403, expect.stringMatching(ours)])
      expect(lines.at(-1)).toMatchObject({
        name: 'authz_fail',
        requestId,
        ip: '127.0.0.1',
        userAgent: 'Curious/1',
      })
    }
  })

  it.each(['/auth/me', '/fault'])('is in the log line when %s fails', async (path) => {
    const { world, get } = await setScene()
    const client = await world.signedIn('session')
    world.clock.advance(5000)
    world.store.meddle(async () => {
      throw new Error('The store is gone.')
    })
    const cookies = `Cookie: ${client.headers()['cookie']}`
    const answer = await get(path, cookies)
    world.store.meddle(null)
    const failed = world.log.filter(({ message }) => message === 'A request failed.')
    expect([answer.status, failed.map(({ fields }) => fields['requestId'])]).toEqual([
      503,
      answer.all('x-request-id'),
    ])
  })

  it('is in the log lines that a use case writes', async () => {
    const { world } = await setScene()
    const client = await world.signedIn('token')
    const thief = client.copy()
    await client.refresh()
    world.clock.advance(11_000)
    await client.refresh()
    world.clock.advance(11_000)
    const { headers } = await thief.refresh()
    expect(world.log.find(({ message }) => message.includes('used again'))?.fields).toMatchObject({
      requestId: headers.get('x-request-id'),
    })
  })

  it('is that of the sign-in on a route of the app', async () => {
    const world = await createWorld()
    const node = forNode(world.auth)
    const lines: { readonly name: string; readonly requestId: string | null }[] = []
    world.auth.on('audited', (event) => lines.push(event))
    const server = await startServer(async (req, res) => {
      await node.signIn(req, res, { login: 'ada', password })
      res.end(node.requestId(req))
    })
    onTestFinished(server.close)
    const { body } = await sendRaw(server.port, 'POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
    expect(lines.map(({ name, requestId }) => [name, requestId])).toEqual([
      ['session_created', body],
      ['authn_login_success', body],
    ])
  })
})

it('costs a guard nothing: it is made when somebody asks', () => {
  const requestId = vi.fn(() => 'made')
  const req: Partial<IncomingMessage> = {
    method: 'GET',
    url: '/',
    rawHeaders: ['Cookie', 'a=b'],
    headers: {},
  }
  const request = fromNode(req as IncomingMessage, { clientIp: createClientIp([]), requestId })
  request.header('cookie')
  request.header('authorization')
  expect(requestId).not.toHaveBeenCalled()
  Object.assign(req, { socket: { remoteAddress: '192.0.2.1' } })
  expect([request.requestId, request.requestId]).toEqual(['made', 'made'])
  expect(requestId).toHaveBeenCalledTimes(1)
})
