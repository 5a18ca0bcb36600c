// Servers under test as processes of their own, on a core of their own. The server tells its ports once it listens,
// and how much processor time it has used whenever it is asked.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { allCores, pinned, serverCore } from './run.mjs'

/**
 * @template T
 * @typedef {object} Server
 * @property {T} told what it said when it was ready
 * @property {(question: object) => Promise<unknown>} ask
 * @property {() => Promise<number>} cpuMs processor time used so far
 * @property {() => Promise<void>} stop
 */

/**
 * @template T
 * @param {string} script below bench/
 * @param {object} settings given to the script as JSON
 * @param {{ everyCore?: boolean }} [how]
 * @returns {Promise<Server<T>>}
 */
export async function startServer(script, settings, { everyCore = false } = {}) {
  const path = fileURLToPath(new URL(`../${script}`, import.meta.url))
  const { file, args } = pinned(everyCore ? allCores : serverCore, [
    process.execPath,
    path,
    JSON.stringify(settings),
  ])
  const child = spawn(file, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  /** @type {((answer: unknown) => void)[]} */
  const waiting = []
  const answered = () => new Promise((resolve) => waiting.push(resolve))
  const gone = new Promise((_resolve, reject) => {
    child.once('exit', (code, signal) => reject(new Error(`${script} ended with ${code ?? signal}.`)))
  })
  gone.catch(() => undefined)
  child.on('message', (answer) => waiting.shift()?.(answer))
  const ask = (/** @type {object} */ question) => {
    const answer = Promise.race([answered(), gone])
    child.send(question)
    return answer
  }
  return {
    told: /** @type {T} */ (await Promise.race([answered(), gone])),
    ask,
    cpuMs: async () => Number(await ask({ cpu: true })),
    async stop() {
      child.disconnect()
      await gone.catch(() => undefined)
    },
  }
}

/**
 * The other side: what a server's script calls when it is ready.
 *
 * @param {object} told
 * @param {{ stop: () => Promise<unknown>, answer?: (question: Record<string, unknown>) => unknown }} how
 */
export function serve(told, { stop, answer = () => null }) {
  process.on('message', async (/** @type {Record<string, unknown>} */ question) => {
    const { user, system } = process.cpuUsage()
    process.send?.(question['cpu'] === true ? (user + system) / 1000 : await answer(question))
  })
  process.once('disconnect', () => void stop().finally(() => process.exit(0)))
  process.send?.(told)
}

/**
 * @param {import('node:net').Server} server
 * @returns {Promise<number>} the port, of this machine only
 */
export function listen(server) {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : 0)
    })
  })
}

/**
 * A port that was free a moment ago.
 *
 * @returns {Promise<number>}
 */
export async function freePort() {
  const server = createServer()
  const port = await listen(server)
  server.close()
  await once(server, 'close')
  return port
}
