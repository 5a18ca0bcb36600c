// Each demand alone and all of them together: meeting one never excuses another (CVE-2026-42349).

import { describe, expect, test } from 'vitest'
import { type Demands, parseDemands, refuseUnmet } from '../../../packages/sessera/src/domain/demands.js'
import { freezePrincipal, type Principal } from '../../../packages/sessera/src/domain/principal.js'
import { AuthError, ConfigurationError } from '../../../packages/sessera/src/errors.js'

const now = 50_000_000
const principal: Principal<object> = {
  kind: 'user',
  id: 'u-1',
  username: 'ada',
  sessionId: 's-1',
  mode: 'token',
  roles: ['teller', 'auditor'],
  scopes: ['report:read', 'report:write'],
  factors: ['pwd'],
  provenAt: now - 60_000,
  claims: {},
}

function outcome(demands: Demands, changes: Partial<Principal<object>> = {}): string {
  try {
    refuseUnmet({ ...principal, ...changes }, parseDemands(demands), now)
    return 'passes'
  } catch (error) {
    if (error instanceof AuthError) return error.code
    throw error
  }
}

interface Row {
  readonly demands: Demands
  readonly is: string
  readonly who?: Partial<Principal<object>>
}

const client = { kind: 'client', username: null, sessionId: null, mode: null } as const
const rows: readonly Row[] = [
  { demands: {}, is: 'passes' },
  { demands: {}, who: client, is: 'forbidden' },
  { demands: { kind: 'any' }, who: client, is: 'passes' },
  { demands: { kind: 'client' }, who: client, is: 'passes' },
  { demands: { kind: 'client' }, is: 'forbidden' },
  { demands: { accept: ['token'] }, is: 'passes' },
  { demands: { accept: ['session', 'hybrid'] }, is: 'mode_refused' },
  { demands: { accept: [] }, is: 'mode_refused' },
  { demands: { kind: 'any', accept: ['token'] }, who: client, is: 'mode_refused' },
  { demands: { roles: ['teller'] }, is: 'passes' },
  { demands: { roles: ['boss', 'auditor'] }, is: 'passes' },
  { demands: { roles: ['boss'] }, is: 'forbidden' },
  { demands: { roles: ['Teller'] }, is: 'forbidden' },
  { demands: { roles: [] }, is: 'forbidden' },
  { demands: { scopes: ['report:read', 'report:write'] }, is: 'passes' },
  { demands: { scopes: ['report:read', 'report:delete'] }, is: 'insufficient_scope' },
  { demands: { scopes: [] }, is: 'passes' },
  { demands: { factors: 1 }, is: 'passes' },
  { demands: { factors: 2 }, is: 'reauthentication_required' },
  { demands: { provenWithin: '1m' }, is: 'passes' },
  { demands: { provenWithin: 59_999 }, is: 'reauthentication_required' },
  { demands: { provenWithin: 0 }, is: 'reauthentication_required' },
  { demands: { provenWithin: 0 }, who: { provenAt: now }, is: 'passes' },
]

describe('one demand', () => {
  test.each(rows)('$demands → $is', ({ demands, who, is }) => {
    expect(outcome(demands, who)).toBe(is)
  })

  test('a proof that is too old says how old it may be', () => {
    const act = (): void => refuseUnmet(principal, parseDemands({ provenWithin: '30s' }), now)
    expect(act).toThrow(expect.objectContaining({ code: 'reauthentication_required', maxAgeSeconds: 30 }))
  })
})

const met = {
  kind: 'user',
  accept: ['token'],
  roles: ['teller'],
  scopes: ['report:read'],
  factors: 1,
  provenWithin: '5m',
} as const
const unmet = {
  kind: 'client',
  accept: ['session'],
  roles: ['boss'],
  scopes: ['nothing'],
  factors: 2,
  provenWithin: '1s',
} as const

describe('all demands at once', () => {
  const names = Object.keys(met)

  test('pass when every one is met', () => {
    expect(outcome(met)).toBe('passes')
  })

  test.each(names)('are refused when only %s is not met', (name) => {
    expect(outcome({ ...met, ...only(unmet, name) })).toBe(outcome(only(unmet, name)))
  })

  test('are refused in every combination with something unmet', () => {
    const combinations = Array.from({ length: 2 ** names.length }, (_, bits) =>
      names.filter((_name, bit) => bits & (1 << bit)),
    )
    const passing = combinations.filter((missing) => {
      const demands: Demands = Object.assign({}, met, ...missing.map((name) => only(unmet, name)))
      return outcome(demands) === 'passes'
    })
    expect(combinations).toHaveLength(64)
    expect(passing).toEqual([[]])
  })
})

function only(demands: Demands, name: string): Demands {
  return Object.fromEntries(Object.entries(demands).filter(([key]) => key === name))
}

test('a demand that is no duration is a mistake in the program', () => {
  expect(() => parseDemands({ provenWithin: 'five minutes' })).toThrow(ConfigurationError)
})

// From JavaScript, or from a configuration, anything may come.
test.each<object>([
  { role: ['teller'] },
  { roles: 'teller' },
  { roles: undefined },
  { roles: [''] },
  { roles: [undefined] },
  { scopes: null },
  { accept: ['tokens'] },
  { check: 'Store' },
  { kind: 'anyone' },
  { factors: '2' },
  { factors: Number.NaN },
  { provenWithin: undefined },
])('%j is a mistake in the program, and no guard', (demands) => {
  expect(() => parseDemands(demands)).toThrow(ConfigurationError)
})

test('a principal is frozen all the way down, and no part of what it was made from', () => {
  const claims = { plan: { limits: [1, 2] } }
  const frozen = freezePrincipal({ ...principal, claims })
  claims.plan.limits.push(3)
  expect(frozen.claims).toEqual({ plan: { limits: [1, 2] } })
  expect(Object.isFrozen(Reflect.get(Reflect.get(frozen.claims, 'plan'), 'limits'))).toBe(true)
  expect(() => Reflect.apply(Array.prototype.push, frozen.roles, ['admin'])).toThrow(TypeError)
})
