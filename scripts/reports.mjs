// Reads the JSON reports of test runs and counts without flattery: a file that does not load, an error outside
// any test and a report that is missing each count as one failure.

import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/**
 * @typedef {object} Counts
 * @property {number} passed
 * @property {number} failed
 * @property {number} skipped
 * @property {string[]} skippedNames
 * @property {string[]} failures what failed, and the first line of why
 */

/**
 * @param {string} name
 * @returns {string}
 */
export function reportPath(name) {
  return fileURLToPath(new URL(`../test-results/${name}.json`, import.meta.url))
}

/**
 * @param {string} name
 * @returns {Counts}
 */
export function readReport(name) {
  const path = reportPath(name)
  if (!existsSync(path)) {
    return { passed: 0, failed: 1, skipped: 0, skippedNames: [], failures: [`There is no report ${path}.`] }
  }
  return count(JSON.parse(readFileSync(path, 'utf8')))
}

/**
 * @typedef {object} Report the part of vitest's (Jest's) JSON report that counts
 * @property {boolean} success
 * @property {FileResult[]} testResults
 *
 * @typedef {object} FileResult
 * @property {string} name
 * @property {string} status
 * @property {string} [message] why the file did not load
 * @property {{ status: string, fullName: string, failureMessages?: string[] }[]} assertionResults
 *
 * @param {Report} report
 * @returns {Counts}
 */
export function count(report) {
  const tests = report.testResults.flatMap((file) => file.assertionResults)
  const brokenFiles = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  ).length
  const passed = tests.filter((test) => test.status === 'passed').length
  const failedTests = tests.filter((test) => test.status === 'failed').length
  const skippedNames = tests
    .filter((test) => test.status !== 'passed' && test.status !== 'failed')
    .map((test) => test.fullName)
  const failed = failedTests + brokenFiles
  return {
    passed,
    failed: failed === 0 && !report.success ? 1 : failed,
    skipped: skippedNames.length,
    skippedNames,
    failures: report.testResults.flatMap(failuresOf),
  }
}

/**
 * @param {FileResult} file
 * @returns {string[]}
 */
function failuresOf({ name, status, message = '', assertionResults }) {
  const failed = assertionResults.filter((test) => test.status === 'failed')
  if (status === 'failed' && failed.length === 0) return [`${name}: ${firstLine(message)}`]
  return failed.map(
    ({ fullName, failureMessages: [first = ''] = [] }) => `${name}: ${fullName}: ${firstLine(first)}`,
  )
}

/** @param {string} text */
function firstLine(text) {
  return text.split('\n', 1)[0]
}
