// The contract of `ports/store.ts` as data: whoever writes a store runs these, with any test runner.

import { appendCases } from './store-cases/appends.js'
import { auditCases } from './store-cases/audit.js'
import type { StoreCase } from './store-cases/case.js'
import { deploymentCases } from './store-cases/deployment.js'
import { feedCases } from './store-cases/feed.js'
import { guessCases } from './store-cases/guesses.js'
import { keyCases } from './store-cases/keys.js'
import { lastOfCases } from './store-cases/last-of.js'
import { limitCases } from './store-cases/limits.js'
import { newUserCases } from './store-cases/new-users.js'
import { reassertCases } from './store-cases/reassert.js'
import { sessionCapCases } from './store-cases/session-cap.js'
import { sessionCases } from './store-cases/sessions.js'
import { wholeStoreCases } from './store-cases/store.js'
import { subjectCases } from './store-cases/subjects.js'
import { userListCases } from './store-cases/user-list.js'
import { userRemovalCases } from './store-cases/user-removal.js'
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
  ...newUserCases,
  ...userListCases,
  ...userRemovalCases,
  ...lastOfCases,
  ...sessionCases,
  ...sessionCapCases,
  ...keyCases,
  ...limitCases,
  ...guessCases,
  ...auditCases,
  ...appendCases,
  ...feedCases,
  ...reassertCases,
  ...deploymentCases,
  ...wholeStoreCases,
]
