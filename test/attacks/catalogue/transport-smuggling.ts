// Line 42: requests that two readers would end at different bytes. Behind each stands another one, which would be answered with
// the owner's name by whoever takes it for a request.

import type { Attack } from './attack.js'
import { me, type Refusal, refused, type Scene, writesNothing } from './refusal.js'

/** Sent as a part of the body, or after where somebody might think that it ends. */
function hidden({ target, token }: Scene): string {
  return `GET /auth/me HTTP/1.1\r\nHost: ${hostOf(target.origin)}\r\nAuthorization: Bearer ${token}\r\n\r\n`
}

function hostOf(origin: string): string {
  return new URL(origin).host
}

/** `lines` frame the body; what is hidden comes after `before`. */
function post(scene: Scene, lines: readonly string[], before: string): string {
  const type = 'Content-Type: application/json'
  const head = ['POST /auth/login HTTP/1.1', `Host: ${hostOf(scene.target.origin)}`, type, ...lines]
  return `${head.join('\r\n')}\r\n\r\n${before}${hidden(scene)}`
}

const framings: readonly (readonly [what: string, lines: readonly string[], before: string])[] = [
  ['Content-Length and Transfer-Encoding', ['Content-Length: 5', 'Transfer-Encoding: chunked'], '0\r\n\r\n'],
  ['Transfer-Encoding and Content-Length', ['Transfer-Encoding: chunked', 'Content-Length: 5'], '0\r\n\r\n'],
  ['two lengths', ['Content-Length: 2', 'Content-Length: 3'], '{}'],
  ['two lengths, the same', ['Content-Length: 2', 'Content-Length: 2'], '{}'],
  ['a list of lengths', ['Content-Length: 2, 2'], '{}'],
  ['a length with a sign', ['Content-Length: +2'], '{}'],
  ['a length below zero', ['Content-Length: -1'], '{}'],
  ['a length in hexadecimal', ['Content-Length: 0x2'], '{}'],
  ['a length in two parts', ['Content-Length: 2 0'], '{}'],
  ['a length with an exponent', ['Content-Length: 2e0'], '{}'],
  ['no length', ['Content-Length: '], '{}'],
  ['a length beyond all numbers', ['Content-Length: 99999999999999999999999'], '{}'],
  ['a blank before the colon of the length', ['Content-Length : 2'], '{}'],
  ['a blank before the colon of the encoding', ['Transfer-Encoding : chunked'], '0\r\n\r\n'],
  ['an encoding that is nearly chunked', ['Transfer-Encoding: xchunked'], '0\r\n\r\n'],
  ['chunked in quotes', ['Transfer-Encoding: "chunked"'], '0\r\n\r\n'],
  ['chunked after a vertical tab', ['Transfer-Encoding:\x0bchunked'], '0\r\n\r\n'],
  ['chunked on a folded line', ['Transfer-Encoding:', ' chunked'], '0\r\n\r\n'],
  ['chunked twice', ['Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'], '0\r\n\r\n'],
  ['chunked, then identity', ['Transfer-Encoding: chunked', 'Transfer-Encoding: identity'], '0\r\n\r\n'],
  ['chunked, and not at the end', ['Transfer-Encoding: chunked, identity'], '0\r\n\r\n'],
  ['identity and a length', ['Transfer-Encoding: identity', 'Content-Length: 2'], '{}'],
  ['an extension of a chunk with a bare LF', ['Transfer-Encoding: chunked'], '2;a\n{}\r\n0\r\n\r\n'],
  ['an extension of a chunk with a bare CR', ['Transfer-Encoding: chunked'], '2;a\rb\r\n{}\r\n0\r\n\r\n'],
  [
    'an endless extension of a chunk',
    ['Transfer-Encoding: chunked'],
    `2;${'a'.repeat(20_000)}\r\n{}\r\n0\r\n\r\n`,
  ],
  ['chunks with bare LF', ['Transfer-Encoding: chunked'], '2\n{}\n0\n\n'],
  ['a chunk without its line break', ['Transfer-Encoding: chunked'], '2\r\n{}0\r\n\r\n'],
  ['a chunk longer than it says', ['Transfer-Encoding: chunked'], '2\r\n{}X\r\n0\r\n\r\n'],
  ['a chunk size with 0x', ['Transfer-Encoding: chunked'], '0x2\r\n{}\r\n0\r\n\r\n'],
  ['a chunk size with a sign', ['Transfer-Encoding: chunked'], '+2\r\n{}\r\n0\r\n\r\n'],
  ['a chunk size and a blank', ['Transfer-Encoding: chunked'], '2 \r\n{}\r\n0\r\n\r\n'],
  ['a chunk size beyond all numbers', ['Transfer-Encoding: chunked'], 'fffffffffffffffff\r\n{}\r\n0\r\n\r\n'],
]

const headers: readonly (readonly [what: string, lines: (token: string) => string])[] = [
  ['a folded header', (token) => `X-Fold: a\r\n b\r\nAuthorization: Bearer ${token}\r\n c`],
  ['a header folded with a tab', (token) => `X-Fold: a\r\n\tAuthorization: Bearer ${token}`],
  ['a folded first header', (token) => ` X-Fold: a\r\nAuthorization: Bearer ${token}`],
  ['a bare LF between headers', (token) => `X-Bare: a\nAuthorization: Bearer ${token}`],
  ['a bare CR between headers', (token) => `X-Bare: a\rAuthorization: Bearer ${token}`],
  ['NUL in a header', (token) => `X-Bare: a\0\r\nAuthorization: Bearer ${token}`],
  ['NUL in the name of a header', (token) => `Authorization\0: Bearer ${token}`],
  ['a blank before the colon', (token) => `Authorization : Bearer ${token}`],
  ['a tab before the colon', (token) => `Authorization\t: Bearer ${token}`],
  ['a blank before the name', (token) => `X: a\r\n Authorization: Bearer ${token}`],
  ['a header without a name', (token) => `: a\r\nAuthorization: Bearer ${token}`],
  ['a header without a colon', (token) => `X\r\nAuthorization: Bearer ${token}`],
  ['the end of the headers as bare LF', (token) => `Authorization: Bearer ${token}\n\nX: a`],
]

const targets: readonly (readonly [what: string, first: string])[] = [
  ['a method in small letters', 'get /auth/me HTTP/1.1'],
  ['a method that there is not', 'FROB /auth/me HTTP/1.1'],
  ['bare LF after the first line', 'GET /auth/me HTTP/1.1\nX: a'],
  ['a path with a blank', 'GET /auth/me x HTTP/1.1'],
  ['a path with a tab', 'GET /auth/\tme HTTP/1.1'],
  ['a path with NUL', 'GET /auth/me\0 HTTP/1.1'],
  ['a path without its slash', 'GET auth/me HTTP/1.1'],
  ['a version that there is not', 'GET /auth/me HTTP/1.2'],
  ['another protocol', 'GET /auth/me FTP/1.0'],
  ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM'],
]

/** Answered, each once: what follows must be nothing but their body. */
const swallowed: readonly (readonly [
  what: string,
  status: number | readonly number[],
  first: string,
  lines: readonly string[],
])[] = [
  ['a GET with a body', 401, 'GET /auth/me', []],
  ['a HEAD with a body', 401, 'HEAD /auth/me', []],
  ['a path that there is not', 404, 'POST /auth/nothing', []],
  ['nobody', 401, 'DELETE /auth/sessions', []],
  ['another site', 403, 'POST /auth/login', ['Origin: https://evil.example']],
  ['a body that is no JSON', 400, 'POST /auth/login', ['Content-Type: application/json']],
  ['a body of another kind', 415, 'POST /auth/login', ['Content-Type: text/plain']],
  [
    'a compressed body',
    415,
    'POST /auth/login',
    ['Content-Type: application/json', 'Content-Encoding: gzip'],
  ],
  ['a body for a page', [401, 404, 405], 'POST /', []],
]

const rows: readonly Refusal[] = [
  ...framings.map(
    ([what, lines, before]): Refusal => ({
      line: '42',
      what,
      status: [400, 413],
      send: (scene) => post(scene, lines, before),
    }),
  ),
  ...headers.map(
    ([what, lines]): Refusal => ({
      line: '42',
      what,
      status: 400,
      send: ({ target, token }) =>
        `GET /auth/me HTTP/1.1\r\nHost: ${hostOf(target.origin)}\r\n${lines(token)}\r\nConnection: close\r\n\r\n`,
    }),
  ),
  ...targets.map(
    ([what, first]): Refusal => ({
      line: '42',
      what,
      status: 400,
      send: ({ target, token }) =>
        `${first}\r\nHost: ${hostOf(target.origin)}\r\nAuthorization: Bearer ${token}\r\nConnection: close\r\n\r\n`,
    }),
  ),
  ...swallowed.flatMap(([what, status, first, lines]) => [
    swallow({ what: `in a body that nobody reads: ${what}`, status, first, lines, chunked: false }),
    swallow({ what: `in chunks that nobody reads: ${what}`, status, first, lines, chunked: true }),
  ]),
  {
    line: '42',
    what: 'credentials after the last chunk',
    status: 401,
    send: ({ target, token }) =>
      `DELETE /auth/sessions HTTP/1.1\r\nHost: ${hostOf(target.origin)}\r\nTransfer-Encoding: chunked\r\nTrailer: Authorization\r\nConnection: close\r\n\r\n0\r\nAuthorization: Bearer ${token}\r\n\r\n`,
  },
  {
    line: '42',
    what: 'no Host',
    status: 400,
    send: ({ token }) => `GET /auth/me HTTP/1.1\r\nAuthorization: Bearer ${token}\r\n\r\n`,
  },
  {
    line: '42',
    what: 'a second Host, which decides nothing',
    status: [400, 401],
    send: ({ target }) => me(['Host', new URL(target.trap.url).host]),
  },
  {
    line: '42',
    what: 'a trace, which would echo',
    status: 405,
    send: ({ token }) => ({ ...me(['Authorization', `Bearer ${token}`]), method: 'TRACE' }),
  },
  {
    line: '42',
    what: 'headers of a list that says to drop them',
    status: 401,
    send: () => me(['Connection', 'close, Authorization, Cookie, Origin, Sec-Fetch-Site']),
  },
  {
    line: '42',
    what: 'a length and an encoding with underscores',
    status: 400,
    send: (scene) =>
      post(scene, ['Content_Length: 2', 'Transfer_Encoding: chunked', 'Connection: close'], ''),
  },
]

export const transportSmuggling: readonly Attack[] = [...refused(rows), writesNothing('42', rows)]

interface Swallowed {
  readonly what: string
  readonly status: number | readonly number[]
  readonly first: string
  readonly lines: readonly string[]
  readonly chunked: boolean
}

/** A request with the hidden one for its body, and a last one that ends the connection. */
function swallow({ what, status, first, lines, chunked }: Swallowed): Refusal {
  return {
    line: '42',
    what,
    status,
    send(scene) {
      const host = `Host: ${hostOf(scene.target.origin)}`
      const inner = hidden(scene)
      const frame = chunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${inner.length}`
      const body = chunked ? `${inner.length.toString(16)}\r\n${inner}\r\n0\r\n\r\n` : inner
      const last = `GET /.well-known/jwks.json HTTP/1.1\r\n${host}\r\nConnection: close\r\n\r\n`
      return `${[`${first} HTTP/1.1`, host, frame, ...lines].join('\r\n')}\r\n\r\n${body}${last}`
    },
  }
}
