// What a principal is said to cost: no less than V8 takes for it, and not so much more that the room stands empty.

import { describe, expect, test } from 'vitest'
import { bytesOfPrincipal, bytesOfText } from '../../../packages/sessera/src/credentials/remembered/bytes.js'
import { freezePrincipal, type Principal } from '../../../packages/sessera/src/domain/principal.js'

const nobody: Principal<object> = {
  kind: 'client',
  id: '',
  username: null,
  sessionId: null,
  mode: null,
  roles: [],
  scopes: [],
  factors: [],
  provenAt: 0,
  claims: {},
}

const costOf = (parts: Partial<Principal<object>>): number =>
  bytesOfPrincipal(freezePrincipal({ ...nobody, ...parts }))
const ofClaim = (claim: unknown): number =>
  costOf({ claims: { claim } }) - costOf({ claims: { claim: null } })
const times = <T>(count: number, item: T): T[] => Array.from({ length: count }, () => item)

describe('a text', () => {
  test.each([
    ['of ASCII takes a byte a character', 'a'.repeat(1000), 1000, 1100],
    ['with one character beyond takes two for each', `${'a'.repeat(1000)}ж`, 2002, 2100],
    ['of three bytes in UTF-8 takes two for each', '中'.repeat(1000), 2000, 2100],
  ])('%s', (_what, text, atLeast, atMost) => {
    expect(bytesOfText(text)).toBeGreaterThanOrEqual(atLeast)
    expect(bytesOfText(text)).toBeLessThanOrEqual(atMost)
  })
})

test('a principal takes a head, ten references and a number, even if it is about next to nothing', () => {
  expect(costOf({})).toBeGreaterThanOrEqual(24 + 10 * 8 + 16)
  expect(costOf({})).toBeLessThanOrEqual(200)
})

test.each(['id', 'username', 'sessionId'] as const)('%s counts by its length', (name) => {
  expect(costOf({ [name]: 'x'.repeat(1000) }) - costOf({})).toBeGreaterThanOrEqual(1000)
})

describe('of claims', () => {
  test.each<[string, unknown, number, number]>([
    ['1,000 numbers take a reference and a number each', times(1000, 1.5), 24_000, 40_000],
    ['1,000 truths take a reference each', times(1000, true), 8_000, 20_000],
    ['1,000 nulls take a reference each', times(1000, null), 8_000, 20_000],
    ['1,000 lists take a head each', times(1000, []), 64_000, 100_000],
    [
      '100 names of 100 characters take their characters',
      Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`${at}`.padStart(100, 'n'), true])),
      10_000,
      40_000,
    ],
  ])('%s', (_what, claim, atLeast, atMost) => {
    expect(ofClaim(claim)).toBeGreaterThanOrEqual(atLeast)
    expect(ofClaim(claim)).toBeLessThanOrEqual(atMost)
  })
})
