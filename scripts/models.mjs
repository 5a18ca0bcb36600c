// node scripts/models.mjs [--large] [--write] [model...]: checks the models of docs/model/ with spin, one run after the
// other. Which runs there are, and what each must show, stands at the top of each model.

import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { modelNames, runsOf, titleOf } from './models/heading.mjs'
import { removeReport, requireTable, writeReport, writeTable } from './models/record.mjs'
import { findTools, search, sizes, toolPackages } from './models/search.mjs'

/**
 * @typedef {import('./models/heading.mjs').Run} Run
 * @typedef {import('./models/record.mjs').Result} Result
 */

/**
 * @param {object} wanted
 * @param {'small' | 'large'} [wanted.size]
 * @param {string[]} [wanted.models] all by default
 * @param {boolean} [wanted.write] whether to put the figures into docs/model/README.md
 * @returns {boolean} whether every run showed what it must
 */
export function runModels({ size = 'small', models = modelNames(), write = false } = {}) {
  const report = size === 'small' ? 'models' : 'models-large'
  removeReport(report)
  const runs = models.flatMap((model) => runsOf(model)[size])
  const { versions, missing } = findTools()
  if (missing.length > 0) {
    const required = Boolean(process.env['CI'])
    const status = required ? /** @type {const} */ ('failed') : /** @type {const} */ ('skipped')
    const detail = `The models are not checked without ${missing.join(', ')}: apt-get install ${toolPackages}`
    console.error(`${detail}\n${runs.length} runs count as ${status}.`)
    writeReport(
      report,
      runs.map((run) => ({ ...run, status, detail })),
    )
    return !required
  }
  if (write) requireTable(size)
  const results = check(runs, sizes[size])
  const unmet = results.filter(({ met }) => !met).length
  const seconds = results.reduce((total, result) => total + result.seconds, 0)
  console.log(
    `${results.length - unmet} of ${results.length} runs show what they must, ${seconds.toFixed(0)} s`,
  )
  writeReport(
    report,
    results.map((result) => ({
      ...result,
      status: result.met ? 'passed' : 'failed',
      detail: `${result.verdict} ${result.detail}`,
    })),
  )
  if (write && unmet === 0) writeTable(size, versions, results)
  return unmet === 0
}

/**
 * @param {Run[]} runs
 * @param {import('./models/search.mjs').Size} size
 * @returns {Result[]}
 */
function check(runs, size) {
  return runs.map((run, index) => {
    const begun = performance.now()
    const finding = search(run, size)
    const seconds = (performance.now() - begun) / 1000
    const met = finding.verdict === run.expected
    const outcome =
      finding.verdict === 'unknown' ? `nothing shown: ${finding.detail.trim()}` : finding.verdict
    console.log(
      `${met ? '✓' : '✗'} ${index + 1}/${runs.length} ${titleOf(run)}\n    ${outcome}, ${finding.states} states, ${seconds.toFixed(1)} s` +
        (met ? '' : `; expected: ${run.expected}`),
    )
    return { ...run, ...finding, seconds, met }
  })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { large: { type: 'boolean' }, write: { type: 'boolean' } },
  })
  const unknown = positionals.filter((name) => !modelNames().includes(name))
  if (unknown.length > 0 || (values.write && positionals.length > 0)) {
    console.error(
      unknown.length > 0
        ? `There is no model ${unknown.join(', ')}. There are: ${modelNames().join(', ')}.`
        : 'The table is written from a run of all models: leave the names out.',
    )
    process.exitCode = 2
  } else {
    const done = runModels({
      size: values.large ? 'large' : 'small',
      ...(positionals.length > 0 && { models: positionals }),
      write: values.write ?? false,
    })
    if (!done) process.exitCode = 1
  }
}
