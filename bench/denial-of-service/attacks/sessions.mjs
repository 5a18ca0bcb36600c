// What somebody with accounts of their own can do to everybody: each of these writes to the store and to the change feed.

import { requestBytes } from '../requests.mjs'
import { flood } from '../sockets.mjs'

const connections = 32

/** @type {Record<string, import('../attacks.mjs').Definition>} */
export const sessions = {
  'in-and-out': {
    what: 'one account signs in and out as quickly as it can',
    begin: ({ port, prepared: { password, ownNames } }) =>
      flood(port, {
        connections,
        next(_, lastHead) {
          const cookie = cookieIn(lastHead)
          return cookie === null
            ? requestBytes('POST', '/auth/login', { json: { username: ownNames[0], password } })
            : requestBytes('POST', '/auth/logout', { lines: [['Cookie', cookie]] })
        },
      }),
  },
  exchanges: {
    what: `${connections} sessions are exchanged back and forth`,
    begin({ port, prepared: { own } }) {
      const held = own.slice(0, connections).map(({ cookie }) => ({ cookie, mode: 'session' }))
      return flood(port, {
        connections,
        next(at, lastHead) {
          const mine = held[at] ?? { cookie: null, mode: 'session' }
          mine.cookie = cookieIn(lastHead) ?? mine.cookie
          mine.mode = mine.mode === 'session' ? 'hybrid' : 'session'
          return requestBytes('POST', '/auth/exchange', {
            lines: [['Cookie', mine.cookie ?? '']],
            json: { mode: mine.mode },
          })
        },
      })
    },
  },
  refreshes: {
    what: 'refreshes, all with one token',
    begin: ({ port, prepared: { refreshToken } }) => {
      const request = requestBytes('POST', '/auth/refresh', { json: { refresh_token: refreshToken } })
      return flood(port, { connections, next: () => request })
    },
  },
  'ending-all': {
    what: 'DELETE /auth/sessions of 20 accounts with 60 sessions each',
    begin: ({ port, prepared: { own } }) => {
      // One of each account first: it ends all others.
      const inTurn = own.toSorted((one, other) => (own.indexOf(one) % 60) - (own.indexOf(other) % 60))
      let turn = 0
      return flood(port, {
        connections,
        next: () =>
          requestBytes('DELETE', '/auth/sessions', {
            lines: [['Cookie', inTurn[turn++ % inTurn.length]?.cookie ?? '']],
          }),
      })
    },
  },
  'store-reads': {
    what: 'pages that ask the store each time',
    begin: ({ port, prepared: { own } }) => {
      let turn = 0
      return flood(port, {
        connections,
        next: () => requestBytes('GET', '/', { lines: [['Cookie', own[turn++ % own.length]?.cookie ?? '']] }),
      })
    },
  },
}

/**
 * @param {string} head of an answer
 * @returns {string | null} the session cookie that it sets
 */
function cookieIn(head) {
  return /__Host-sessera-session=[^;]+/.exec(head)?.[0] ?? null
}
