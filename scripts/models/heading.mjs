// The models of docs/model/, and the runs that the heading of each lists. A heading that does not fit its model is an
// error: a misspelt switch changes nothing, and what is checked then is not what the heading says.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * @typedef {object} Run
 * @property {string} model
 * @property {'holds' | 'fails'} expected
 * @property {string[]} flags such as `RESTART` or `TICKS=4`
 * @property {string} about what this run is
 */

export const modelFolder = fileURLToPath(new URL('../../docs/model/', import.meta.url))

/** @returns {string[]} */
export function modelNames() {
  return readdirSync(modelFolder)
    .filter((file) => file.endsWith('.pml'))
    .map((file) => file.slice(0, -'.pml'.length))
    .sort()
}

/**
 * The runs that the model's heading lists. In the large size that is the design, bigger.
 *
 * @param {string} model
 * @param {string} [source]
 * @returns {{ small: Run[], large: Run[] }}
 */
export function runsOf(model, source = readFileSync(join(modelFolder, `${model}.pml`), 'utf8')) {
  const end = source.indexOf('*/')
  const heading = source.slice(0, end)
  const body = source.slice(end) + readFileSync(join(modelFolder, 'time.inc'), 'utf8')
  const small = [...heading.matchAll(/^ \* {3}(holds|fails) : (.+?)(?: : (.+))?$/gm)].map(
    ([, expected, words = '', about]) => ({
      model,
      expected: /** @type {'holds' | 'fails'} */ (expected),
      flags: about === undefined ? [] : words.split(' '),
      about: about ?? words,
    }),
  )
  const flags = /^ \* large: (.+)$/m.exec(heading)?.[1]?.split(' ') ?? []
  const large = [{ model, expected: /** @type {const} */ ('holds'), flags, about: 'as designed, larger' }]

  const used = new Set([...small, ...large].flatMap((run) => run.flags.map(nameOf)))
  const known = new Set(
    [...body.matchAll(/^#\s*(?:ifn?def|if|elif)\b(.*)$/gm)].flatMap(
      ([, rest = '']) => rest.match(/[A-Z_]{2,}/g) ?? [],
    ),
  )
  const switches = [...body.matchAll(/^#ifdef (\w+)|defined\((\w+)\)/gm)].map(([, one, two]) => one ?? two)
  const wrong = [
    ...[...used].filter((flag) => !known.has(flag)).map((flag) => `${flag} is not a switch of the model`),
    ...switches
      .filter((flag) => flag !== undefined && !used.has(flag) && !source.includes(`#define ${flag}\n`))
      .map((flag) => `no run uses ${flag}`),
  ]
  if (small.every((run) => run.flags.length > 0)) wrong.push('no run shows the design itself')
  if (wrong.length > 0) throw new Error(`docs/model/${model}.pml: ${wrong.join('; ')}.`)
  return { small, large }
}

/** @param {string} flag */
function nameOf(flag) {
  return flag.replace(/=.*/, '')
}

/** @param {Run} run */
export function titleOf({ model, expected, flags, about }) {
  return [model, expected, ...flags].join(' ') + (flags.length > 0 ? ` (${about})` : '')
}
