// What the runs have shown, as a report that scripts/reports.mjs counts and as a table in docs/model/README.md.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { reportPath } from '../reports.mjs'
import { modelFolder, titleOf } from './heading.mjs'

/**
 * @typedef {import('./heading.mjs').Run} Run
 * @typedef {Run & import('./search.mjs').Finding & { seconds: number, met: boolean }} Result
 */

const readme = join(modelFolder, 'README.md')

/**
 * Asked before the runs: a report from before says nothing about them.
 *
 * @param {string} name
 */
export function removeReport(name) {
  rmSync(reportPath(name), { force: true })
}

/**
 * As vitest reports, for scripts/reports.mjs.
 *
 * @param {string} name
 * @param {(Run & { status: 'passed' | 'failed' | 'skipped', seconds?: number, detail?: string })[]} tests
 */
export function writeReport(name, tests) {
  const models = [...new Set(tests.map(({ model }) => model))]
  const testResults = models.map((model) => {
    const own = tests.filter((test) => test.model === model)
    return {
      name: `docs/model/${model}.pml`,
      status: own.some(({ status }) => status === 'failed') ? 'failed' : 'passed',
      assertionResults: own.map((test) => ({
        status: test.status,
        fullName: titleOf(test),
        duration: (test.seconds ?? 0) * 1000,
        failureMessages: test.status === 'failed' ? [test.detail ?? ''] : [],
      })),
    }
  })
  const success = tests.every(({ status }) => status !== 'failed')
  const path = reportPath(name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, JSON.stringify({ success, testResults }))
}

/**
 * @param {Result[]} results
 * @returns {string}
 */
function tableOf(results) {
  const rows = results.map(({ model, verdict, flags, about, states, seconds }) => {
    const switches = flags.map((flag) => `\`${flag}\``).join(' ')
    return `| ${model} | ${[switches, about].filter(Boolean).join(': ')} | ${verdict} | ${states.toLocaleString('en')} | ${seconds.toFixed(1)} |`
  })
  return ['| model | run | | states | seconds |', '| --- | --- | --- | ---: | ---: |', ...rows].join('\n')
}

/** @param {'small' | 'large'} size */
function sectionOf(size) {
  return new RegExp(`(<!-- ${size} -->\n)[^]*(\n<!-- /${size} -->)`)
}

/**
 * Asked before the runs, which take their time.
 *
 * @param {'small' | 'large'} size
 */
export function requireTable(size) {
  if (!sectionOf(size).test(readFileSync(readme, 'utf8')))
    throw new Error(`docs/model/README.md has no section <!-- ${size} -->.`)
}

/**
 * @param {'small' | 'large'} size
 * @param {string} tools what they were found with
 * @param {Result[]} results
 */
export function writeTable(size, tools, results) {
  const text = readFileSync(readme, 'utf8')
  writeFileSync(
    readme,
    text.replace(sectionOf(size), (_all, open, close) => `${open}${tools}.\n\n${tableOf(results)}${close}`),
  )
}
