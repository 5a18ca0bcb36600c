// Routes of one server under the same load in turn, A B C A B C: what share of the bare route's throughput each keeps,
// and what share of its processor time a request costs.

import { openLoad } from './load.mjs'

/**
 * @typedef {object} Rival
 * @property {string} name
 * @property {number} port
 * @property {import('./load.mjs').NextRequest} next
 * @property {boolean} [bodies]
 *
 * @typedef {object} Figures one for each round
 * @property {number[]} perSecond
 * @property {number[]} cpuMicros processor time of the server for one request
 */

const connections = 32
const warmUpAnswers = 4000

/**
 * @param {import('./server.mjs').Server<unknown>} server
 * @param {readonly Rival[]} rivals
 * @param {{ rounds: number, sliceMs: number, warmUpMs: number }} how
 * @returns {Promise<Map<string, Figures>>}
 */
export async function contest(server, rivals, { rounds, sliceMs, warmUpMs }) {
  const lines = []
  for (const { name, port, next, bodies = false } of rivals) {
    const load = await openLoad({ port, connections, next, bodies })
    await warmUp(load, warmUpMs)
    lines.push({ name, load, figures: /** @type {Figures} */ ({ perSecond: [], cpuMicros: [] }) })
  }
  for (let round = 0; round < rounds; round++) {
    for (let place = 0; place < lines.length; place++) {
      const line = lines[(place + round) % lines.length]
      if (line === undefined) continue
      const cpuBefore = await server.cpuMs()
      const { answers, seconds } = await line.load.run(sliceMs)
      line.figures.perSecond.push(answers / seconds)
      line.figures.cpuMicros.push((((await server.cpuMs()) - cpuBefore) * 1000) / answers)
    }
  }
  for (const { load } of lines) load.close()
  return new Map(lines.map(({ name, figures }) => [name, figures]))
}

/**
 * Until everything is compiled, and everybody has been seen a few times.
 *
 * @param {import('./load.mjs').Load} load
 * @param {number} ms
 */
async function warmUp(load, ms) {
  const until = performance.now() + ms
  for (let answers = 0; answers < warmUpAnswers || performance.now() < until; ) {
    answers += (await load.run(ms / 5)).answers
  }
}

/**
 * Figures of several processes of the same server, one after the other.
 *
 * @param {readonly Map<string, Figures>[]} runs
 * @param {string} name
 * @returns {Figures}
 */
export function together(runs, name) {
  return {
    perSecond: runs.flatMap((run) => run.get(name)?.perSecond ?? []),
    cpuMicros: runs.flatMap((run) => run.get(name)?.cpuMicros ?? []),
  }
}
