// The body of a Node request: read, refused, cut short, or parsed by somebody else before.

import { connect } from 'node:net'
import express from 'express'
import { describe, expect, it } from 'vitest'
import { fromNode } from '../../packages/sessera/src/http/from-node.js'
import type { HttpRequest } from '../../packages/sessera/src/http/message.js'
import { answering, answerWith, head, listen, options, post, sized } from './node-answers.js'
import { sendRaw } from './raw-request.js'
import { deferred } from './raw-server.js'

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
