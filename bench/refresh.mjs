// What it costs to trade a refresh token for a new pair over HTTP, on SQLite: against a route of the same server that reads
// a JSON body of that size and answers with one, which is what any route of this kind has to do; and against a bare page,
// which has no body to read. Every refresh rotates: the grace is set to 0.

import { contest, together } from './lib/contest.mjs'
import { requestText } from './lib/load.mjs'
import { withInterval } from './lib/report.mjs'
import { answer } from './lib/run.mjs'
import { startServer } from './lib/server.mjs'
import { median, ratio } from './lib/statistics.mjs'

/** @typedef {{ port: number, refreshTokens: string[] }} Told */

const host = /** @type {const} */ (['Host', 'localhost:3000'])
const held = /"refresh_token":"([\w-]+)"/
const algorithms = /** @type {const} */ (['EdDSA', 'HS256'])

await answer(async ({ quick, tell }) => {
  const processes = quick ? 1 : 3
  const how = quick ? { rounds: 2, sliceMs: 50, warmUpMs: 50 } : { rounds: 12, sliceMs: 300, warmUpMs: 1500 }
  const measured = []
  for (const algorithm of algorithms) {
    /** @type {Map<string, import('./lib/contest.mjs').Figures>[]} */
    const runs = []
    for (let turn = 0; turn < processes; turn++) {
      tell(`${algorithm}, process ${turn + 1} of ${processes}`)
      runs.push(await oneProcess(how, algorithm))
    }
    const [bare, echo, refresh] = ['bare', 'echo', 'refresh'].map((name) => together(runs, name))
    if (bare === undefined || echo === undefined || refresh === undefined) throw new Error('There are three.')
    measured.push({ algorithm, bare, echo, refresh })
  }
  const rows = measured.flatMap(({ algorithm, bare, echo, refresh }) => {
    /** @type {[string, import('./lib/contest.mjs').Figures][]} */
    const kinds = [[`\`POST /auth/refresh\`, ${algorithm}`, refresh]]
    if (algorithm === algorithms[0]) kinds.unshift(['bare page', bare], ['JSON in, JSON out', echo])
    return kinds.map(([name, { perSecond, cpuMicros }]) => [
      name,
      median(perSecond),
      median(cpuMicros),
      withInterval(ratio(perSecond, echo.perSecond)),
      withInterval(ratio(perSecond, bare.perSecond)),
    ])
  })
  return {
    tables: [
      {
        caption: '32 connections, 1,000 sessions in token mode, one SQLite file, `synchronous = FULL`.',
        head: [
          'route',
          'a second',
          'processor time each, µs',
          'share of JSON in, JSON out (95 %)',
          'share of the bare page (95 %)',
        ],
        rows,
      },
    ],
    targets: measured.map(({ algorithm, echo, refresh }) => ({
      what: `refresh, ${algorithm}: share of JSON in, JSON out`,
      side: 'at least',
      limit: 0.4,
      measured: ratio(refresh.perSecond, echo.perSecond).value,
    })),
  }
})

/**
 * @param {{ rounds: number, sliceMs: number, warmUpMs: number }} how
 * @param {string} algorithm
 */
async function oneProcess(how, algorithm) {
  /** @type {import('./lib/server.mjs').Server<Told>} */
  const server = await startServer('refresh/server.mjs', { algorithm })
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
