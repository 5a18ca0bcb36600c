// npm run fuzz -- [target...] [--minutes 1] [--seed text] [--keep]
// Fuzzes what parses strangers' input, each target for so long; see docs/fuzzing.md. The exit code is 1 after a find.

import { randomInt } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { createViteServer } from 'vitest/node'
import { countBlocks, instrument, wordsInCode } from '../test/fuzz/engine/instrument.mjs'

const { values, positionals: names } = parseArgs({
  allowPositionals: true,
  options: {
    minutes: { type: 'string', default: '1' },
    seed: { type: 'string', default: String(randomInt(1_000_000_000)) },
    keep: { type: 'boolean', default: false },
  },
})
const { seed, keep } = values
const seconds = Number(values.minutes) * 60

if (!(seconds > 0) || seconds > 86_400) {
  console.error(`--minutes is a number above 0, at most 1440. Not: ${values.minutes}`)
  process.exitCode = 2
} else {
  // The sources as the tests read them, with counters.
  const server = await createViteServer({
    root: fileURLToPath(new URL('..', import.meta.url)),
    logLevel: 'error',
    appType: 'custom',
    server: { middlewareMode: true, hmr: false, ws: false, watch: null },
    optimizeDeps: { noDiscovery: true },
    plugins: [instrument()],
  })
  const environment = /** @type {import('vitest/node').Vite.RunnableDevEnvironment} */ (
    server.environments.ssr
  )
  /** @type {typeof import('../test/fuzz/engine/run.js')} */
  const { run } = await environment.runner.import('/test/fuzz/engine/run.ts')
  process.on('unhandledRejection', (error) => {
    console.error(`FOUND a promise that nobody waits for was rejected, seed ${seed}`, error)
    process.exit(1)
  })
  const isClean = await run({
    names,
    seconds,
    seed,
    keep,
    usedBlocks: countBlocks,
    wordsInCode,
    print: console.log,
  })
  process.exit(isClean === null ? 2 : isClean ? 0 : 1)
}
