// Runs inside the test process: each test again and again, once for every mutant it may tell, without loading anything anew.
// Invariant: a mutant counts as killed only if the same test passes soon afterwards with no mutant awake.

import { appendFileSync, readFileSync } from 'node:fs'
import { VitestTestRunner } from 'vitest/runners'

/** @typedef {import('vitest').RunnerTestCase} Test */
/** @typedef {import('vitest').RunnerTestFile} File */

/**
 * What one process is to do with one file of tests.
 * @typedef {object} Task
 * @property {'record' | 'mutants' | 'whole'} mode record: which test runs which mutant; mutants: one after the other;
 *   whole: one mutant, awake from the first import on
 * @property {string} results file to append to, one JSON object per line
 * @property {{ id: number, tests: number[] }[]} mutants `tests`: their places in the file
 * @property {number[]} limits how long each test may take, in ms
 */

/** How many mutants one test may kill before it has to pass without any. */
const unprovenAtMost = 6
/** More often than any test comes by: whatever still runs then will not end. */
const endless = 1_000_000
const setTimer = globalThis.setTimeout
const clearTimer = globalThis.clearTimeout
/** @type {Task} */
const task = JSON.parse(readFileSync(process.env['MUTATION_TASK'] ?? '', 'utf8'))

const seen = new Set()
let awake = 0
let passes = 0
Object.assign(globalThis, {
  __mutation: {
    /** @param {number} id */
    isOn(id) {
      if (id !== awake) {
        if (task.mode === 'record') seen.add(id)
        return false
      }
      if (++passes > endless) throw new Error('This mutant runs for ever.')
      return true
    },
  },
})
if (task.mode === 'whole') awake = task.mutants[0]?.id ?? 0

/** @param {object} line */
function tell(line) {
  appendFileSync(task.results, `${JSON.stringify(line)}\n`)
}

// biome-ignore lint/style/noDefaultExport: Vitest looks for the runner there.
export default class MutationRunner extends VitestTestRunner {
  /** @type {Map<Test, number>} */
  places = new Map()
  /** @type {Set<number>} */
  killed = new Set()
  /** @type {number[]} */
  queue = []
  /** @type {number[]} the mutants killed last, until the test has passed without them */
  unproven = []
  isProof = false
  isOver = false
  again = false
  attempt = 0
  begun = 0
  /** @type {{ ms: number, hits: number[], failed: boolean, steady: boolean } | null} */
  recorded = null

  /** @param {File[]} files */
  onCollected(files) {
    for (const test of files.flatMap((file) => testsIn(file))) this.places.set(test, this.places.size)
    if (task.mode === 'record') tell({ static: [...seen], tests: this.places.size })
    seen.clear()
  }

  /**
   * @override
   * @param {Test} test
   */
  async onBeforeRunTask(test) {
    const place = this.places.get(test) ?? -1
    this.attempt = 0
    this.unproven = []
    this.isProof = false
    this.recorded = { ms: 0, hits: [], failed: false, steady: true }
    if (task.mode === 'record') {
      if (seen.size > 0) tell({ static: [...seen] })
      seen.clear()
    } else if (task.mode === 'mutants') {
      this.queue = task.mutants
        .filter(({ id, tests }) => tests.includes(place) && !this.killed.has(id))
        .map(({ id }) => id)
      if (this.queue.length === 0 || this.isOver) test.mode = 'skip'
    } else if (this.isOver) test.mode = 'skip'
    if (task.mode !== 'whole') test.retry = { count: Number.MAX_SAFE_INTEGER, condition: () => this.again }
    await super.onBeforeRunTask(test)
  }

  /**
   * @override
   * @param {Test} test
   */
  onBeforeTryTask(test) {
    if (test.result !== undefined) {
      test.result.state = 'run'
      delete test.result.errors
    }
    if (task.mode === 'mutants') {
      this.isProof = this.queue.length === 0 || this.unproven.length >= unprovenAtMost
      awake = this.isProof ? 0 : (this.queue.shift() ?? 0)
      if (awake !== 0) tell({ begun: awake, test: this.places.get(test) })
    }
    passes = 0
    this.begun = performance.now()
    super.onBeforeTryTask(test)
  }

  /** @param {Test} test */
  async runTask(test) {
    const limit = task.limits[this.places.get(test) ?? -1]
    const run = VitestTestRunner.getTestFn(test)
    if (task.mode === 'record' || limit === undefined) return await run()
    /** @type {ReturnType<typeof setTimer> | undefined} */
    let timer
    await Promise.race([
      run(),
      new Promise((_, reject) => {
        timer = setTimer(() => {
          this.isOver = true
          reject(new Error('The test takes too long with this mutant.'))
        }, limit)
      }),
    ]).finally(() => clearTimer(timer))
  }

  /** @param {Test} test */
  onAfterRetryTask(test) {
    const failed = test.result?.state === 'fail'
    this.again = false
    if (task.mode === 'record') this.#record(failed)
    else if (task.mode === 'mutants') this.#judge(failed, test)
    else if (failed) {
      this.isOver = true
      tell({ killed: awake, test: this.places.get(test) })
    }
    if (test.result === undefined) return
    test.result.state = this.again ? 'fail' : 'pass'
    if (this.again) test.result.errors = [{ message: 'once more' }]
    else delete test.result.errors
  }

  /**
   * @override
   * @param {Test} test
   */
  onAfterRunTask(test) {
    if (task.mode === 'record') tell({ test: this.places.get(test), name: test.name, ...this.recorded })
    super.onAfterRunTask(test)
  }

  /**
   * Twice, since a test that passes only once in a process is of no use for one mutant after the other.
   *
   * @param {boolean} failed
   */
  #record(failed) {
    this.attempt++
    const { recorded } = this
    if (recorded === null) return
    if (this.attempt > 1) {
      recorded.steady = !failed
      seen.clear()
      return
    }
    recorded.failed = failed
    recorded.ms = performance.now() - this.begun
    recorded.hits = [...seen]
    seen.clear()
    this.again = !failed
  }

  /**
   * @param {boolean} failed
   * @param {Test} test
   */
  #judge(failed, test) {
    const place = this.places.get(test)
    if (this.isProof) {
      for (const id of this.unproven) tell(failed ? { doubtful: id } : { killed: id, test: place })
      if (failed) this.isOver = true
      else for (const id of this.unproven) this.killed.add(id)
      this.unproven = []
    } else if (failed && (this.isOver || task.mutants.length === 1)) {
      tell({ killed: awake, test: place, timeout: this.isOver })
      this.isOver = true
    } else if (failed) {
      this.unproven.push(awake)
    }
    awake = 0
    this.again = !this.isOver && this.unproven.length + this.queue.length > 0
  }

  /** @override */
  onAfterRunFiles() {
    tell({ done: !this.isOver || task.mutants.length === 1 })
    super.onAfterRunFiles()
  }
}

/**
 * @param {{ tasks: readonly import('vitest').RunnerTask[] }} suite
 * @returns {Test[]}
 */
function testsIn({ tasks }) {
  return tasks.flatMap((one) => (one.type === 'suite' ? testsIn(one) : [one]))
}
