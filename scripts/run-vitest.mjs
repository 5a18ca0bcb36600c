// One run of some test projects on some Node, with its report in test-results/<name>.json.
// With CI set a skipped test fails the run: what is missing there is a fault, not an excuse.

import { spawn } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { delimiter, dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readReport, reportPath } from './reports.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url))

/**
 * @param {object} run
 * @param {string} run.name of the report
 * @param {string[]} run.projects
 * @param {string} [run.node] the Node to run on; this one by default
 * @param {string[]} [run.extra] arguments handed on to vitest, such as a file to run alone
 * @returns {Promise<boolean>} whether everything passed
 */
export async function runVitest({ name, projects, node = process.execPath, extra = [] }) {
  const report = reportPath(name)
  mkdirSync(dirname(report), { recursive: true })
  rmSync(report, { force: true })

  const code = await exitCode(
    spawn(
      node,
      [
        vitest,
        'run',
        ...projects.flatMap((project) => ['--project', project]),
        '--reporter=default',
        '--reporter=json',
        `--outputFile.json=${report}`,
        ...extra,
      ],
      {
        cwd: root,
        stdio: 'inherit',
        env: { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env['PATH'] ?? ''}` },
      },
    ),
  )

  const { failed, skippedNames } = readReport(name)
  if (process.env['CI'] && skippedNames.length > 0) {
    console.error(`${name}: nothing may be skipped in CI, but these were:\n  ${skippedNames.join('\n  ')}`)
    return false
  }
  return code === 0 && failed === 0
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @returns {Promise<number>}
 */
function exitCode(child) {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve(code ?? 1))
  })
}
