// node scripts/test-totals.mjs <report>...: adds up the named reports, and prints what failed and `N passed, N failed, N skipped`.
// A named report that is missing counts as one failure. Exits with 1 if anything failed or nothing passed.

import { readReport } from './reports.mjs'

const counts = process.argv.slice(2).map(readReport)
/** @param {'passed' | 'failed' | 'skipped'} key */
const sum = (key) => counts.reduce((total, one) => total + one[key], 0)

for (const failure of counts.flatMap(({ failures }) => failures)) console.log(failure)
console.log(`${sum('passed')} passed, ${sum('failed')} failed, ${sum('skipped')} skipped`)
if (sum('failed') > 0 || sum('passed') === 0) process.exitCode = 1
