// The contract of `ports/store.ts` as data: whoever writes a store runs these, with any test runner.

import { appendCases } from './store-cases/appends.js'
import type { StoreCase } from './store-cases/case.js'
import { deploymentCases } from './store-cases/deployment.js'
import { feedCases } from './store-cases/feed.js'
import { keyCases } from './store-cases/keys.js'
import { limitCases } from './store-cases/limits.js'
import { reassertCases } from './store-cases/reassert.js'
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
 *     const means = { clock: createFakeClock(), random: createSeededRandom(1), keepChangesMs: 360_000 }
 *     const source = memory()
 *     await run({ ...means, open: () => source.open(means) })
 *   })
 * }
 */
export const storeCases: readonly StoreCase[] = [
  ...subjectCases,
  ...userCases,
  ...sessionCases,
  ...keyCases,
  ...limitCases,
  ...appendCases,
  ...feedCases,
  ...reassertCases,
  ...deploymentCases,
  ...wholeStoreCases,
]
