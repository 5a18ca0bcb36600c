// Durations as options have them: which texts and numbers are one, and how long it is.

import { expect, test } from 'vitest'
import { parseDuration } from '../../../packages/sessera/src/domain/duration.js'
import { ConfigurationError } from '../../../packages/sessera/src/errors.js'

test.each([
  ['250ms', 250],
  ['0s', 0],
  ['30s', 30_000],
  ['5m', 300_000],
  ['24h', 86_400_000],
  ['30d', 2_592_000_000],
  ['999999999ms', 999_999_999],
  [0, 0],
  [1.5, 1.5],
  [300_000, 300_000],
])('%j is %d ms', (duration, ms) => {
  expect(parseDuration(duration)).toBe(ms)
})

test.each([
  '',
  '5',
  'm',
  '5 m',
  '5M',
  '-5m',
  '1.5h',
  '5m ',
  '5m\n',
  '1h30m',
  '1000000000ms',
  '5constructor',
  -1,
  Number.NaN,
  Number.POSITIVE_INFINITY,
])('%j is refused with a sentence that says what to write', (duration) => {
  expect(() => parseDuration(duration)).toThrow(ConfigurationError)
  expect(() => parseDuration(duration)).toThrow(`"${duration}" is not a duration. Write`)
})
