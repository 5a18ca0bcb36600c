// Line 40: an id that is none of ours is refused by its looks, and one in the wrong place is none.

import assert from 'node:assert/strict'
import type { Attack } from './attack.js'
import { me, type Refusal, refused, setScene, writesNothing } from './refusal.js'
import { withCookie } from './transport-cookies.js'

const ids: readonly Refusal[] = (
  [
    ['a query', () => '{"$gt":""}'],
    ['a path', () => '../../etc/passwd'],
    ['a piece of SQL', () => "'OR'1'='1"],
    ['a line break in escapes', () => 'a%0d%0aSet-Cookie:%20owned=1'],
    ['NUL in an escape', (value) => `${value}%00`],
    ['a name that every object has', () => '__proto__'],
    ['the last letter is another', (value) => altered(value, 71)],
    ['a letter of its mark is another', (value) => altered(value, 33)],
    ["a letter of the session's name is another", (value) => altered(value, 8)],
    ['the first letter is another', (value) => altered(value, 0)],
    ['one letter short', (value) => value.slice(0, -1)],
    ['one letter long', (value) => `${value}A`],
    ['padding', (value) => `${value}==`],
    ['half of it', (value) => value.slice(0, value.length / 2)],
    ['letters alone', () => 'A'.repeat(72)],
    ['14 KiB', () => 'A'.repeat(14_000)],
  ] satisfies [string, (value: string) => string][]
).map(([what, make]) => ({
  line: '40',
  what: `an id that is none: ${what}`,
  status: 401,
  code: 'unauthenticated',
  send: withCookie((_, { name, value }) => `${name}=${make(value)}`),
  like: () => me(),
}))

const misplaced: readonly Refusal[] = [
  {
    line: '40',
    what: 'a refresh token for an id',
    status: 401,
    code: 'unauthenticated',
    send: ({ app, cookie: { name } }) => me(['Cookie', `${name}=${app.held.refreshToken}`]),
    like: () => me(),
  },
  {
    line: '40',
    what: 'an access token for an id',
    status: 401,
    code: 'unauthenticated',
    send: ({ token, cookie: { name } }) => me(['Cookie', `${name}=${token}`]),
    like: () => me(),
  },
  {
    line: '40',
    what: 'an id for a refresh token',
    status: 401,
    code: 'refresh_refused',
    send: ({ cookie: { value } }) => ({ path: '/auth/refresh', json: { refresh_token: value } }),
    like: () => ({ path: '/auth/refresh', json: { refresh_token: 'A'.repeat(72) } }),
  },
]

const oversized: readonly Refusal[] = [
  {
    line: '40',
    what: 'an id with NUL in it',
    status: 400,
    send: withCookie((pair) => `${pair}\0`),
  },
  {
    line: '40',
    what: 'an id of 24 KiB',
    status: 431,
    send: withCookie((_, { name }) => `${name}=${'A'.repeat(24_576)}`),
  },
  {
    line: '40',
    what: 'an id of 64 KB',
    status: 431,
    send: withCookie((_, { name }) => `${name}=${'A'.repeat(64_000)}`),
  },
]

const rows = [...ids, ...misplaced, ...oversized]

export const transportIds: readonly Attack[] = [
  ...refused(rows),
  writesNothing('40', rows),
  {
    line: '40',
    what: 'an id that is not ours is refused before the store is asked',
    inside: true,
    async run(target, { world }) {
      const { cookie, app } = await setScene(target)
      world.store.forget()
      for (const id of [
        'A'.repeat(72),
        'AQ'.repeat(36),
        '_'.repeat(72),
        altered(cookie.value, 8),
        altered(cookie.value, 33),
        app.held.refreshToken ?? '',
      ]) {
        assert.equal((await target.send(me(['Cookie', `${cookie.name}=${id}`]))).status, 401, id)
      }
      assert.deepEqual(world.store.calls, [])
    },
  },
]

/** The same but for one letter. */
function altered(id: string, at: number): string {
  return `${id.slice(0, at)}${id[at] === 'A' ? 'B' : 'A'}${id.slice(at + 1)}`
}
