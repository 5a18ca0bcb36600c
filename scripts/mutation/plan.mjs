// What was recorded of the tests, and in which order the files of tests are asked about each mutant.

import { basename } from 'node:path'
import { within } from './scope.mjs'

/** @typedef {import('./instrument.mjs').Mutant} Mutant */
/** Tests that one process puts to a mutant first. */
const few = 8
/** A test that takes so many ms waits until the others have been asked. */
const dear = 400
/** Tests that take so many ms are asked only about sources that their file is named after, if nobody else runs it, or when all are. */
const slowest = 2_000
/** Files of tests that are asked whatever it costs. */
const nearest = 4

/** @typedef {{ ms: number, failed: boolean, steady: boolean, hits: number[] }} RecordedTest */
/** @typedef {{ file: string, digest: string, tests: RecordedTest[], atLoad: number[] }} Recorded */
/**
 * One file that may tell a mutant. `whole`: it runs the mutant while it is loaded, or not twice in one process.
 * @typedef {{ file: string, digest: string, tests: number[], whole: boolean, ms: number, rank: number, turn: number }} Visit
 * rank: how near the file is to the source; turn: of the parts in which its tests are put to the mutant
 */

/**
 * @param {string} file
 * @param {string} digest of its text
 * @param {Record<string, any>[]} lines as the runner told them
 * @returns {Recorded}
 */
export function recordedOf(file, digest, lines) {
  /** @type {RecordedTest[]} */
  const tests = []
  const atLoad = new Set()
  for (const line of lines) {
    for (const id of line['static'] ?? []) atLoad.add(id)
    if (Array.isArray(line['hits'])) tests[line['test']] = /** @type {any} */ (line)
  }
  return { file, digest, tests, atLoad: [...atLoad] }
}

/**
 * The files that run each mutant: those nearest to its source first, those that need a process for it alone last.
 *
 * @param {readonly Mutant[]} mutants
 * @param {readonly Recorded[]} recorded
 * @param {{ budgetMs: number, wholeFiles: number }} limits budgetMs: of the tests of one mutant, as recorded
 * @returns {Map<number, Visit[]>}
 */
export function planOf(mutants, recorded, { budgetMs, wholeFiles }) {
  const sources = new Map(mutants.map(({ id, file }) => [id, file]))
  /** @type {Map<string, number>} */
  const sizes = new Map()
  for (const { file } of mutants) sizes.set(file, (sizes.get(file) ?? 0) + 1)
  /** @type {Map<number, Visit[]>} */
  const plan = new Map(mutants.map(({ id }) => [id, []]))
  for (const { file, digest, tests, atLoad } of recorded) {
    const shares = sharesOf(tests, sources, sizes)
    /** @type {Map<number, Visit>} */
    const visits = new Map()
    /** @type {Set<number>} */
    const alone = new Set(atLoad)
    for (const [place, test] of tests.entries()) {
      if (test === undefined || test.failed) continue
      for (const id of test.hits) {
        if (!test.steady) {
          alone.add(id)
          continue
        }
        const visit = visits.get(id) ?? { file, digest, tests: [], whole: false, ms: 0, rank: 0, turn: 0 }
        visit.tests.push(place)
        visit.ms += test.ms
        visits.set(id, visit)
      }
    }
    const allMs = tests.reduce((sum, { ms }) => sum + ms, 0)
    for (const id of alone)
      if (!visits.has(id))
        visits.set(id, { file, digest, tests: [], whole: true, ms: allMs, rank: 0, turn: 0 })
    for (const [id, visit] of visits) {
      const source = sources.get(id) ?? ''
      visit.rank = (isNamedAfter(file, source) ? 1 : 0) + (shares.get(source) ?? 0)
      plan.get(id)?.push(...inTurns(visit, tests))
    }
  }
  for (const [id, visits] of plan) plan.set(id, affordable(visits, budgetMs, wholeFiles))
  return plan
}

/** @param {Visit} visit its name for a later run: another text of the file, or another choice of its tests, is another visit */
export function nameOf({ file, digest, tests }) {
  return `${file} ${digest.slice(0, 12)} ${tests.length} ${tests.reduce((sum, place) => sum + place, 0)}`
}

/**
 * The few tests that are likeliest to tell it soon, the others for later, then the slow ones, and the slowest for last.
 *
 * @param {Visit} visit
 * @param {readonly RecordedTest[]} tests
 * @returns {Visit[]}
 */
function inTurns(visit, tests) {
  if (visit.whole) return [visit]
  /** @param {number} place */
  const ms = (place) => tests[place]?.ms ?? 0
  /** @param {number} place */
  const cost = (place) => ms(place) * (tests[place]?.hits.length ?? 0)
  const quick = visit.tests.filter((place) => ms(place) < dear).sort((a, b) => cost(a) - cost(b))
  const slow = visit.tests.filter((place) => ms(place) >= dear && ms(place) < slowest)
  return [quick.slice(0, few), quick.slice(few), slow, visit.tests.filter((place) => ms(place) >= slowest)]
    .map((part, turn) => ({
      ...visit,
      tests: part,
      ms: part.reduce((sum, place) => sum + ms(place), 0),
      turn,
    }))
    .filter(({ tests: part }) => part.length > 0)
}

/**
 * The nearest files wholly; of the others, cheapest first, what the budget allows.
 *
 * @param {Visit[]} visits
 * @param {number} budgetMs
 * @param {number} wholeFiles
 */
function affordable(visits, budgetMs, wholeFiles) {
  const isDeep = budgetMs === Number.POSITIVE_INFINITY
  const all = visits.filter(({ whole }) => !whole)
  const wanted = all.filter(({ turn, rank }) => turn < 3 || rank > 1 || isDeep)
  const shared = wanted.length > 0 ? wanted : all
  const ranked = [...new Set(shared.toSorted((a, b) => b.rank - a.rank).map(({ file }) => file))]
  const near = new Set(ranked.slice(0, nearest))
  let spent = 0
  const others = shared
    .filter(({ file }) => !near.has(file))
    .sort((a, b) => a.ms - b.ms)
    .filter(({ ms }) => {
      spent += ms
      return spent <= budgetMs
    })
  const alone = visits.filter(({ whole }) => whole).sort((a, b) => b.rank - a.rank || a.ms - b.ms)
  return [
    ...shared.filter(({ file }) => near.has(file)).sort((a, b) => a.turn - b.turn || b.rank - a.rank),
    ...others,
    ...alone.slice(0, wholeFiles),
  ]
}

/**
 * How much of each source the tests of a file run.
 *
 * @param {readonly RecordedTest[]} tests
 * @param {ReadonlyMap<number, string>} sources
 * @param {ReadonlyMap<string, number>} sizes of the sources, in mutants
 */
function sharesOf(tests, sources, sizes) {
  /** @type {Map<string, number>} */
  const shares = new Map()
  for (const id of new Set(tests.flatMap(({ hits }) => hits))) {
    const source = sources.get(id) ?? ''
    shares.set(source, (shares.get(source) ?? 0) + 1 / (sizes.get(source) ?? 1))
  }
  return shares
}

/**
 * @param {string} test
 * @param {string} source
 */
function isNamedAfter(test, source) {
  const name = basename(source, '.ts')
  return (
    basename(test).startsWith(name) ||
    (within(source).includes('/remembered/') && test.includes('remembered'))
  )
}
