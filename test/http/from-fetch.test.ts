// A Fetch request as the HTTP core sees it, its body within the limits, and what is answered as a Response.

import { describe, expect, it } from 'vitest'
import {
  fromFetch,
  toFetchResponse,
  withCookies,
  withHeaders,
} from '../../packages/sessera/src/http/from-fetch.js'
import { duplicated } from '../../packages/sessera/src/http/message.js'
import { asyncRefusalOf } from './fake-request.js'

const get = (headers: [string, string][] = [], url = 'https://app.example/auth/me'): Request => {
  const request = new Request(url)
  for (const [name, value] of headers) request.headers.append(name, value)
  return request
}
const post = (
  body: string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array> | null,
  headers: Record<string, string> = {},
): Request =>
  new Request('https://app.example/auth/login', {
    method: 'POST',
    body,
    headers,
    // Fetch asks for it with streams: the whole request is sent before the answer is read.
    ...(body instanceof ReadableStream ? { duplex: 'half' } : {}),
  })

/** Gives the chunks one by one, and tells whether it was told to stop. */
function streamOf(chunks: Iterable<Uint8Array>): {
  stream: ReadableStream<Uint8Array>
  cancelled: () => boolean
  given: () => number
} {
  const source = chunks[Symbol.iterator]()
  let cancelled = false
  let given = 0
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      const { done, value } = source.next()
      if (done) return controller.close()
      given++
      controller.enqueue(value)
    },
    cancel() {
      cancelled = true
    },
  })
  return { stream, cancelled: () => cancelled, given: () => given }
}

describe('a Fetch request', () => {
  it.each([
    ['https://app.example/auth/login', '/auth/login', ''],
    ['https://app.example/auth/login?a=1&b=?', '/auth/login', 'a=1&b=?'],
    ['https://app.example/auth/login?a=1#part', '/auth/login', 'a=1'],
    ['https://app.example', '/', ''],
    ['https://app.example/auth/%6cogin', '/auth/%6cogin', ''],
    ['https://app.example//evil.example', '//evil.example', ''],
  ])('for %s has the path %s and the query %j', (url, path, query) => {
    expect(fromFetch(get([], url))).toMatchObject({ method: 'GET', path, query })
  })

  it('has the addresses that the platform tells, and none by itself', () => {
    const forwarded = get([['X-Forwarded-For', '203.0.113.9']])
    expect(fromFetch(forwarded)).toMatchObject({ peer: null, ip: null })
    expect(fromFetch(forwarded, { peer: '192.0.2.1' })).toMatchObject({ peer: '192.0.2.1', ip: '192.0.2.1' })
    expect(fromFetch(forwarded, { peer: '192.0.2.1', clientIp: () => '203.0.113.9' })).toMatchObject({
      peer: '192.0.2.1',
      ip: '203.0.113.9',
    })
  })

  it.each<[string, string, [string, string][], string | symbol | null]>([
    ['is null when absent', 'authorization', [], null],
    ['is found in any case', 'authorization', [['AUTHORIZATION', 'Bearer a']], 'Bearer a'],
    [
      'that came twice is duplicated: Authorization',
      'authorization',
      [
        ['Authorization', 'Bearer a'],
        ['Authorization', 'Bearer b'],
      ],
      duplicated,
    ],
    [
      'that came twice is duplicated: Origin',
      'origin',
      [
        ['Origin', 'https://a.example'],
        ['Origin', 'https://a.example'],
      ],
      duplicated,
    ],
    [
      'that came twice is duplicated: Sec-Fetch-Site',
      'sec-fetch-site',
      [
        ['Sec-Fetch-Site', 'none'],
        ['Sec-Fetch-Site', 'none'],
      ],
      duplicated,
    ],
    [
      'that came twice is duplicated: Content-Type',
      'content-type',
      [
        ['Content-Type', 'application/json'],
        ['Content-Type', 'text/plain'],
      ],
      duplicated,
    ],
    [
      'that came twice is duplicated: the original method',
      'x-original-method',
      [
        ['X-Original-Method', 'GET'],
        ['X-Original-Method', 'POST'],
      ],
      duplicated,
    ],
    [
      'of free text may have commas',
      'user-agent',
      [['User-Agent', 'Mozilla (KHTML, like Gecko)']],
      'Mozilla (KHTML, like Gecko)',
    ],
    [
      'of proxies is joined',
      'x-forwarded-for',
      [
        ['X-Forwarded-For', '1.1.1.1'],
        ['X-Forwarded-For', '2.2.2.2'],
      ],
      '1.1.1.1, 2.2.2.2',
    ],
    [
      'of cookies is joined as cookies are',
      'cookie',
      [
        ['Cookie', 'a=1'],
        ['Cookie', 'b=2'],
      ],
      'a=1; b=2',
    ],
  ])('has a header that %s', (_, name, headers, expected) => {
    expect(fromFetch(get(headers)).header(name)).toBe(expected)
  })
})

describe('the body of a Fetch request', () => {
  it.each([
    ['text', post('{"a":"ä"}'), '{"a":"ä"}'],
    ['none', post(null), ''],
    ['none of a GET', get(), ''],
    ['a character in two pieces', post(streamOf([Uint8Array.of(0xc3), Uint8Array.of(0xa4)]).stream), 'ä'],
    ['64 KiB', post('a'.repeat(65_536)), 'a'.repeat(65_536)],
  ])('is read: %s', async (_, request, text) => {
    expect(await fromFetch(request).body()).toEqual({ text })
  })

  it('without end is refused after 64 KiB, and told to stop', async () => {
    const endless = streamOf(
      (function* () {
        for (;;) yield new Uint8Array(1024)
      })(),
    )
    expect(await asyncRefusalOf(() => fromFetch(post(endless.stream)).body())).toBe('payload_too_large')
    expect(endless.cancelled()).toBe(true)
    expect(endless.given()).toBeLessThan(70)
  })

  it('that stalls is refused, and told to stop', async () => {
    let cancelled = false
    const stalled = new ReadableStream<Uint8Array>({
      cancel() {
        cancelled = true
      },
    })
    const request = fromFetch(post(stalled), { bodySeconds: 0.03 })
    await expect(request.body()).rejects.toMatchObject({
      code: 'invalid_request',
      message: 'The request body took too long to arrive.',
    })
    expect(cancelled).toBe(true)
  })

  it('that fails on the way is cut short', async () => {
    const failing = new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.error(new Error('connection reset'))
      },
    })
    await expect(fromFetch(post(failing)).body()).rejects.toMatchObject({
      code: 'invalid_request',
      message: 'The request body was cut short.',
    })
  })

  it('whose source cannot even be stopped is refused for its first fault', async () => {
    const stubborn = new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.enqueue(new Uint8Array(70_000))
      },
      cancel() {
        throw new Error('no')
      },
    })
    expect(await asyncRefusalOf(() => fromFetch(post(stubborn)).body())).toBe('payload_too_large')
  })

  it.each([
    ['announced as too long', post('a', { 'content-length': '65537' }), 'payload_too_large'],
    ['compressed', post('a', { 'content-encoding': 'gzip' }), 'unsupported_media_type'],
    ['not UTF-8', post(Uint8Array.of(0xff)), 'invalid_request'],
  ])('is refused: %s', async (_, request, code) => {
    expect(await asyncRefusalOf(() => fromFetch(request).body())).toBe(code)
  })

  it('that somebody has read gives a sentence for the developer', async () => {
    const request = post('a')
    await request.text()
    await expect(fromFetch(request).body()).rejects.toThrow('was read before Sessera saw it')
  })
})

describe('a Fetch response', () => {
  it('has status, headers and body', async () => {
    const response = toFetchResponse(
      { status: 201, headers: [['Content-Type', 'application/json']], body: '{}' },
      'POST',
    )
    expect(response.status).toBe(201)
    expect(response.headers.get('content-type')).toBe('application/json')
    expect(await response.text()).toBe('{}')
  })

  it('keeps each cookie apart, joins Vary, and lets the last of all else count', () => {
    const { headers } = toFetchResponse(
      {
        status: 200,
        headers: [
          ['Vary', 'Origin'],
          ['X-A', '1'],
          ['Set-Cookie', 'a=1'],
          ['Set-Cookie', 'b=2'],
          ['Vary', 'Accept'],
          ['X-A', '2'],
        ],
        body: '',
      },
      'GET',
    )
    expect(headers.getSetCookie()).toEqual(['a=1', 'b=2'])
    expect(headers.get('vary')).toBe('Origin, Accept')
    expect(headers.get('x-a')).toBe('2')
  })

  it('with cookies is never cached', () => {
    const cached: readonly [string, string] = ['Cache-Control', 'public, max-age=60']
    const { headers } = toFetchResponse(
      { status: 200, headers: [['Set-Cookie', 'a=1'], cached], body: '' },
      'GET',
    )
    expect(headers.get('cache-control')).toBe('private, no-store')
    expect(
      toFetchResponse({ status: 200, headers: [cached], body: '' }, 'GET').headers.get('cache-control'),
    ).toBe('public, max-age=60')
  })

  it.each([
    ['HEAD', 200, null],
    ['POST', 204, null],
    ['GET', 304, null],
  ])('to %s with status %i has no body', (method, status, expected) => {
    expect(toFetchResponse({ status, headers: [], body: 'abc' }, method).body).toBe(expected)
  })
})

describe('a Fetch response of the app', () => {
  const redirect = (): Response => Response.redirect('https://app.example/next', 303)
  const switching = (): Response => Object.defineProperty(redirect(), 'status', { value: 101 })

  it('is given headers, and is copied where it cannot be changed', () => {
    const own = new Response('ok', { headers: { Vary: 'Accept' } })
    expect(withHeaders(own, [['Vary', 'Origin']])).toBe(own)
    expect(own.headers.get('vary')).toBe('Accept, Origin')
    const copy = withHeaders(redirect(), [['X-Request-Id', 'a']])
    expect([copy.status, copy.headers.get('location'), copy.headers.get('x-request-id')]).toEqual([
      303,
      'https://app.example/next',
      'a',
    ])
  })

  it('is given cookies, of which the later of one name counts, and is kept by no cache', async () => {
    const own = new Response('ok', {
      status: 201,
      statusText: 'Made',
      headers: [
        ['Set-Cookie', 'theme=dark'],
        ['Set-Cookie', 'a=old'],
        ['Cache-Control', 'public'],
        ['Surrogate-Control', 'max-age=60'],
        ['Vercel-CDN-Cache-Control', 'max-age=60'],
      ],
    })
    const given = withCookies(own, ['a=1', 'b=1', 'a=2; Path=/'])
    expect(given.headers.getSetCookie()).toEqual(['theme=dark', 'a=2; Path=/', 'b=1'])
    expect([...new Set(given.headers.keys())].sort()).toEqual(['cache-control', 'content-type', 'set-cookie'])
    expect(given.headers.get('cache-control')).toBe('private, no-store')
    expect([given.status, given.statusText, await given.text()]).toEqual([201, 'Made', 'ok'])
  })

  it('that switches protocols is left as it is', () => {
    const response = switching()
    expect(withHeaders(response, [['Vary', 'Origin']])).toBe(response)
    expect(withCookies(response, ['a=1'])).toBe(response)
  })
})
