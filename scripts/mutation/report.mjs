// The score by folder and every mutant that no test noticed.

import { groupOf, groups, within } from './scope.mjs'

/** @typedef {import('./instrument.mjs').Mutant & import('./schedule.mjs').Verdict} Judged */

const remarks = { killed: '', survived: '', open: '(not decided) ', 'not run': '(no test runs it) ' }

/** @param {readonly Judged[]} judged */
export function report(judged) {
  const left = judged.filter(({ state }) => state !== 'killed')
  for (const { file, line, kind, from, to, state } of left)
    console.log(`${within(file)}:${line} ${kind} ${remarks[state]}${short(from)} -> ${short(to)}`)
  console.log('')
  for (const group of groups)
    tell(
      group,
      judged.filter(({ file }) => groupOf(file) === group),
    )
  tell('all', judged)
}

/**
 * @param {string} name
 * @param {readonly Judged[]} judged
 */
function tell(name, judged) {
  if (judged.length === 0) return
  const killed = judged.filter(({ state }) => state === 'killed').length
  const score = ((100 * killed) / judged.length).toFixed(1)
  console.log(
    `${name.padEnd(12)} ${String(killed).padStart(5)} of ${String(judged.length).padStart(5)} killed, ${score} %`,
  )
}

/** @param {string} text */
function short(text) {
  const line = text.replace(/\s+/g, ' ')
  return line === '' ? '(nothing)' : line.length > 100 ? `${line.slice(0, 97)}...` : line
}
