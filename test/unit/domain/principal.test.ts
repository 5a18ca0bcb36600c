// A frozen principal: nothing of it can be changed, and what is equal in many is kept once.

import { describe, expect, test } from 'vitest'
import { freezePrincipal, isShared, type Principal } from '../../../packages/sessera/src/domain/principal.js'

function principalWith(parts: Partial<Principal<object>> = {}): Principal<object> {
  return {
    kind: 'user',
    id: 'u1',
    username: 'ada',
    sessionId: 's1',
    mode: 'session',
    roles: ['teller'],
    scopes: [],
    factors: ['pwd'],
    provenAt: 1_000,
    claims: {},
    ...parts,
  }
}

function freezeWith(parts: Partial<Principal<object>>): Principal<object> {
  return freezePrincipal(principalWith(parts))
}

function isDeeplyFrozen(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true
  return Object.isFrozen(value) && Object.values(value).every(isDeeplyFrozen)
}

describe('a frozen principal', () => {
  test('says the same, and is frozen in depth', () => {
    const principal = principalWith({ claims: { tenant: { ids: [1, { deep: true }] } }, roles: ['a', 'b'] })
    const frozen = freezePrincipal(principal)
    expect(frozen).toEqual(principal)
    expect(isDeeplyFrozen(frozen)).toBe(true)
    expect(isDeeplyFrozen(freezePrincipal(principalWith()))).toBe(true)
  })

  test('does not follow what is done to its parts afterwards', () => {
    const roles = ['late']
    const claims = { tenant: { id: 1 } }
    const frozen = freezeWith({ roles, claims })
    roles.push('admin')
    claims.tenant.id = 2
    expect([frozen.roles, frozen.claims]).toEqual([['late'], { tenant: { id: 1 } }])
    expect(freezeWith({ roles: ['late'] }).roles).toEqual(['late'])
  })
})

describe('what is equal in many principals', () => {
  test('is kept once: lists of the same texts, and empty claims', () => {
    const [one, other] = [freezeWith({ roles: ['a', 'b'] }), freezeWith({ id: 'u2', roles: ['a', 'b'] })]
    expect(other.roles).toBe(one.roles)
    expect(other.factors).toBe(one.factors)
    expect(other.scopes).toBe(one.scopes)
    expect(other.claims).toBe(one.claims)
    for (const part of [one.roles, one.scopes, one.factors, one.claims]) expect(isShared(part)).toBe(true)
  })

  test('is not confused with what only looks alike', () => {
    const lists = [
      ['a,b'],
      ['a', 'b'],
      ['b', 'a'],
      ['a","b'],
      ['["a","b"]'],
      ['a\\', 'b'],
      ['a\\","b'],
      ['', 'ab'],
      ['ab', ''],
      [''],
      [],
      ['\ud800'],
      ['\\ud800'],
    ]
    for (const roles of lists) expect(freezeWith({ roles }).roles).toEqual(roles)
    for (const roles of lists) expect(freezeWith({ roles }).roles).toEqual(roles)
  })

  test('never stands for a list with anything but texts in it', () => {
    const spelt = { toJSON: () => 'auditor' } as unknown as string
    expect(freezeWith({ roles: [spelt] }).roles).toEqual([spelt])
    expect(freezeWith({ roles: ['auditor'] }).roles).toEqual(['auditor'])
    expect(freezeWith({ roles: [spelt] }).roles).toEqual([spelt])
  })

  test('claims without members of their own are not all empty', () => {
    const frozen = freezeWith({ claims: new Map([['tenant', 1]]) })
    expect(frozen.claims).toEqual(new Map([['tenant', 1]]))
  })

  test('is bounded: long lists, and lists beyond the first few hundred, are their principal’s own', () => {
    const long = { roles: Array.from({ length: 100 }, (_, index) => `role ${index}`) }
    expect(isShared(freezeWith(long).roles)).toBe(false)
    expect(freezeWith(long).roles).toEqual(long.roles)
    const many = Array.from({ length: 1000 }, (_, index) => freezeWith({ roles: [`one of many ${index}`] }))
    expect(many.filter(({ roles }) => isShared(roles)).length).toBeLessThanOrEqual(256)
    expect(many.map(({ roles }) => roles[0])).toEqual(many.map((_, index) => `one of many ${index}`))
    expect(isDeeplyFrozen(many[999])).toBe(true)
  })
})
