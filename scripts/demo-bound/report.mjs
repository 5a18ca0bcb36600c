// What the play says of itself: how it began, a line a second, and the verdict.

import { maxStalenessMs } from './judge.mjs'

/**
 * @typedef {import('./record.mjs').Seen} Seen
 * @typedef {import('./play.mjs').Wanted} Wanted
 */

/** @param {Wanted} wanted */
export function opening({ seconds, processes, clients, seed, sabotage }) {
  return `${processes} processes on one SQLite file, ${clients} clients, ${seconds} s, --seed ${seed}${sabotage ? ', one process made deaf to the feed' : ''}

Every time below is read from one clock, the machine's monotonic one. Processes are really stopped (SIGSTOP), killed
(SIGKILL) and started again. The rest is made believe inside of them, because a file has no network and a machine only
one clock: an answer of the store is held back for a while (cut), and a process reads its time through a port, one hand
of which is bent (the wall clock is set by up to three hours, or the monotonic one stands still). The store keeps the
machine's time.

${heading.map(([text, width]) => text.padStart(width)).join('  ')}`
}

/** @type {[text: string, width: number][]} */
const heading = [
  ['time', 5],
  ['answers/s', 9],
  ['ended', 6],
  ['refused elsewhere after ms: p50', 31],
  ['p99', 5],
  ['max', 5],
  ['stops', 5],
  ['kills', 5],
  ['cuts', 4],
  ['clocks', 6],
  ['violations', 10],
]

/** @returns {(seen: Seen, ms: number) => string} after so long: what has happened since the line before, and in all */
export function createLines() {
  let before = { ms: 0, answers: 0 }
  return (seen, ms) => {
    const perSecond = Math.round(((seen.answers - before.answers) * 1000) / (ms - before.ms))
    before = { ms, answers: seen.answers }
    const time = Math.round(ms / 1000)
    const { p50, p99, max } = quantilesOf(seen.lags)
    const { ended, stops, kills, cuts, bends } = seen
    const cells = [`${time}s`, perSecond, ended, p50, p99, max, stops, kills, cuts, bends, violationsOf(seen)]
    return cells.map((cell, at) => `${cell}`.padStart(heading[at]?.[1] ?? 0)).join('  ')
  }
}

/**
 * @param {Seen} seen
 * @param {import('./play.mjs').LastLook | null} last
 */
export function verdict(seen, last) {
  const { p50, p99, max } = quantilesOf(seen.lags)
  /** @type {[string, string | number][]} */
  const rows = [
    ['guarded requests answered', seen.answers],
    ['sign-ins, refreshes, changes of roles', `${seen.signIns}, ${seen.refreshes}, ${seen.rolesChanged}`],
    ['sessions ended', seen.ended],
    ['stops, kills, cuts, bent clocks', `${seen.stops}, ${seen.kills}, ${seen.cuts}, ${seen.bends}`],
    ['answers that had waited for a stopped process', seen.late],
    [
      'refused at the other processes after, ms',
      `p50 ${p50}, p99 ${p99}, max ${max} (${seen.lags.length} measured)`,
    ],
    ['latest decision that ignored a change', `${Math.round(seen.latest)} ms, ${maxStalenessMs} are allowed`],
    [
      'last look, at every process',
      last === null
        ? 'none: stopped before'
        : `live: ${last.live - last.refused.live} of ${last.live} let in; ended: ${last.refused.ended} of ${last.ended} refused`,
    ],
    ['violations', violationsOf(seen)],
  ]
  const width = Math.max(...rows.map(([what]) => what.length))
  return [
    '',
    ...rows.map(([what, value]) => `${what.padEnd(width)}  ${value}`),
    ...[...seen.violations].map(([what, { times, first }]) => `  ${times} × ${what}; the first: ${first}`),
    ...(seen.said.size === 0 ? [] : ['said by the processes:']),
    ...[...seen.said].map(([text, times]) => `  ${times} × ${text}`),
    '',
    violationsOf(seen) === 0 ? 'The promise held.' : 'THE PROMISE WAS BROKEN.',
  ].join('\n')
}

/** @param {Seen} seen */
export function violationsOf({ violations }) {
  return [...violations.values()].reduce((sum, { times }) => sum + times, 0)
}

/** @param {readonly number[]} lags */
function quantilesOf(lags) {
  const sorted = lags.toSorted((one, other) => one - other)
  const at = (/** @type {number} */ share) => {
    const lag = sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)]
    return lag === undefined ? '-' : lag.toFixed(lag < 100 ? 1 : 0)
  }
  return { p50: at(0.5), p99: at(0.99), max: at(1) }
}
