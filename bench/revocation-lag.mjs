// Two processes on one SQLite file, the second under load. A session is ended at the first; how long after the
// acknowledgement does the second still let it in? As a client sees it: its own round trips are part of the figure.

import { Agent, get } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { openLoad, requestText } from './lib/load.mjs'
import { answer } from './lib/run.mjs'
import { startServer } from './lib/server.mjs'
import { quantile } from './lib/statistics.mjs'
import { headersOf, temporaryFolder } from './lib/world.mjs'

/**
 * @typedef {import('./lib/world.mjs').Holder} Holder
 * @typedef {{ port: number, holders: Holder[] }} Told
 * @typedef {import('./lib/server.mjs').Server<Told>} Process
 */

const agent = new Agent({ keepAlive: true })

await answer(async ({ quick, tell }) => {
  const victims = quick ? 6 : 300
  const folder = temporaryFolder()
  tell('signing in')
  /** @type {Process} */
  const first = await startServer('revocation-lag/server.mjs', { path: folder.path, people: 1000, victims })
  /** @type {Process} */
  const second = await startServer('revocation-lag/server.mjs', { path: folder.path, people: 0, victims: 0 })
  const crowd = first.told.holders.slice(0, 1000)
  const load = await openLoad({ port: second.told.port, connections: 32, next: inTurn(crowd) })
  for (let seen = 0; seen < 4000; ) seen += (await load.run(500)).answers

  tell('what the load costs the store')
  await second.ask({ forget: true })
  const { answers, seconds } = await load.run(quick ? 500 : 10_000)
  const asked = /** @type {{ reads: number, feedReads: number, touches: number }} */ (await second.ask({}))

  tell(`ending ${victims} sessions`)
  let ending = true
  const rates = (async () => {
    while (ending) await load.run(500)
  })()
  const lags = []
  for (const victim of first.told.holders.slice(1000)) {
    lags.push(await lagOf(victim, { first, second }))
    await pause(Math.random() * 40)
  }
  ending = false
  await rates

  load.close()
  agent.destroy()
  await second.stop()
  await first.stop()
  folder.remove()
  const [p50, p99, longest] = [quantile(lags, 0.5), quantile(lags, 0.99), Math.max(...lags)]
  return {
    tables: [
      {
        caption: `From the acknowledged end in one process to the first refusal in another, ms; ${lags.length} sessions of all three modes.`,
        head: ['p50', 'p90', 'p99', 'longest'],
        rows: [[p50, quantile(lags, 0.9), p99, longest]],
      },
      {
        caption: `The second process meanwhile: ${Math.round(answers / seconds)} guarded requests a second of 1,000 credentials that it knows.`,
        head: ['store reads a request', 'reads of the change feed a second', 'writes of last use a second'],
        rows: [[asked.reads / answers, asked.feedReads / seconds, asked.touches / seconds]],
      },
    ],
    targets: [
      { what: 'p99', side: 'at most', limit: 50, measured: p99, unit: ' ms' },
      { what: 'longest', side: 'at most', limit: 1000, measured: longest, unit: ' ms' },
      { what: 'store reads on the hot path', side: 'at most', limit: 0, measured: asked.reads },
    ],
  }
})

/**
 * @param {Holder[]} holders
 * @returns {import('./lib/load.mjs').NextRequest}
 */
function inTurn(holders) {
  const requests = holders.map((holder) => Buffer.from(requestText('GET', '/', headersOf(holder))))
  let turn = 0
  return () => requests[turn++ % requests.length] ?? ''
}

/**
 * @param {Holder} victim
 * @param {{ first: Process, second: Process }} processes
 * @returns {Promise<number>} ms
 */
async function lagOf(victim, { first, second }) {
  const headers = Object.fromEntries(headersOf(victim))
  const visit = () => status(second.told.port, '/', headers)
  for (let times = 0; times < 2; times++) {
    if ((await visit()) !== 200) throw new Error('A session was refused before it ended.')
  }
  let acknowledgedAt = Number.POSITIVE_INFINITY
  const ended = status(first.told.port, `/end/${victim.sessionId}`, {}).then((code) => {
    if (code !== 200) throw new Error(`Ending a session was answered with ${code}.`)
    acknowledgedAt = performance.now()
  })
  while ((await visit()) === 200);
  const refusedAt = performance.now()
  await ended
  for (let times = 0; times < 5; times++) {
    if ((await visit()) === 200) throw new Error('A session came back after it had been refused.')
  }
  return Math.max(0, refusedAt - acknowledgedAt)
}

/**
 * @param {number} port
 * @param {string} path
 * @param {Record<string, string>} headers
 * @returns {Promise<number | undefined>}
 */
function status(port, path, headers) {
  return new Promise((resolve, reject) => {
    get({ port, host: '127.0.0.1', path, headers, agent }, (answered) => {
      answered.resume().once('end', () => resolve(answered.statusCode))
    }).once('error', reject)
  })
}
