// node bench/main.mjs [--quick] [name...]: measures, prints the tables, and writes them to bench/results and
// docs/benchmarks.md. Each benchmark answers one question and runs alone, one after the other.

import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { writeTables } from './lib/page.mjs'
import { environment, isMet, render } from './lib/report.mjs'
import { canPin, loadCore, pinned, serverCore } from './lib/run.mjs'
import { questions } from './questions.mjs'

const here = fileURLToPath(new URL('.', import.meta.url))

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: 'boolean', default: false } },
})
const names = positionals.length === 0 ? Object.keys(questions) : positionals
const unknown = names.filter((name) => !Object.hasOwn(questions, name))
if (unknown.length > 0) {
  console.error(
    `There is no benchmark ${unknown.join(', ')}. There are: ${Object.keys(questions).join(', ')}.`,
  )
  process.exitCode = 2
} else {
  installPeers()
  const results = names.map(measure)
  for (const result of results) console.log(`\n${render(result)}`)
  if (!values.quick) {
    for (const result of results) keep(result)
    writeTables()
  }
  const missed = results.flatMap(({ name, targets }) =>
    targets.filter((target) => !isMet(target)).map(({ what }) => `${name}: ${what}`),
  )
  console.error(missed.length === 0 ? '\nEvery target is met.' : `\nMissed:\n  ${missed.join('\n  ')}`)
}

/**
 * @param {string} name
 * @returns {import('./lib/report.mjs').Result}
 */
function measure(name) {
  console.error(name)
  const flags = ['--expose-gc', '--max-old-space-size=8192']
  const script = `${here}${name}.mjs`
  const { file, args } = pinned(loadCore, [
    process.execPath,
    ...flags,
    script,
    ...(values.quick ? ['--quick'] : []),
  ])
  const { status, stdout } = spawnSync(file, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 64 * 1024 * 1024,
    env: { ...process.env, NODE_ENV: 'production' },
  })
  if (status !== 0) throw new Error(`${name} ended with ${status}.`)
  const pins = canPin ? `load on core ${loadCore}, servers on core ${serverCore}` : 'not pinned'
  return { name, title: questions[name] ?? name, environment: environment(pins), ...JSON.parse(stdout) }
}

/** @param {import('./lib/report.mjs').Result} result */
function keep(result) {
  mkdirSync(`${here}results`, { recursive: true })
  writeFileSync(`${here}results/${result.name}.json`, `${JSON.stringify(result, null, 2)}\n`)
}

/** What Sessera is held against is installed beside the benchmarks, once, and is no part of the workspace. */
function installPeers() {
  if (existsSync(`${here}node_modules/.package-lock.json`)) return
  console.error('Installing what Sessera is compared with into bench/node_modules (once)')
  execFileSync('npm', ['ci', '--loglevel=error'], { cwd: here, stdio: ['ignore', 'ignore', 'inherit'] })
}
