// HTTP itself, as little of it as costs the attacker least.

import { connect } from 'node:net'
import { requestBytes } from '../requests.mjs'
import { flood } from '../sockets.mjs'

/** @type {Record<string, import('../attacks.mjs').Definition>} */
export const protocol = {
  pipelining: {
    what: '16 connections, 16 requests under way on each',
    begin: ({ port }) => {
      const request = requestBytes('GET', '/auth/me')
      return flood(port, { connections: 16, atOnce: 16, next: () => request })
    },
  },
  upgrades: {
    what: 'upgrades to WebSocket and HTTP/2',
    begin: ({ port }) => {
      const requests = ['websocket', 'h2c'].map((protocol) =>
        requestBytes('GET', '/auth/me', {
          lines: [
            ['Connection', 'Upgrade'],
            ['Upgrade', protocol],
          ],
        }),
      )
      let turn = 0
      return flood(port, { connections: 32, next: () => requests[turn++ % requests.length] ?? '' })
    },
  },
  'expect-continue': {
    what: 'Expect: 100-continue',
    begin: ({ port }) => {
      const request = requestBytes('POST', '/auth/refresh', {
        lines: [['Expect', '100-continue']],
        json: { refresh_token: 'none' },
      })
      return flood(port, { connections: 32, next: () => request })
    },
  },
  'new-connections': {
    what: 'connections that are opened and dropped',
    begin: ({ port }) => {
      const counted = { connections: 0, requests: 0, answers: {}, longestSeconds: 0 }
      const open = () => {
        counted.connections++
        const socket = connect({ port, host: '127.0.0.1' }, () => socket.resetAndDestroy())
        socket.on('error', () => undefined)
        socket.once('close', () => setImmediate(open))
      }
      for (let at = 0; at < 64; at++) open()
      return { ready: async () => undefined, count: () => counted }
    },
  },
  description: {
    what: 'the description of the API, the largest answer that anybody gets',
    begin: ({ port }) => {
      const request = requestBytes('GET', '/auth/openapi.json')
      return flood(port, { connections: 32, next: () => request })
    },
  },
  pages: {
    what: 'the first page',
    begin: ({ port }) => {
      const request = requestBytes('GET', '/')
      return flood(port, { connections: 32, next: () => request })
    },
  },
}
