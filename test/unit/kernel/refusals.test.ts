// Which refusals are on record already: one line for each wait or window, as long as there is room to know.

import { expect, test } from 'vitest'
import { createRefusals } from '../../../packages/sessera/src/kernel/refusals.js'

const room = 10_000

test('each wait or window has its first refusal, and one only', () => {
  const { isFirst } = createRefusals()
  expect([isFirst('a', 1), isFirst('a', 1), isFirst('b', 1), isFirst('a', 2), isFirst('a', 2)]).toEqual([
    true,
    false,
    true,
    true,
    false,
  ])
})

test('beyond ten thousand the one that was told longest ago is told again', () => {
  const { isFirst } = createRefusals()
  for (let index = 0; index < room; index++) isFirst(`key ${index}`, 1)
  // Told anew, and so the latest of all.
  isFirst('key 0', 2)
  expect(isFirst('key 1', 1)).toBe(false)
  isFirst('one more', 1)
  expect(isFirst('key 0', 2)).toBe(false)
  expect(isFirst('key 2', 1)).toBe(false)
  expect(isFirst('key 1', 1)).toBe(true)
})
