// node scripts/test.mjs <run>... [vitest arguments]: the named runs one after the other, all of them even if one fails.
// Runs: fast, slow, models, compat (= compat-22 compat-24 compat-26). The arguments are for all but the models.

import { compatMajors, runCompat } from './compat.mjs'
import { runModels } from './models.mjs'
import { namesOf } from './projects.mjs'
import { runVitest } from './run-vitest.mjs'

/** @type {Map<string, (extra: string[]) => Promise<boolean>>} */
const runs = new Map()
for (const group of ['fast', 'slow']) {
  const projects = namesOf((project) => project.group === group)
  // Browsers, floods and operators at work: each has the machine for itself.
  const alone = group === 'slow' ? ['--maxWorkers=1'] : []
  runs.set(group, (extra) => runVitest({ name: group, projects, extra: [...alone, ...extra] }))
}
runs.set('models', async () => runModels())
for (const major of compatMajors) {
  runs.set(`compat-${major}`, (extra) => runCompat({ major, extra }))
}

const words = process.argv
  .slice(2)
  .flatMap((word) => (word === 'compat' ? compatMajors.map((major) => `compat-${major}`) : [word]))
const firstOther = words.findIndex((word) => !runs.has(word))
const named = firstOther === -1 ? words : words.slice(0, firstOther)
const extra = firstOther === -1 ? [] : words.slice(firstOther)

if (named.length === 0) {
  console.error(`Name at least one run: ${[...runs.keys()].join(', ')}.`)
  process.exitCode = 2
}
for (const name of named) {
  try {
    if (!(await runs.get(name)?.(extra))) process.exitCode = 1
  } catch (error) {
    console.error(error)
    process.exitCode = 1
  }
}
