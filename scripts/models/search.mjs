// One run of one model: spin makes a program of it, gcc compiles it, the program looks at every state. A search that
// did not look at everything proves nothing, whatever it has found so far.

import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { modelFolder } from './heading.mjs'

/**
 * @typedef {import('./heading.mjs').Run} Run
 *
 * @typedef {object} Finding
 * @property {'holds' | 'fails' | 'unknown'} verdict
 * @property {number} states
 * @property {string} detail why nothing is known; empty otherwise
 *
 * @typedef {{ optimise: string, seconds: number, megabytes: number, compression: string[] }} Size
 */

/** @type {Record<'small' | 'large', Size>} */
export const sizes = {
  small: { optimise: '-O1', seconds: 120, megabytes: 2000, compression: [] },
  large: { optimise: '-O2', seconds: 3600, megabytes: 6000, compression: ['-DCOLLAPSE'] },
}
const searchDepth = 100_000

/**
 * What the output of a search proves. Only a violated assertion is a counterexample, and only a search that went through
 * all states without one shows that the claim holds.
 *
 * @param {string} output
 * @returns {Finding}
 */
export function findingOf(output) {
  const states = Number(/^\s*(\d+) states, stored/m.exec(output)?.[1] ?? 0)
  const errors = /errors: (\d+)/.exec(output)?.[1]
  const obstacle =
    /max search depth too small|out of memory|reached -DMEMLIM bound|VECTORSZ is too small|hash ?table.*full/i.exec(
      output,
    )
  if (/assertion violated/.test(output)) return { verdict: 'fails', states, detail: '' }
  if (obstacle !== null) return { verdict: 'unknown', states, detail: obstacle[0] }
  if (errors === undefined) return { verdict: 'unknown', states, detail: 'the search came to no end' }
  if (errors !== '0') return { verdict: 'unknown', states, detail: 'an error that is no violated assertion' }
  if (/Search not completed/.test(output))
    return { verdict: 'unknown', states, detail: 'the search was cut off' }
  return states === 0
    ? { verdict: 'unknown', states, detail: 'there was nothing to search' }
    : { verdict: 'holds', states, detail: '' }
}

/**
 * @param {Run} run
 * @param {Size} size
 * @returns {Finding}
 */
export function search(run, size) {
  const place = mkdtempSync(join(tmpdir(), 'sessera-model-'))
  try {
    cpSync(modelFolder, place, { recursive: true })
    const flags = run.flags.map((flag) => `-D${flag}`)
    const optimise = run.expected === 'fails' ? '-O0' : size.optimise
    const memory = `-DMEMLIM=${size.megabytes}`
    /** @type {[string, string[]][]} */
    const preparations = [
      ['spin', ['-a', ...flags, `${run.model}.pml`]],
      ['gcc', [optimise, '-w', '-DSAFETY', memory, ...size.compression, '-o', 'pan', 'pan.c']],
    ]
    for (const [command, args] of preparations) {
      const { status, stdout, stderr } = spawnSync(command, args, { cwd: place, encoding: 'utf8' })
      if (status !== 0) return { verdict: 'unknown', states: 0, detail: `${command}: ${stdout}${stderr}` }
    }
    // -E: a process that waits for ever is no error here, stopping anywhere is what the models are about.
    const pan = spawnSync('./pan', ['-E', `-m${searchDepth}`], {
      cwd: place,
      encoding: 'utf8',
      timeout: size.seconds * 1000,
      killSignal: 'SIGKILL',
    })
    const finding = findingOf(`${pan.stdout}${pan.stderr}`)
    if (finding.verdict === 'fails') keepCounterexample(run, flags, place)
    if (finding.verdict === 'unknown' && pan.signal !== null)
      return { ...finding, detail: `no end after ${size.seconds} s` }
    return finding
  } finally {
    rmSync(place, { recursive: true, force: true })
  }
}

/**
 * @param {Run} run
 * @param {string[]} flags
 * @param {string} place
 */
function keepCounterexample(run, flags, place) {
  const target = fileURLToPath(new URL('../../test-results/models/', import.meta.url))
  mkdirSync(target, { recursive: true })
  const args = ['-t', '-p', '-g', ...flags, `${run.model}.pml`]
  const { stdout } = spawnSync('spin', args, { cwd: place, encoding: 'utf8', maxBuffer: 2 ** 28 })
  writeFileSync(join(target, `${[run.model, ...run.flags].join('-')}.txt`), stdout)
}

/** Debian's packages. Without the headers of the last, gcc compiles nothing that spin makes. */
export const toolPackages = 'spin gcc libc6-dev'

/** @returns {{ versions: string, missing: string[] }} in a line, and what there is not */
export function findTools() {
  const spin = answerOf('spin', ['-V'])
  const gcc = answerOf('gcc', ['--version'])
  const headers = answerOf('gcc', ['-E', '-P', '-include', 'stdio.h', '-xc', '-'])
  const found = [
    ['spin', spin],
    ['gcc', gcc],
    ['the headers of the C library', headers],
  ]
  return {
    versions: `${spin.replace('Version ', '').replace(/ -- .*/, '')}, ${gcc}`,
    missing: found.flatMap(([name = '', answer]) => (answer === '' ? [name] : [])),
  }
}

/**
 * @param {string} command
 * @param {string[]} args
 * @returns {string} its first line, empty when there is no such command or it fails
 */
function answerOf(command, args) {
  const { status, stdout } = spawnSync(command, args, { encoding: 'utf8', input: '' })
  return status === 0 ? (stdout.trim().split('\n')[0] ?? '') : ''
}
