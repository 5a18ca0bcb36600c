// Headers as many and as large as they come.

import { requestBytes } from '../requests.mjs'
import { flood } from '../sockets.mjs'

const connections = 16

/** @type {Record<string, import('../attacks.mjs').Definition>} */
export const headers = {
  'many-headers': {
    what: '850 headers of names as long as "authorization"',
    begin: ({ port }) => {
      const lines = Array.from({ length: 850 }, () => /** @type {const} */ (['authorisation', '']))
      const request = requestBytes('GET', '/auth/me', { lines })
      return flood(port, { connections, next: () => request })
    },
  },
  'large-headers': {
    what: 'headers of 15 KiB, and of 17 KiB in turn',
    begin: ({ port }) => {
      const requests = [15, 17].map((kib) =>
        requestBytes('GET', '/auth/me', { lines: [['X-Large', 'a'.repeat(kib * 1024)]] }),
      )
      let turn = 0
      return flood(port, { connections, next: () => requests[turn++ % requests.length] ?? '' })
    },
  },
  cookies: {
    what: '1,500 cookies, and 600 named almost like ours',
    begin: ({ port }) => {
      const many = Array.from({ length: 1500 }, (_, at) => `c${at}=${at % 10}`).join('; ')
      const similar = Array.from({ length: 600 }, () => '__Host-sessera-sessio=a').join('; ')
      const requests = [many, similar].map((value) =>
        requestBytes('GET', '/auth/me', { lines: [['Cookie', value]] }),
      )
      let turn = 0
      return flood(port, { connections, next: () => requests[turn++ % requests.length] ?? '' })
    },
  },
}
