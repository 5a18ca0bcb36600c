// How long the stand-alone server takes from the start of its process to its first answer, on a data folder that it has
// used before; and how long the library takes to be imported.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { get } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { withInterval } from './lib/report.mjs'
import { answer, pinned, serverCore } from './lib/run.mjs'
import { freePort } from './lib/server.mjs'
import { estimate, median } from './lib/statistics.mjs'
import { temporaryFolder } from './lib/world.mjs'

const main = fileURLToPath(new URL('../packages/server/dist/main.js', import.meta.url))
const here = fileURLToPath(new URL('.', import.meta.url))

await answer(async ({ quick, tell }) => {
  const times = quick ? 2 : 15
  const folder = temporaryFolder()
  tell('the server')
  await startOnce(folder.path)
  const cold = []
  for (let turn = 0; turn < times; turn++) cold.push(await startOnce(folder.path))
  folder.remove()

  tell('the library')
  const imports = [
    { name: 'nothing', code: '' },
    { name: '`sessera`', code: "import 'sessera'" },
    {
      name: '`sessera`, `sessera/express`, `sessera/sqlite`',
      code: "import 'sessera'; import 'sessera/express'; import 'sessera/sqlite'",
    },
  ].map((one) => ({ ...one, figures: /** @type {number[]} */ ([]) }))
  for (let turn = 0; turn < times; turn++) {
    for (const { code, figures } of imports) figures.push(await runOnce(code))
  }
  const nothing = median(imports[0]?.figures ?? [])
  return {
    tables: [
      {
        caption: `\`sessera serve\`, from the start of the process to the answer to a first request for the public keys, ms; ${times} times.`,
        head: ['median (95 %)', 'longest'],
        rows: [[withInterval(estimate(cold)), Math.max(...cold)]],
      },
      {
        caption: `A process that imports this and ends, ms; Node alone takes ${nothing.toFixed(0)} of them.`,
        head: ['import', 'median (95 %)', 'beyond Node alone'],
        rows: imports.map(({ name, figures }) => [
          name,
          withInterval(estimate(figures)),
          median(figures) - nothing,
        ]),
      },
    ],
    targets: [
      { what: 'start to first answer', side: 'at most', limit: 500, measured: median(cold), unit: ' ms' },
    ],
  }
})

/**
 * @param {string} dataFolder
 * @returns {Promise<number>} ms
 */
async function startOnce(dataFolder) {
  const port = await freePort()
  const { file, args } = pinned(serverCore, [process.execPath, main])
  const begunAt = performance.now()
  const child = spawn(file, args, {
    stdio: 'ignore',
    env: { ...process.env, PORT: String(port), HOST: '127.0.0.1', SESSERA_DATA: dataFolder },
  })
  const exited = once(child, 'exit')
  while (!(await isAnswered(port))) {
    if (child.exitCode !== null) throw new Error(`The server ended with ${child.exitCode}.`)
    if (performance.now() - begunAt > 10_000) {
      child.kill()
      throw new Error('The server does not answer.')
    }
    await pause(2)
  }
  const taken = performance.now() - begunAt
  child.kill('SIGTERM')
  await exited
  return taken
}

/**
 * @param {string} code
 * @returns {Promise<number>} ms
 */
async function runOnce(code) {
  const { file, args } = pinned(serverCore, [process.execPath, '--input-type=module', '-e', code])
  const begunAt = performance.now()
  const [status] = await once(
    spawn(file, args, { stdio: ['ignore', 'ignore', 'inherit'], cwd: here }),
    'exit',
  )
  if (status !== 0) throw new Error(`${code} ended with ${status}.`)
  return performance.now() - begunAt
}

/**
 * @param {number} port
 * @returns {Promise<boolean>}
 */
function isAnswered(port) {
  return new Promise((resolve) => {
    get({ port, host: '127.0.0.1', path: '/.well-known/jwks.json', agent: false }, (answered) => {
      answered.resume().once('end', () => resolve(answered.statusCode === 200))
    }).once('error', () => resolve(false))
  })
}
