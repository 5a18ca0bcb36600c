// The contract of `ports/store.ts` as data: whoever writes a store runs these, with any test runner.

import type { StoreCase } from './store-cases/case.js'
import { keyCases } from './store-cases/keys.js'
import { limitCases } from './store-cases/limits.js'
import { sessionCases } from './store-cases/sessions.js'
import { wholeStoreCases } from './store-cases/store.js'
import { subjectCases } from './store-cases/subjects.js'
import { userCases } from './store-cases/users.js'

export type { CaseClock, StoreCase, StoreCaseContext } from './store-cases/case.js'

/**
 * Every demand on a store. Each case needs a store of its own, empty, and closes what it opens.
 *
 * @example
 * for (const { name, run } of storeCases) {
 *   test(name, async () => {
 *     const clock = createFakeClock()
 *     const source = memory()
 *     await run({ clock, open: () => source.open({ clock, random: createSeededRandom(1) }) })
 *   })
 * }
 */
export const storeCases: readonly StoreCase[] = [
  ...subjectCases,
  ...userCases,
  ...sessionCases,
  ...keyCases,
  ...limitCases,
  ...wholeStoreCases,
]
