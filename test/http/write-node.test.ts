// A response of ours on a Node response that the application may have touched before.

import type { ServerResponse } from 'node:http'
import { describe, expect, it } from 'vitest'
import { writeNode } from '../../packages/sessera/src/http/from-node.js'
import { head, listen } from './node-answers.js'
import { sendRaw } from './raw-request.js'
import { deferred } from './raw-server.js'

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
