// Runs one benchmark file as a process of its own: it answers on stdout with its finding as JSON, and tells of its
// progress on stderr.

import { existsSync } from 'node:fs'
import { cpus } from 'node:os'

/**
 * @typedef {object} Means
 * @property {boolean} quick whether it is only to show that everything runs: the figures mean nothing then
 * @property {(text: string) => void} tell
 */

/**
 * @param {(means: Means) => import('./report.mjs').Finding | Promise<import('./report.mjs').Finding>} measure
 */
export async function answer(measure) {
  const quick = process.argv.includes('--quick')
  const finding = await measure({ quick, tell: (text) => console.error(`    ${text}`) })
  process.stdout.write(JSON.stringify(finding))
}

/** The core that the load, or the one process that is measured, runs on, and the one for servers. */
export const loadCore = 1
export const serverCore = 0
export const allCores = `0-${cpus().length - 1}`
export const canPin = cpus().length > 1 && existsSync('/usr/bin/taskset')

/**
 * @param {number | string} core or a range of them
 * @param {readonly string[]} command
 * @returns {{ file: string, args: string[] }} the command there alone, where that can be had
 */
export function pinned(core, [file = '', ...args]) {
  return canPin ? { file: '/usr/bin/taskset', args: ['-c', String(core), file, ...args] } : { file, args }
}
