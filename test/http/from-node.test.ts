// What is seen of a Node request before its body: headers, target, address.

import type { IncomingMessage } from 'node:http'
import express from 'express'
import { describe, expect, it } from 'vitest'
import { createClientIp } from '../../packages/sessera/src/http/client-ip.js'
import { fromNode } from '../../packages/sessera/src/http/from-node.js'
import { duplicated } from '../../packages/sessera/src/http/message.js'
import { answering, answerWith, head, listen, options } from './node-answers.js'
import { sendRaw } from './raw-request.js'

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
