// Honest tabs are never signed out. How to repeat a failure, and how to run longer: see bound.test.ts.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { replay, runsOf, settings } from './mixes.js'
import { simulateTabs, tabSteps } from './tabs.js'

test('tabs that refresh at once, and ask again when answers are lost', { timeout: 3_600_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(settings, tabSteps, async (setting, steps) => {
      expect(await simulateTabs(setting, steps)).toEqual([])
    }),
    { numRuns: runsOf(40), ...replay },
  )
})
