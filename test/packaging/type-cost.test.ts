// What Sessera costs whoever type-checks an app, in what does not depend on the machine. Needs the build.

import { expect, it } from 'vitest'
import { typeCostOf } from '../../scripts/type-cost.mjs'

it('is at most a tenth more than the same app with sessions by hand', () => {
  const own = typeCostOf('with-sessera')
  const byHand = typeCostOf('by-hand')
  expect(own.types).toBeLessThanOrEqual(byHand.types * 1.1)
  expect(own.instantiations).toBeLessThanOrEqual(byHand.instantiations * 1.1)
})

it('is weighed on apps that are what they say', () => {
  const bare = typeCostOf('bare')
  expect(bare.types).toBeGreaterThan(1000)
  expect(typeCostOf('with-sessera').types).toBeGreaterThan(bare.types)
})
