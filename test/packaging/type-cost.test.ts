// What Sessera costs whoever type-checks an app, in what does not depend on the machine. Needs the build.

import { describe, expect, it } from 'vitest'
import { typeCostOf } from '../../scripts/type-cost.mjs'

describe.each([
  ['express', 'bare'],
  ['fastify', 'bare'],
  ['hono', 'middleware'],
])('an app on %s with Sessera', (framework, other) => {
  it(`costs at most a tenth more than the same without (${other})`, () => {
    const own = typeCostOf(`${framework}/with-sessera`)
    const without = typeCostOf(`${framework}/${other}`)
    expect(without.types).toBeGreaterThan(1000)
    expect(own.types).toBeGreaterThan(without.types)
    expect(own.types).toBeLessThanOrEqual(without.types * 1.1)
    expect(own.instantiations).toBeLessThanOrEqual(without.instantiations * 1.1)
  })
})

it('costs less than sessions by hand', () => {
  const own = typeCostOf('express/with-sessera')
  const byHand = typeCostOf('express/by-hand')
  expect(own.types).toBeLessThan(byHand.types)
  expect(own.instantiations).toBeLessThan(byHand.instantiations)
})
