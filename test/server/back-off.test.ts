// How long the first process waits before it replaces a worker that has ended.

import { expect, it } from 'vitest'
import { createBackOff } from '../../packages/server/src/workers/back-off.js'

it('waits twice as long after each worker that did not last, for ten seconds at most', () => {
  const backOff = createBackOff()
  const waits = Array.from({ length: 9 }, () => backOff.next(9_999))
  expect(waits).toEqual([100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000])
})

it('begins anew after a worker that has lasted', () => {
  const backOff = createBackOff()
  expect([0, 0, 10_000, 0].map((lastedMs) => backOff.next(lastedMs))).toEqual([100, 200, 100, 200])
})
