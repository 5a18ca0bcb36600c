// npm run coverage: which branches of the code that decides who gets in the quick tests take, and that it is nearly all of them.
// Judged by the same tests, over the same sources, as the mutation testing.

import { judges, sourceFiles } from './mutation/scope.mjs'
import { runVitest } from './run-vitest.mjs'

const passed = await runVitest({
  name: 'coverage',
  projects: judges,
  extra: [
    '--coverage.enabled',
    '--coverage.provider=v8',
    '--coverage.reporter=text',
    '--coverage.reporter=json',
    '--coverage.reportOnFailure',
    '--coverage.thresholds.branches=95',
    // Properties take longer while every branch is counted.
    '--testTimeout=120000',
    ...sourceFiles().map((file) => `--coverage.include=${file}`),
    ...process.argv.slice(2),
  ],
})
process.exitCode = passed ? 0 : 1
