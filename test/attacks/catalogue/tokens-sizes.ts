// Line 31: tokens of a size that nobody needs.

import type { Attack } from './attack.js'
import { me, type Refusal, refused, type Scene, writesNothing } from './refusal.js'
import { type Altered, altered, encode } from './tokens-forging.js'

const deep: readonly Altered[] = [
  {
    line: '31',
    what: 'JSON of great depth, or of a great many members',
    parts: ({ payload, header }) => {
      const claims = JSON.stringify(payload).slice(1)
      const heads = JSON.stringify(header).slice(1)
      return [
        ...[8, 9, 100, 2000].map((depth) => ({
          payload: `{"x":${'['.repeat(depth)}${']'.repeat(depth)},${claims}`,
        })),
        ...[9, 100, 900].map((depth) => ({
          payload: `{"x":${'{"y":'.repeat(depth)}0${'}'.repeat(depth)},${claims}`,
        })),
        ...[100, 2000].map((depth) => ({ header: `{"x":${'['.repeat(depth)}${']'.repeat(depth)},${heads}` })),
        { payload: '['.repeat(4000) },
        { payload: '{"a":'.repeat(1000) },
        { header: '['.repeat(4000) },
        { payload: `{${Array.from({ length: 400 }, (_, n) => `"m${n}":0`).join()},${claims}` },
        { payload: { ...payload, padding: 'a'.repeat(6000) } },
        { header: { ...header, kid: 'a'.repeat(5000) } },
        { payload: { ...payload, roles: Array.from({ length: 1800 }, () => 'a') } },
      ]
    },
  },
]

const huge: readonly Refusal[] = [
  ...sizes('a token of', 9000, 401),
  ...sizes('a token of', 100_000, [401, 431]),
  ...sizes('a token of', 1_000_000, [401, 431]),
  {
    line: '31',
    what: 'a cookie of a megabyte',
    status: [400, 401, 431],
    send: ({ token, cookie }) =>
      me(['Cookie', `${cookie.name.replace('session', 'access')}=${token}${'A'.repeat(1_000_000)}`]),
  },
  {
    line: '31',
    what: 'JSON a hundred thousand deep in a token',
    status: [401, 431],
    send: ({ token }) =>
      me(['Authorization', `Bearer ${withBody(token, encode(`{"a":${'['.repeat(100_000)}`))}`]),
  },
  {
    line: '31',
    what: 'ten thousand dots',
    status: 401,
    send: ({ token }) => me(['Authorization', `Bearer ${token}${'.'.repeat(10_000)}`]),
    like: () => me(['Authorization', 'Bearer x']),
  },
  {
    line: '31',
    what: 'JSON a hundred thousand deep where a refresh token is expected',
    status: [400, 413],
    send: () => ({
      path: '/auth/refresh',
      text: `{"refresh_token":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
      headers: [['Content-Type', 'application/json']],
    }),
  },
  {
    line: '31',
    what: 'a refresh token of a megabyte',
    status: [400, 413],
    send: () => ({ path: '/auth/refresh', json: { refresh_token: 'a'.repeat(1_000_000) } }),
  },
]

export const tokensSizes: readonly Attack[] = [...altered(deep), ...refused(huge), writesNothing('31', huge)]

function sizes(what: string, length: number, status: Refusal['status']): readonly Refusal[] {
  const row = (how: string, make: (scene: Scene) => string): Refusal => ({
    line: '31',
    what: `${what} ${length} characters, ${how}`,
    status,
    send: (scene) => me(['Authorization', `Bearer ${make(scene)}`]),
  })
  return [
    row('in its claims', ({ token }) => withBody(token, 'A'.repeat(length))),
    row('in its signature', ({ token }) => `${token}${'A'.repeat(length)}`),
    row('without a dot', () => 'a'.repeat(length)),
  ]
}

function withBody(token: string, body: string): string {
  const [head, , signature] = token.split('.')
  return `${head}.${body}.${signature}`
}
