// npm run fuzz -- [target...] [--minutes 1] [--seed text] [--keep]
// Fuzzes what parses strangers' input, each target for so long; see docs/fuzzing.md. The exit code is 1 after a find.

import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { countBlocks, instrument, wordsInCode } from '../test/fuzz/engine/instrument.mjs'
import { importSource } from './sources.mjs'

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
  /** @type {typeof import('../test/fuzz/engine/run.js')} */
  const { run } = await importSource('/test/fuzz/engine/run.ts', [instrument()])
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
