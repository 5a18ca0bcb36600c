// Starts lanes, hands them work and watches that they go on with it.

import { fork } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** @typedef {import('./runner.mjs').Task} Task */
/** @typedef {Record<string, any>} Line */

const lanePath = fileURLToPath(new URL('lane.mjs', import.meta.url))

/**
 * @param {{ folder: string, code: string, name: string }} options
 */
export function createLane({ folder, code, name }) {
  /** @type {import('node:child_process').ChildProcess | null} */
  let child = null
  const results = join(folder, `results-${name}.jsonl`)
  const taskFile = join(folder, `task-${name}.json`)

  async function ready() {
    if (child !== null) return child
    const started = fork(lanePath, [code, taskFile], {
      detached: true,
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
    child = started
    await new Promise((resolve, reject) => {
      started.once('message', resolve)
      started.once('exit', (code) => reject(new Error(`A lane ended while it started: ${code}`)))
    })
    return started
  }

  function kill() {
    const { pid } = child ?? {}
    child = null
    if (pid === undefined) return
    try {
      process.kill(-pid, 'SIGKILL')
    } catch {
      // It has ended by itself.
    }
  }

  return {
    kill,
    /**
     * @param {string} file
     * @param {Omit<Task, 'results'>} task
     * @param {number} patience how long it may say nothing, in ms
     * @returns {Promise<{ lines: Line[], answer: Line | null }>} answer: null if it had to be killed
     */
    async run(file, task, patience) {
      rmSync(results, { force: true })
      const lane = await ready()
      let size = -1
      let movedAt = Date.now()
      /** @type {Line | null} */
      const answer = await new Promise((resolve) => {
        const watch = setInterval(() => {
          const length = existsSync(results) ? readFileSync(results).length : 0
          if (length !== size) {
            size = length
            movedAt = Date.now()
          } else if (Date.now() - movedAt > patience) settle(null)
        }, 500)
        /** @param {Line | null} value */
        const settle = (value) => {
          clearInterval(watch)
          lane.removeAllListeners('message')
          lane.removeAllListeners('exit')
          resolve(value)
        }
        lane.once('message', (/** @type {Line} */ value) => settle(value))
        lane.once('exit', () => settle(null))
        lane.send({ file, task: { ...task, results } })
      })
      if (answer === null) kill()
      const text = existsSync(results) ? readFileSync(results, 'utf8') : ''
      const lines = text
        .split('\n')
        .filter((line) => line.endsWith('}'))
        .map((line) => JSON.parse(line))
      return { lines, answer }
    },
  }
}
