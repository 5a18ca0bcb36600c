// What a benchmark found: JSON for programs, tables for docs/benchmarks.md. The tables are made from the JSON alone.

import { execFileSync } from 'node:child_process'
import { cpus } from 'node:os'

/**
 * @typedef {object} Target
 * @property {string} what
 * @property {'at most' | 'at least'} side
 * @property {number} limit
 * @property {number} measured
 * @property {string} [unit]
 *
 * @typedef {object} Table
 * @property {string} caption
 * @property {string[]} head
 * @property {(string | number)[][]} rows
 *
 * @typedef {object} Finding
 * @property {Table[]} tables
 * @property {Target[]} targets
 *
 * @typedef {object} Environment
 * @property {string} node
 * @property {string} cpu
 * @property {number} cores
 * @property {string} pinned which cores were used for what
 * @property {string} date
 * @property {string} commit
 *
 * @typedef {Finding & { name: string, title: string, environment: Environment }} Result
 */

/**
 * @param {string} pinned
 * @returns {Environment}
 */
export function environment(pinned) {
  return {
    node: process.version,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    pinned,
    date: new Date().toISOString().slice(0, 10),
    commit: commit(),
  }
}

/** @returns {string} */
function commit() {
  try {
    const git = (/** @type {string[]} */ ...args) =>
      execFileSync('git', args, { encoding: 'utf8', cwd: import.meta.dirname }).trim()
    return `${git('rev-parse', '--short', 'HEAD')}${git('status', '--porcelain', '--', '../../packages') === '' ? '' : ' and changes'}`
  } catch {
    return 'unknown'
  }
}

/**
 * @param {Target} target
 * @returns {boolean}
 */
export function isMet({ side, limit, measured }) {
  return side === 'at most' ? measured <= limit : measured >= limit
}

/**
 * @param {Result} result
 * @returns {string} Markdown
 */
export function render({ title, environment: at, tables, targets }) {
  return [
    `### ${title}`,
    `Node ${at.node.slice(1)}, ${at.cpu}, ${at.cores} cores (${at.pinned}), ${at.date}, commit ${at.commit}.`,
    ...tables.map(renderTable),
    ...(targets.length === 0 ? [] : [renderTargets(targets)]),
  ].join('\n\n')
}

/**
 * @param {Table} table
 * @returns {string}
 */
function renderTable({ caption, head, rows }) {
  const align = head.map((_, column) => (typeof rows[0]?.[column] === 'number' ? '---:' : '---'))
  const lines = [head, align, ...rows].map((cells) => `| ${cells.map(cell).join(' | ')} |`)
  return `${caption}\n\n${lines.join('\n')}`
}

/**
 * @param {readonly Target[]} targets
 * @returns {string}
 */
function renderTargets(targets) {
  const rows = targets.map((target) => {
    const { what, side, limit, measured, unit = '' } = target
    return `| ${what} | ${side} ${cell(limit)}${unit} | ${cell(measured)}${unit} | ${isMet(target) ? 'met' : '**missed**'} |`
  })
  return ['| target | | measured | |', '| --- | --- | ---: | --- |', ...rows].join('\n')
}

/**
 * @param {string | number} value
 * @returns {string}
 */
function cell(value) {
  if (typeof value === 'string') return value
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 3
  return value.toLocaleString('en', { maximumFractionDigits: digits })
}

/**
 * A ratio as it is written in a table.
 *
 * @param {import('./statistics.mjs').Estimate} estimate
 * @returns {string}
 */
export function withInterval({ value, low, high }) {
  return `${value.toFixed(2)} (${low.toFixed(2)}–${high.toFixed(2)})`
}
