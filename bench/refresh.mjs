// What it costs to trade a refresh token for a new pair over HTTP, on SQLite: against a bare page of the same server, and
// against a route that reads a JSON body of that size and answers with one. Every refresh rotates: the grace is set to 0.

import { contest, together } from './lib/contest.mjs'
import { requestText } from './lib/load.mjs'
import { withInterval } from './lib/report.mjs'
import { answer } from './lib/run.mjs'
import { startServer } from './lib/server.mjs'
import { median, ratio } from './lib/statistics.mjs'

/** @typedef {{ port: number, refreshTokens: string[] }} Told */

const host = /** @type {const} */ (['Host', 'localhost:3000'])
const held = /"refresh_token":"([\w-]+)"/

await answer(async ({ quick, tell }) => {
  const processes = quick ? 1 : 3
  const how = quick ? { rounds: 2, sliceMs: 50, warmUpMs: 50 } : { rounds: 12, sliceMs: 300, warmUpMs: 1500 }
  /** @type {Map<string, import('./lib/contest.mjs').Figures>[]} */
  const runs = []
  for (let turn = 0; turn < processes; turn++) {
    tell(`process ${turn + 1} of ${processes}`)
    runs.push(await oneProcess(how))
  }
  const bare = together(runs, 'bare')
  const kinds = ['echo', 'refresh'].map((name) => ({ name, figures: together(runs, name) }))
  const share = ratio(together(runs, 'refresh').perSecond, bare.perSecond)
  return {
    tables: [
      {
        caption:
          '32 connections, 1,000 sessions in token mode, EdDSA, one SQLite file, `synchronous = FULL`.',
        head: ['route', 'a second', 'processor time each, µs', 'share of bare (95 %)'],
        rows: [
          ['bare page', median(bare.perSecond), median(bare.cpuMicros), '1'],
          ...kinds.map(({ name, figures }) => [
            name === 'echo' ? 'JSON in, JSON out' : '`POST /auth/refresh`',
            median(figures.perSecond),
            median(figures.cpuMicros),
            withInterval(ratio(figures.perSecond, bare.perSecond)),
          ]),
        ],
      },
    ],
    targets: [
      { what: 'refresh: share of the bare page', side: 'at least', limit: 0.4, measured: share.value },
    ],
  }
})

/** @param {{ rounds: number, sliceMs: number, warmUpMs: number }} how */
async function oneProcess(how) {
  /** @type {import('./lib/server.mjs').Server<Told>} */
  const server = await startServer('refresh/server.mjs', {})
  const { port, refreshTokens } = server.told
  const bare = Buffer.from(requestText('GET', '/', [host]))
  const echo = Buffer.from(
    requestText('POST', '/echo', [host], JSON.stringify({ refresh_token: refreshTokens[0] })),
  )
  // A connection sends what it was given last, or a session that nobody has used yet.
  const unused = [...refreshTokens]
  const figures = await contest(
    server,
    [
      { name: 'bare', port, next: () => bare },
      { name: 'echo', port, next: () => echo },
      {
        name: 'refresh',
        port,
        bodies: true,
        next(_connection, lastBody) {
          const [, given = ''] = held.exec(lastBody) ?? []
          if (given !== '') unused.push(given)
          const token = unused.shift()
          return requestText('POST', '/auth/refresh', [host], JSON.stringify({ refresh_token: token }))
        },
      },
    ],
    how,
  )
  await server.stop()
  return figures
}
