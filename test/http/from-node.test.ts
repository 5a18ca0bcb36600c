import type { IncomingMessage, ServerResponse } from 'node:http'
import { connect } from 'node:net'
import express from 'express'
import { afterEach, describe, expect, it } from 'vitest'
import { createClientIp } from '../../packages/sessera/src/http/client-ip.js'
import {
  addAtHeaderWrite,
  type FromNodeOptions,
  fromNode,
  writeNode,
} from '../../packages/sessera/src/http/from-node.js'
import { duplicated, type HttpRequest } from '../../packages/sessera/src/http/message.js'
import { problemOf } from '../../packages/sessera/src/http/problem.js'
import { sendRaw } from './raw-request.js'
import { deferred, type RawServer, startServer } from './raw-server.js'

const options: FromNodeOptions = { clientIp: createClientIp([]) }
const servers: RawServer[] = []
afterEach(async () => {
  await Promise.all(servers.splice(0).map(({ close }) => close()))
})

type Listener = (req: IncomingMessage, res: ServerResponse) => unknown

async function listen(listener: Listener): Promise<number> {
  const server = await startServer((req, res) => void listener(req, res))
  servers.push(server)
  return server.port
}

/** Answers with what `look` sees in the request, or with the problem that it throws. */
async function answerWith(
  look: (request: HttpRequest) => unknown,
  given: FromNodeOptions = options,
): Promise<number> {
  return await listen(answering(look, given))
}

function answering(look: (request: HttpRequest) => unknown, given: FromNodeOptions = options): Listener {
  return async (req, res) => {
    try {
      const seen = await look(fromNode(req, given))
      writeNode(res, {
        status: 200,
        headers: [],
        body: JSON.stringify(seen === duplicated ? 'duplicated' : (seen ?? null)),
      })
    } catch (error) {
      writeNode(res, problemOf(error))
    }
  }
}

const head = (...lines: string[]): string =>
  `${['GET / HTTP/1.1', 'Host: x', 'Connection: close', ...lines].join('\r\n')}\r\n\r\n`

describe('a header', () => {
  const see = async (name: string, ...lines: string[]) =>
    JSON.parse((await sendRaw(await answerWith((request) => request.header(name)), head(...lines))).body)

  it.each([
    ['is null when absent', 'authorization', [], null],
    ['is found in any case', 'authorization', ['AUTHORIZATION: Bearer a'], 'Bearer a'],
    ['is empty when sent empty', 'origin', ['Origin:'], ''],
    ['is not mistaken for one of equal length', 'origin', ['Orifin: a'], null],
    [
      'is kept apart from its value',
      'origin',
      ['X-Copy: Origin', 'Origin: https://a.example'],
      'https://a.example',
    ],
    [
      'that came twice is duplicated: Authorization (33)',
      'authorization',
      ['Authorization: Bearer a', 'Authorization: Bearer b'],
      'duplicated',
    ],
    [
      'that came twice with one value is duplicated too',
      'authorization',
      ['Authorization: Bearer a', 'authorization: Bearer a'],
      'duplicated',
    ],
    [
      'that came twice is duplicated: Origin',
      'origin',
      ['Origin: https://a.example', 'Origin: https://b.example'],
      'duplicated',
    ],
    [
      'that came twice is duplicated: Sec-Fetch-Site',
      'sec-fetch-site',
      ['Sec-Fetch-Site: same-origin', 'Sec-Fetch-Site: none'],
      'duplicated',
    ],
    [
      'that came twice is duplicated: Content-Type',
      'content-type',
      ['Content-Type: application/json', 'Content-Type: text/plain'],
      'duplicated',
    ],
    [
      'that came twice is duplicated: one nobody has heard of',
      'x-original-method',
      ['X-Original-Method: GET', 'X-Original-Method: POST'],
      'duplicated',
    ],
    ['of cookies is joined', 'cookie', ['Cookie: a=1', 'X: y', 'Cookie: b=2'], 'a=1; b=2'],
    [
      'of proxies is joined',
      'x-forwarded-for',
      ['X-Forwarded-For: 1.1.1.1', 'X-Forwarded-For: 2.2.2.2'],
      '1.1.1.1, 2.2.2.2',
    ],
    ['keeps the byte A0', 'cookie', ['Cookie: a=1;\xa0b=2'], 'a=1;\xa0b=2'],
  ])('%s', async (_, name, lines, expected) => {
    expect(await see(name, ...lines)).toBe(expected)
  })

  it('is still found where an adapter gives parsed headers only', () => {
    const bare = { rawHeaders: [], headers: { cookie: 'a=1', 'x-twice': ['a', 'b'], 'x-once': ['a'] } }
    const request = fromNode(bare as Partial<IncomingMessage> as IncomingMessage, options)
    expect(request.header('cookie')).toBe('a=1')
    expect(request.header('x-once')).toBe('a')
    expect(request.header('x-twice')).toBe(duplicated)
    expect(request.header('origin')).toBeNull()
  })
})

describe('the target of a request', () => {
  it.each([
    ['/auth/login', '/auth/login', ''],
    ['/auth/login?a=1&b=?', '/auth/login', 'a=1&b=?'],
    ['/auth/login?', '/auth/login', ''],
    ['/auth/%6cogin', '/auth/%6cogin', ''],
    ['//evil.example/auth', '//evil.example/auth', ''],
    ['http://evil.example/auth/login?a=1', '/auth/login', 'a=1'],
    ['http://evil.example', '/', ''],
    ['http://evil.example?a=1', '/', 'a=1'],
    ['/auth/../x', '/auth/../x', ''],
  ])('%s has the path %s and the query %j', async (target, path, query) => {
    const port = await answerWith((request) => [request.method, request.path, request.query])
    const { body } = await sendRaw(port, `DELETE ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)
    expect(JSON.parse(body)).toEqual(['DELETE', path, query])
  })

  it('is whole under an Express mount', async () => {
    const app = express()
    app.use(
      '/auth',
      answering((request) => [request.path, request.query]),
    )
    const { body } = await sendRaw(
      await listen(app),
      'GET /auth/me?a=1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
    )
    expect(JSON.parse(body)).toEqual(['/auth/me', 'a=1'])
  })
})

describe('the address', () => {
  const forwarded = head('X-Forwarded-For: 203.0.113.9')

  it('is the socket’s by default', async () => {
    const port = await answerWith(({ peer, ip }) => [peer, ip])
    expect(JSON.parse((await sendRaw(port, forwarded)).body)).toEqual(['127.0.0.1', '127.0.0.1'])
  })

  it('is what a trusted proxy says', async () => {
    const port = await answerWith(({ peer, ip }) => [peer, ip], { clientIp: createClientIp(['loopback']) })
    expect(JSON.parse((await sendRaw(port, forwarded)).body)).toEqual(['127.0.0.1', '203.0.113.9'])
  })
})

const post = (body: string, ...lines: string[]): string =>
  `${['POST / HTTP/1.1', 'Host: x', 'Connection: close', ...lines].join('\r\n')}\r\n\r\n${body}`
const sized = (body: string, ...lines: string[]): string =>
  post(body, `Content-Length: ${body.length}`, ...lines)
const codeOf = (body: string): string => (JSON.parse(body) as { code: string }).code

describe('a body', () => {
  const readBody = (request: HttpRequest) => request.body()

  it.each([
    ['is text', sized('{"a":1}'), { text: '{"a":1}' }],
    ['is text in UTF-8', sized('\xc3\xa4'), { text: 'ä' }],
    ['keeps a byte order mark', sized('\xef\xbb\xbf{}'), { text: '\ufeff{}' }],
    ['is empty when there is none', head(), { text: '' }],
    ['is empty when it says so', sized(''), { text: '' }],
    [
      'may come in chunks',
      post('3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n', 'Transfer-Encoding: chunked'),
      { text: 'abcde' },
    ],
    ['may say that it is not compressed', sized('a', 'Content-Encoding: identity'), { text: 'a' }],
    ['may be 64 KiB long', sized('a'.repeat(65_536)), { text: 'a'.repeat(65_536) }],
  ])('%s', async (_, bytes, expected) => {
    expect(JSON.parse((await sendRaw(await answerWith(readBody), bytes)).body)).toEqual(expected)
  })

  it('is joined before it is decoded: a character may come in two pieces', async () => {
    const pieces = post('1\r\n\xc3\r\n1\r\n\xa4\r\n0\r\n\r\n', 'Transfer-Encoding: chunked')
    expect((await sendRaw(await answerWith(readBody), pieces)).body).toBe('{"text":"ä"}')
  })

  it.each([
    ['a length beyond 64 KiB', sized('a'.repeat(65_537)), 413, 'payload_too_large'],
    [
      'chunks beyond 64 KiB',
      post(
        `${'fff\r\n'.concat('a'.repeat(0xfff), '\r\n').repeat(20)}0\r\n\r\n`,
        'Transfer-Encoding: chunked',
      ),
      413,
      'payload_too_large',
    ],
    ['a compressed body', sized('x', 'Content-Encoding: gzip'), 415, 'unsupported_media_type'],
    [
      'two encodings',
      sized('x', 'Content-Encoding: identity', 'Content-Encoding: identity'),
      415,
      'unsupported_media_type',
    ],
    ['broken UTF-8', sized('{"a":"\xff"}'), 400, 'invalid_request'],
    ['UTF-8 cut in the middle', sized('\xc3'), 400, 'invalid_request'],
    ['a surrogate in UTF-8', sized('\xed\xa0\x80'), 400, 'invalid_request'],
  ])('is refused for %s', async (_, bytes, status, code) => {
    const answer = await sendRaw(await answerWith(readBody), bytes)
    expect(answer.status).toBe(status)
    expect(codeOf(answer.body)).toBe(code)
  })

  it('announced as too long is refused before it comes, and the connection closed', async () => {
    const keepAlive = 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\n'
    const answer = await sendRaw(await answerWith(readBody), keepAlive)
    expect(answer.status).toBe(413)
    expect(answer.all('connection')).toEqual(['close'])
  })

  it('without end is refused on the way, and the connection closed', async () => {
    const keepAlive = `POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n${`fff\r\n${'a'.repeat(0xfff)}\r\n`.repeat(17)}`
    const answer = await sendRaw(await answerWith(readBody), keepAlive)
    expect(answer.status).toBe(413)
    expect(answer.all('connection')).toEqual(['close'])
  })

  it('that takes too long is refused, and the connection closed (43)', async () => {
    const port = await answerWith(readBody, { ...options, bodySeconds: 0.05 })
    const answer = await sendRaw(port, 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc')
    expect(answer.status).toBe(400)
    expect(answer.body).toContain('too long to arrive')
    expect(answer.all('connection')).toEqual(['close'])
  })

  it('leaves the connection open when all is well', async () => {
    const port = await answerWith(readBody)
    const twice = `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\na${sized('b')}`
    const socket = connect(port, '127.0.0.1')
    socket.write(twice)
    const chunks: Buffer[] = []
    for await (const chunk of socket) chunks.push(chunk as Buffer)
    const text = Buffer.concat(chunks).toString()
    expect(text).toContain('{"text":"a"}')
    expect(text).toContain('{"text":"b"}')
  })

  it('cut short by the client is an error of theirs, and the server lives on', async () => {
    const [begun, outcome] = [deferred<void>(), deferred<unknown>()]
    const port = await listen((req) => {
      fromNode(req, options).body().then(outcome.resolve, outcome.resolve)
      begun.resolve()
    })
    const socket = connect(port, '127.0.0.1')
    socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc')
    await begun.promise
    socket.destroy()
    expect(await outcome.promise).toMatchObject({
      code: 'invalid_request',
      message: 'The request body was cut short.',
    })
  })

  it('of a client that has gone before anyone read is cut short as well', async () => {
    const [begun, outcome] = [deferred<void>(), deferred<unknown>()]
    const port = await listen((req) => {
      begun.resolve()
      req.socket.once('close', () => {
        setImmediate(() => {
          fromNode(req, options).body().then(outcome.resolve, outcome.resolve)
        })
      })
    })
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => {})
    socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n')
    await begun.promise
    socket.destroy()
    expect(await outcome.promise).toMatchObject({ message: 'The request body was cut short.' })
  })

  it('refused for its size and then aborted does not end the process', async () => {
    const refused = deferred<unknown>()
    const closed = deferred<void>()
    const port = await listen((req) => {
      req.once('close', closed.resolve)
      fromNode(req, options).body().then(refused.resolve, refused.resolve)
    })
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => {})
    socket.write(
      `POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n${`fff\r\n${'a'.repeat(0xfff)}\r\n`.repeat(17)}`,
    )
    expect(await refused.promise).toMatchObject({ code: 'payload_too_large' })
    socket.destroy()
    await closed.promise
  })
})

describe('a body that a framework has parsed', () => {
  const throughExpress = async (...before: express.RequestHandler[]) => {
    const app = express()
    if (before.length > 0) app.use(...before)
    app.use(answering((request) => request.body()))
    return await listen(app)
  }
  const bytes = sized('{"a":1}', 'Content-Type: application/json')

  it.each<[string, express.RequestHandler[], unknown]>([
    ['as JSON is used as it is', [express.json()], { parsed: { a: 1 } }],
    ['as text is text', [express.text({ type: '*/*' })], { text: '{"a":1}' }],
    ['as bytes is text', [express.raw({ type: '*/*' })], { text: '{"a":1}' }],
    ['by none is read', [], { text: '{"a":1}' }],
    ['by one that minds other types is read', [express.urlencoded({ extended: false })], { text: '{"a":1}' }],
  ])('%s', async (_, before, expected) => {
    expect(JSON.parse((await sendRaw(await throughExpress(...before), bytes)).body)).toEqual(expected)
  })

  it('as bytes that are not UTF-8 is refused', async () => {
    const answer = await sendRaw(await throughExpress(express.raw({ type: '*/*' })), sized('\xff'))
    expect(answer.status).toBe(400)
  })

  it('may be handed over, as Fastify needs', async () => {
    const port = await answerWith((request) => request.body(), { ...options, parsedBody: { b: 2 } })
    expect(JSON.parse((await sendRaw(port, bytes)).body)).toEqual({ parsed: { b: 2 } })
  })

  it('and found empty is empty', async () => {
    const drain: express.RequestHandler = (req, _, next) => {
      req.resume().once('end', () => next())
    }
    expect(JSON.parse((await sendRaw(await throughExpress(drain), sized(''))).body)).toEqual({ text: '' })
  })

  it('and thrown away gives a sentence for the developer, and no waiting', async () => {
    const drain: express.RequestHandler = (req, _, next) => {
      req.resume().once('end', () => next())
    }
    const answer = await sendRaw(await throughExpress(drain), bytes)
    expect(answer.status).toBe(400)
    expect(answer.body).toContain('was read before Sessera saw it')
  })
})

describe('a response', () => {
  const write = async (
    response: Parameters<typeof writeNode>[1],
    { before = () => {}, method = 'GET' }: { before?: (res: ServerResponse) => void; method?: string } = {},
  ) => {
    const port = await listen((_, res) => {
      before(res)
      writeNode(res, response)
    })
    return await sendRaw(port, `${method} / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)
  }

  it('has status, headers and body', async () => {
    const answer = await write({
      status: 201,
      headers: [['Content-Type', 'application/json']],
      body: '{"a":"ä"}',
    })
    expect(answer.status).toBe(201)
    expect(answer.all('content-type')).toEqual(['application/json'])
    expect(answer.all('content-length')).toEqual(['10'])
    expect(answer.body).toBe('{"a":"ä"}')
  })

  it('to HEAD has the length of its body, and none', async () => {
    const answer = await write({ status: 200, headers: [], body: 'abc' }, { method: 'HEAD' })
    expect(answer.all('content-length')).toEqual(['3'])
    expect(answer.body).toBe('')
  })

  it('without content has neither body nor length', async () => {
    const answer = await write({ status: 204, headers: [], body: '' })
    expect(answer.all('content-length')).toEqual([])
    expect(answer.all('transfer-encoding')).toEqual([])
    expect(answer.body).toBe('')
  })

  it('adds its cookies and Vary to the application’s, and replaces everything else', async () => {
    const answer = await write(
      {
        status: 200,
        headers: [
          ['Cache-Control', 'no-store'],
          ['X-Frame-Options', 'DENY'],
          ['Vary', 'Origin'],
          ['Set-Cookie', 'a=1; Path=/'],
          ['Set-Cookie', 'b=2; Path=/'],
          ['X-Frame-Options', 'SAMEORIGIN'],
        ],
        body: '',
      },
      {
        before(res) {
          res.setHeader('Vary', 'Accept')
          res.setHeader('Set-Cookie', 'app=1')
          res.setHeader('X-Frame-Options', 'ALLOW')
        },
      },
    )
    expect(answer.all('vary')).toEqual(['Accept', 'Origin'])
    expect(answer.all('set-cookie')).toEqual(['app=1', 'a=1; Path=/', 'b=2; Path=/'])
    expect(answer.all('x-frame-options')).toEqual(['SAMEORIGIN'])
  })

  it('with cookies is never cached, whatever its own headers say', async () => {
    const headers: [string, string][] = [
      ['Set-Cookie', 'a=1'],
      ['Cache-Control', 'public, max-age=60'],
    ]
    expect((await write({ status: 200, headers, body: '' })).all('cache-control')).toEqual([
      'private, no-store',
    ])
  })

  it('without cookies keeps its own caching', async () => {
    const headers: [string, string][] = [
      ['Cache-Control', 'no-store'],
      ['Cache-Control', 'public, max-age=60'],
    ]
    expect((await write({ status: 200, headers, body: '' })).all('cache-control')).toEqual([
      'public, max-age=60',
    ])
  })

  it('with a line break in a header is not sent (41)', async () => {
    const thrown = deferred<unknown>()
    const port = await listen((_, res) => {
      try {
        writeNode(res, { status: 200, headers: [['X-User', 'a\r\nSet-Cookie: x=y']], body: '' })
      } catch (error) {
        thrown.resolve(error)
        res.end()
      }
    })
    const answer = await sendRaw(port, head())
    expect(await thrown.promise).toMatchObject({ code: 'ERR_INVALID_CHAR' })
    expect(answer.all('set-cookie')).toEqual([])
  })
})

describe('cookies added at the write of the headers (CVE-2025-48947)', () => {
  const answerOf = async (listener: (res: ServerResponse) => void) =>
    await sendRaw(await listen((_, res) => listener(res)), head())

  it.each<[string, (res: ServerResponse) => void]>([
    ['by end', (res) => res.end('ok')],
    [
      'by write',
      (res) => {
        res.write('o')
        res.end('k')
      },
    ],
    [
      'by flushHeaders',
      (res) => {
        res.flushHeaders()
        res.end('ok')
      },
    ],
    [
      'by setHeader',
      (res) => {
        res.setHeader('Cache-Control', 'public, max-age=60')
        res.end('ok')
      },
    ],
    ['by writeHead', (res) => res.writeHead(200).end('ok')],
    [
      'by writeHead with an object',
      (res) => res.writeHead(200, { 'Cache-Control': 'public', 'X-App': '1' }).end('ok'),
    ],
    [
      'by writeHead with a reason and an object',
      (res) => res.writeHead(200, 'Fine', { 'cache-control': 'public', 'X-App': '1' }).end('ok'),
    ],
    [
      'by writeHead with a flat list',
      (res) => res.writeHead(200, ['CACHE-CONTROL', 'public', 'X-App', '1']).end('ok'),
    ],
    [
      'by writeHead with pairs',
      (res) =>
        res
          .writeHead(200, [
            ['Cache-Control', 'public'],
            ['X-App', '1'],
          ])
          .end('ok'),
    ],
    [
      'by writeHead with an empty place before the headers',
      (res) => res.writeHead(200, undefined, { 'Cache-Control': 'public', 'X-App': '1' }).end('ok'),
    ],
    [
      'by a header for one content network',
      (res) => {
        res.setHeader('CDN-Cache-Control', 'public')
        res.setHeader('Surrogate-Control', 'max-age=60')
        res.setHeader('X-Accel-Expires', '60')
        res.writeHead(200, { 'Vercel-CDN-Cache-Control': 'public' }).end('ok')
      },
    ],
  ])('arrive, and nothing else decides on caching: headers written %s', async (_, write) => {
    const answer = await answerOf((res) => {
      addAtHeaderWrite(res, ['a=1; Path=/'])
      write(res)
    })
    expect(answer.status).toBe(200)
    expect(answer.all('set-cookie')).toEqual(['a=1; Path=/'])
    expect(answer.all('cache-control')).toEqual(['private, no-store'])
    expect(answer.headers.filter(([name]) => /cdn|surrogate|accel/.test(name))).toEqual([])
    expect(answer.body).toContain('o')
  })

  it.each<[string, (res: ServerResponse) => void]>([
    ['an object', (res) => res.writeHead(200, { 'X-App': '1' })],
    ['an object after a reason', (res) => res.writeHead(200, 'Fine', { 'X-App': '1' })],
    ['an object after an empty place', (res) => res.writeHead(200, undefined, { 'X-App': '1' })],
    ['a flat list', (res) => res.writeHead(200, ['X-App', '1'])],
    ['pairs', (res) => res.writeHead(200, [['X-App', '1']])],
  ])('lose none of the headers that writeHead is given: %s', async (_, writeHead) => {
    const answer = await answerOf((res) => {
      addAtHeaderWrite(res, ['a=1'])
      res.setHeader('X-App', '0')
      writeHead(res)
      res.end()
    })
    expect(answer.all('x-app')).toEqual(['1'])
    expect(answer.all('set-cookie')).toEqual(['a=1'])
  })

  it('leave the status, the reason and the other headers alone', async () => {
    const seen = deferred<string>()
    const port = await listen((_, res) => {
      addAtHeaderWrite(res, ['a=1'])
      res.setHeader('X-Before', '1')
      res.writeHead(418, 'Short and stout', { 'X-Given': '2', 'X-Before': '3' }).end()
    })
    const socket = connect(port, '127.0.0.1')
    socket.write(head())
    socket.once('data', (chunk) => seen.resolve(String(chunk)))
    const text = await seen.promise
    expect(text).toMatch(/^HTTP\/1\.1 418 Short and stout\r\n/)
    expect(text).toContain('X-Given: 2\r\n')
    expect(text).toContain('X-Before: 3\r\n')
    socket.destroy()
  })

  it('stand beside the application’s, however those are set', async () => {
    const bySetHeader = await answerOf((res) => {
      addAtHeaderWrite(res, ['a=1'])
      res.setHeader('Set-Cookie', ['app=1', 'app2=2'])
      res.end()
    })
    expect(bySetHeader.all('set-cookie')).toEqual(['app=1', 'app2=2', 'a=1'])

    const byObject = await answerOf((res) => {
      addAtHeaderWrite(res, ['a=1'])
      res.writeHead(200, { 'Set-Cookie': ['app=1', 'app2=2'] }).end()
    })
    expect(byObject.all('set-cookie')).toEqual(['app=1', 'app2=2', 'a=1'])

    const byList = await answerOf((res) => {
      addAtHeaderWrite(res, ['a=1'])
      res.writeHead(200, ['Set-Cookie', 'app=1', 'Set-Cookie', 'app2=2']).end()
    })
    expect(byList.all('set-cookie')).toEqual(['app=1', 'app2=2', 'a=1'])
  })

  it('of two uses all arrive, and of one name the later', async () => {
    const answer = await answerOf((res) => {
      addAtHeaderWrite(res, ['session=1; Path=/', 'access=1; Path=/'])
      addAtHeaderWrite(res, ['access=; Max-Age=0; Path=/', 'refresh=2; Path=/auth'])
      res.end()
    })
    expect(answer.all('set-cookie')).toEqual([
      'session=1; Path=/',
      'access=; Max-Age=0; Path=/',
      'refresh=2; Path=/auth',
    ])
    expect(answer.all('cache-control')).toEqual(['private, no-store'])
  })

  it('replace one of their name that the application had set', async () => {
    const answer = await answerOf((res) => {
      res.setHeader('Set-Cookie', ['a=old; Path=/', 'app=1'])
      addAtHeaderWrite(res, ['a=1; Path=/'])
      res.end()
    })
    expect(answer.all('set-cookie')).toEqual(['app=1', 'a=1; Path=/'])
  })

  it('are outdone by a later response that clears them', async () => {
    const answer = await answerOf((res) => {
      addAtHeaderWrite(res, ['access=renewed'])
      writeNode(res, { status: 204, headers: [['Set-Cookie', 'access=; Max-Age=0']], body: '' })
    })
    expect(answer.all('set-cookie')).toEqual(['access=; Max-Age=0'])
  })

  it('leave no trace on the response once they are written', async () => {
    const own = deferred<boolean[]>()
    await answerOf((res) => {
      addAtHeaderWrite(res, ['a=1'])
      addAtHeaderWrite(res, ['b=2'])
      const before = Object.hasOwn(res, 'writeHead')
      res.flushHeaders()
      own.resolve([before, Object.hasOwn(res, 'writeHead')])
      res.end()
    })
    expect(await own.promise).toEqual([true, false])
  })

  it.each([['before'], ['after']])('get on with another library that wraps writeHead %s', async (when) => {
    let calls = 0
    const wrap = (res: ServerResponse): void => {
      const inner = res.writeHead
      res.writeHead = (status: number) => {
        calls++
        res.setHeader('X-Other', '1')
        return inner.call(res, status)
      }
    }
    const left = deferred<boolean>()
    const answer = await answerOf((res) => {
      if (when === 'before') wrap(res)
      const before = res.writeHead
      addAtHeaderWrite(res, ['a=1'])
      if (when === 'after') wrap(res)
      const after = res.writeHead
      res.setHeader('Cache-Control', 'public')
      res.end('ok')
      left.resolve(res.writeHead === (when === 'before' ? before : after))
    })
    expect(await left.promise).toBe(true)
    expect(calls).toBe(1)
    expect(answer.all('x-other')).toEqual(['1'])
    expect(answer.all('set-cookie')).toEqual(['a=1'])
    expect(answer.all('cache-control')).toEqual(['private, no-store'])
  })

  it('reach the error page when the first attempt to write failed', async () => {
    const answer = await answerOf((res) => {
      addAtHeaderWrite(res, ['a=1'])
      try {
        res.writeHead(99)
      } catch {
        for (const name of res.getHeaderNames()) res.removeHeader(name)
        res.writeHead(500, { 'Cache-Control': 'public' }).end()
      }
    })
    expect(answer.status).toBe(500)
    expect(answer.all('set-cookie')).toEqual(['a=1'])
    expect(answer.all('cache-control')).toEqual(['private, no-store'])
  })

  it('that come too late are an error, not a loss', async () => {
    const thrown = deferred<unknown>()
    await answerOf((res) => {
      res.write('ok')
      try {
        addAtHeaderWrite(res, ['a=1'])
      } catch (error) {
        thrown.resolve(error)
      }
      res.end()
    })
    expect(String(await thrown.promise)).toContain('cookies come too late')
  })

  it('survive Express and its caching by ETag', async () => {
    const app = express()
    app.get('/', (_, res) => {
      addAtHeaderWrite(res, ['a=1'])
      res.set('Cache-Control', 'public, max-age=60').json({ ok: true })
    })
    const answer = await sendRaw(await listen(app), head())
    expect(answer.all('set-cookie')).toEqual(['a=1'])
    expect(answer.all('cache-control')).toEqual(['private, no-store'])
    expect(answer.body).toBe('{"ok":true}')
  })
})
