// Connections that are begun and never ended: what they hold must be little, and they must be cut.

import { requestBytes } from '../requests.mjs'
import { hold } from '../sockets.mjs'

const connections = 2000
const head = 'POST /auth/login HTTP/1.1\r\nHost: auth.example.com\r\nContent-Type: application/json\r\n'
const formHead =
  'POST /sign-in HTTP/1.1\r\nHost: auth.example.com\r\nContent-Type: application/x-www-form-urlencoded\r\n'

/** @type {Record<string, import('../attacks.mjs').Definition>} */
export const slow = {
  none: {
    what: 'none, for comparison',
    begin: () => ({
      ready: async () => undefined,
      count: () => ({ connections: 0, requests: 0, answers: {}, longestSeconds: 0 }),
    }),
  },
  silent: {
    what: `${connections} connections that send nothing`,
    cutWithin: 15,
    untilTheEnd: true,
    begin: ({ port }) => hold(port, { connections, first: () => '' }),
  },
  'slow-headers': {
    what: `${connections} connections, headers a byte a second`,
    cutWithin: 15,
    untilTheEnd: true,
    begin: ({ port }) => hold(port, { connections, first: () => `${head}X-Slow: `, drip: 'a' }),
  },
  'slow-json': {
    what: `${connections} connections, 60 KiB of JSON, the rest a byte a second`,
    cutWithin: 15,
    begin: ({ port }) =>
      hold(port, {
        connections,
        first: () => `${head}Content-Length: 65000\r\n\r\n{"a":"${'a'.repeat(60 * 1024)}`,
        drip: 'a',
      }),
  },
  'slow-chunks': {
    what: `${connections} connections, a chunk of one byte a second`,
    cutWithin: 15,
    begin: ({ port }) =>
      hold(port, {
        connections,
        first: () => `${head}Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n`,
        drip: '1\r\na\r\n',
      }),
  },
  'slow-form': {
    what: `${connections} connections, a posted form a byte a second`,
    cutWithin: 35,
    begin: ({ port }) =>
      hold(port, { connections, first: () => `${formHead}Content-Length: 1000\r\n\r\nusername=`, drip: 'a' }),
  },
  'pipelined-reader': {
    what: '100 connections that ask for 200 large answers each at once and read none',
    begin: ({ port }) => {
      const questions = requestBytes('GET', '/auth/openapi.json').toString('latin1').repeat(200)
      return hold(port, { connections: 100, first: () => questions, reads: false })
    },
  },
  'tiny-chunks': {
    what: '50 connections, 60,000 chunks of one byte each, and no end',
    cutWithin: 15,
    begin: ({ port }) => {
      const chunks = '1\r\na\r\n'.repeat(60_000)
      return hold(port, {
        connections: 50,
        first: () => `${head}Transfer-Encoding: chunked\r\n\r\n${chunks}`,
      })
    },
  },
  crowd: {
    what: '5,000 connections that send nothing, more than the server takes',
    fillsTheServer: true,
    begin: ({ port }) => hold(port, { connections: 5000, first: () => '' }),
  },
}
