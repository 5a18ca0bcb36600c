// A process that keeps one Vitest at hand and runs file after file of tests with it, as it is told.
// Whatever hangs in it, hangs alone: the whole process is killed and replaced.

import { readFileSync, writeFileSync } from 'node:fs'
import { createVitest, resolveConfig } from 'vitest/node'
import { root } from './scope.mjs'

/** @typedef {import('./runner.mjs').Task} Task */

const [codeFile = '', taskFile = ''] = process.argv.slice(2)
/** @type {Map<string, string>} the sources with their mutants, by path */
const code = new Map(JSON.parse(readFileSync(codeFile, 'utf8')))
process.env['MUTATION_TASK'] = taskFile

const { viteConfig } = await resolveConfig({ root, config: `${root}vitest.config.ts` })
const vitest = await createVitest(
  'test',
  {
    root,
    config: false,
    watch: false,
    pool: 'forks',
    maxWorkers: 1,
    fileParallelism: false,
    include: ['test/**/*.test.ts'],
    runner: `${root}scripts/mutation/runner.mjs`,
    setupFiles: [`${root}scripts/mutation/fewer-cases.mjs`],
    reporters: [{}],
    silent: true,
    testTimeout: 60_000,
    hookTimeout: 20_000,
    expect: { poll: { timeout: 10_000 } },
    teardownTimeout: 5_000,
    dangerouslyIgnoreUnhandledErrors: true,
  },
  {
    resolve: { alias: viteConfig.resolve.alias },
    plugins: [
      {
        name: 'mutants',
        enforce: 'pre',
        transform: (_, id) => (code.has(id) ? { code: code.get(id) ?? '', map: null } : null),
      },
    ],
  },
)
const project = vitest.getRootProject()

process.on('message', async (/** @type {{ file: string, task: Task }} */ { file, task }) => {
  writeFileSync(taskFile, JSON.stringify(task))
  const { unhandledErrors, testModules } = await vitest.runTestSpecifications([
    project.createSpecification(`${root}${file}`),
  ])
  const failures = testModules.flatMap((module) => module.errors().map(({ message }) => message))
  process.send?.({
    unhandled: unhandledErrors.length,
    failures,
    ok: testModules.every((module) => module.ok()),
  })
})
process.on('disconnect', () => process.exit())
process.send?.('ready')
