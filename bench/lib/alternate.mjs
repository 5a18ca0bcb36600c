// Times short functions against each other in one process: A B C A B C, in small slices, starting with another each round.
// Processor time, not time of day: whatever else the machine does counts for nobody. Every result is used.

import { setImmediate as turnOfTheLoop } from 'node:timers/promises'

/**
 * @typedef {object} Candidate
 * @property {string} name
 * @property {(turn: number) => unknown} run called with 0, 1, 2, …; a promise is awaited before the next call
 */

/** @type {unknown} */
let sink

/**
 * @param {readonly Candidate[]} candidates
 * @param {{ rounds: number, sliceMs: number }} how
 * @returns {Promise<Map<string, number[]>>} nanoseconds of processor time a call, one figure for each round
 */
export async function alternate(candidates, { rounds, sliceMs }) {
  const running = []
  for (const { name, run } of candidates) {
    const awaited = run(0) instanceof Promise
    running.push({ name, run, awaited, turn: 1, calls: 16, figures: /** @type {number[]} */ ([]) })
  }
  // The first rounds compile, and find out how many calls fill a slice.
  for (let round = -warmUpRounds; round < rounds; round++) {
    for (let place = 0; place < running.length; place++) {
      const candidate = running[(place + round + warmUpRounds) % running.length]
      if (candidate === undefined) continue
      // Whatever runs beside the requests, such as following the change feed, gets its turn.
      await turnOfTheLoop()
      const perCallNs = await slice(candidate)
      candidate.calls = Math.max(1, Math.round((sliceMs * 1e6) / perCallNs))
      if (round >= 0) candidate.figures.push(perCallNs)
    }
  }
  return new Map(running.map(({ name, figures }) => [name, figures]))
}

const warmUpRounds = 20

/**
 * @param {{ run: (turn: number) => unknown, awaited: boolean, turn: number, calls: number }} candidate
 * @returns {Promise<number>}
 */
async function slice(candidate) {
  const { run, awaited, calls } = candidate
  const end = candidate.turn + calls
  const before = process.cpuUsage()
  if (awaited) for (let turn = candidate.turn; turn < end; turn++) sink = await run(turn)
  else for (let turn = candidate.turn; turn < end; turn++) sink = run(turn)
  const { user, system } = process.cpuUsage(before)
  candidate.turn = end
  if (sink === null) throw new Error('A candidate answered null: it did not do what is measured.')
  return ((user + system) * 1000) / calls
}
