// Cookies that wait for the application to write its headers, however it does that: they arrive, and are not cached.

import type { ServerResponse } from 'node:http'
import { connect } from 'node:net'
import express from 'express'
import { describe, expect, it } from 'vitest'
import { addAtHeaderWrite, writeNode } from '../../packages/sessera/src/http/from-node.js'
import { head, listen } from './node-answers.js'
import { sendRaw } from './raw-request.js'
import { deferred } from './raw-server.js'

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
