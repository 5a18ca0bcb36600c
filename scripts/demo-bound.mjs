// npm run demo:bound -- [--seconds 60] [--processes 4] [--clients 100] [--seed text] [--sabotage]
// Several processes on one file under stops, kills and wrong clocks: is anything that has ended let in too late?
// The exit code is the verdict: 0, or 1 when the promise was broken. See docs/guide/the-bound.md.

import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { play } from './demo-bound/play.mjs'
import { createLines, opening, verdict, violationsOf } from './demo-bound/report.mjs'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    processes: { type: 'string', default: '4' },
    clients: { type: 'string', default: '100' },
    seed: { type: 'string', default: String(randomInt(1_000_000_000)) },
    sabotage: { type: 'boolean', default: false },
  },
})
const { seed, sabotage } = values
const wanted = {
  seconds: count('seconds', 86_400),
  processes: count('processes', 32),
  clients: count('clients', 10_000),
  seed,
  sabotage,
}

if (process.platform === 'win32') {
  console.error('This needs a system that can stop a process (SIGSTOP).')
  process.exitCode = 2
}
if (process.exitCode === undefined) {
  const stopped = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stopped.abort())
  const line = createLines()
  console.log(opening(wanted))
  const { seen, last } = await play(wanted, stopped.signal, (now, ms) => console.log(line(now, ms)))
  console.log(verdict(seen, last))
  process.exit(violationsOf(seen) === 0 ? 0 : 1)
}

/**
 * @param {'seconds' | 'processes' | 'clients'} name
 * @param {number} most
 */
function count(name, most) {
  const number = Number(values[name])
  if (!Number.isInteger(number) || number < (name === 'processes' ? 2 : 1) || number > most) {
    console.error(`--${name} is a whole number up to ${most}, processes at least 2. Not: ${values[name]}`)
    process.exitCode = 2
  }
  return number
}
