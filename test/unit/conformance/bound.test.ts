// The promise, checked on the real code: follower, cache and kernel of three machines on one store, in random trouble.
//
// Without the variables, the same runs every time.
// CONFORMANCE_RUNS=2000   a soak: so many runs of each property, other ones every time
// CONFORMANCE_SEED=…  CONFORMANCE_PATH=…   run again what a failure has printed as `seed` and `path`

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { mixes, replay, runsOf, settings, simulate } from './mixes.js'

describe('in random trouble', () => {
  test.each(mixes)('$name', { timeout: 3_600_000 }, async ({ steps, runs }) => {
    await fc.assert(
      fc.asyncProperty(settings, steps, async (setting, taken) => {
        expect(await simulate(setting, taken)).toEqual([])
      }),
      { numRuns: runsOf(runs), ...replay },
    )
  })
})
