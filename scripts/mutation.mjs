// npm run mutation [-- --only <part of a path>] [--deep] [--lanes <n>] [--sample <share> --seed <n>]: changes the sources in
// thousands of small ways, one at a time, and reports which of the changes no test notices.

import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { instrument } from './mutation/instrument.mjs'
import { createLane } from './mutation/lanes.mjs'
import { planOf, recordedOf } from './mutation/plan.mjs'
import { report } from './mutation/report.mjs'
import { judgeAll } from './mutation/schedule.mjs'
import { isDecision, root, sourceFiles, testFiles } from './mutation/scope.mjs'

/** @typedef {import('./mutation/instrument.mjs').Mutant} Mutant */
/** @typedef {import('./mutation/plan.mjs').Recorded} Recorded */
/** @typedef {import('./mutation/schedule.mjs').Verdict} Verdict */

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    deep: { type: 'boolean', default: false },
    lanes: { type: 'string', default: '2' },
    sample: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
    again: { type: 'boolean', default: false },
  },
})
const folder = join(tmpdir(), `mutation-${process.pid}`)
mkdirSync(folder)
const code = join(folder, 'code.json')
const resultFile = join(root, 'test-results/mutation.json')
const recordFile = join(root, 'test-results/mutation-record.json')
mkdirSync(join(root, 'test-results'), { recursive: true })

const all = prepare()
const lanes = Array.from({ length: Number(values.lanes) }, (_, index) =>
  createLane({ folder, code, name: String(index) }),
)
process.on('exit', () => {
  for (const lane of lanes) lane.kill()
  rmSync(folder, { recursive: true, force: true })
})
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) process.on(signal, () => process.exit(1))

const chosen = choose(all)
console.log(`${chosen.length} of ${all.length} mutants. First: which test runs which.`)
const recorded = await record()
const plan = planOf(chosen, recorded, {
  budgetMs: values.deep ? Number.POSITIVE_INFINITY : 3_000,
  wholeFiles: values.deep ? Number.POSITIVE_INFINITY : 3,
})
const judged = await judgeAll({ mutants: chosen, plan, recorded, lanes, known: knownOf(chosen), save })
save(judged)
report(judged)
process.exit()

/** @param {readonly import('./mutation/report.mjs').Judged[]} judged so far */
function save(judged) {
  writeFileSync(
    values.only === undefined ? resultFile : `${resultFile}.part`,
    JSON.stringify({ code: digest(readFileSync(code)), judged }),
  )
}

/** @returns {Mutant[]} */
function prepare() {
  /** @type {Mutant[]} */
  const mutants = []
  const texts = sourceFiles().map((file) => {
    const made = instrument(file, readFileSync(join(root, file), 'utf8'), mutants.length + 1)
    mutants.push(...made.mutants)
    return [join(root, file), made.code]
  })
  writeFileSync(code, JSON.stringify(texts))
  return mutants
}

/**
 * Every decision about security; of the rest the share that was asked for, the same for the same seed.
 *
 * @param {readonly Mutant[]} mutants
 */
function choose(mutants) {
  return mutants.filter((mutant, index) => {
    if (values.only !== undefined && !values.only.some((part) => mutant.file.includes(part))) return false
    return isDecision(mutant.file) || shareOf(index) < Number(values.sample)
  })
}

/**
 * What the last run knows of the same changes at the same places, whatever their numbers are now. What was killed stays
 * killed; what a file of tests did not tell before is not put to it again, unless that file or the sources have changed.
 *
 * @param {readonly Mutant[]} mutants
 * @returns {ReadonlyMap<number, Verdict>}
 */
function knownOf(mutants) {
  if (!values.again || !existsSync(resultFile)) return new Map()
  /** @type {{ code: string, judged: import('./mutation/report.mjs').Judged[] }} */
  const last = JSON.parse(readFileSync(resultFile, 'utf8'))
  const isSame = last.code === digest(readFileSync(code))
  const keys = keysOf(last.judged)
  const verdicts = new Map(last.judged.map(({ state, by, met }, index) => [keys[index], { state, by, met }]))
  return new Map(
    keysOf(mutants).flatMap((key, index) => {
      const verdict = verdicts.get(key)
      const { id } = mutants[index] ?? {}
      if (verdict === undefined || id === undefined) return []
      return [[id, isSame ? verdict : { ...verdict, met: [] }]]
    }),
  )
}

/** @param {readonly Mutant[]} mutants */
function keysOf(mutants) {
  /** @type {Map<string, number>} */
  const counts = new Map()
  return mutants.map(({ file, kind, from, to }) => {
    const key = JSON.stringify([file, kind, from, to])
    counts.set(key, (counts.get(key) ?? 0) + 1)
    return `${key} ${counts.get(key)}`
  })
}

/** @param {number} index */
function shareOf(index) {
  const mixed = Math.imul((index + 1) ^ (Number(values.seed) * 0x9e37_79b9), 0x85eb_ca6b)
  return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32
}

/**
 * Which test runs which mutant. What was recorded of the same sources by a test file that is as it was, is taken as it is.
 *
 * @returns {Promise<Recorded[]>}
 */
async function record() {
  const codeDigest = digest(readFileSync(code))
  /** @type {{ code: string, files: Record<string, Recorded> }} */
  const kept = existsSync(recordFile) ? JSON.parse(readFileSync(recordFile, 'utf8')) : { code: '', files: {} }
  if (kept.code !== codeDigest) Object.assign(kept, { code: codeDigest, files: {} })
  /** @type {Recorded[]} */
  const found = []
  const files = testFiles().filter((file) => {
    const known = kept.files[file]
    if (known?.digest !== digest(readFileSync(join(root, file)))) return true
    found.push(known)
    return false
  })
  await Promise.all(
    lanes.map(async (lane) => {
      for (let file = files.shift(); file !== undefined; file = files.shift()) {
        const { lines, answer } = await lane.run(file, { mode: 'record', mutants: [], limits: [] }, 90_000)
        if (answer === null || answer['failures'].length > 0)
          console.log(`${file} cannot be used: ${answer?.['failures'] ?? 'it hangs'}`)
        const text = digest(readFileSync(join(root, file)))
        const one = recordedOf(file, text, lines)
        for (const { failed, name } of /** @type {any[]} */ (one.tests))
          if (failed) console.log(`${file}: "${name}" fails without a mutant and is left out.`)
        found.push(one)
        kept.files[file] = one
        writeFileSync(recordFile, JSON.stringify(kept))
      }
    }),
  )
  return found
}

/** @param {Buffer} bytes */
function digest(bytes) {
  return createHash('sha256').update(bytes).digest('hex')
}
