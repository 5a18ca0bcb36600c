// Limits step by step: where they begin to bite, what is put on record, and which spellings of a login are one.

import { describe, expect, test } from 'vitest'
import {
  type Attempt,
  forgetGuesses,
  limitInvitation,
  limitProof,
  limitRegister,
  limitSignIn,
  type SignInAttempt,
} from '../../../packages/sessera/src/kernel/limits.js'
import { createForeignUsers } from '../../support/foreign-users.js'
import { type Inside, openInside } from './inside.js'

const somewhere = '203.0.113.9'

const causesOf = ({ audited }: Inside): readonly (string | null)[] =>
  audited.filter(({ name }) => name === 'excess_rate_limit_exceeded').map(({ cause }) => cause)

describe('while the whole deployment is under attack', () => {
  interface Case {
    readonly what: string
    readonly everywhere: number
    readonly there: number
    readonly ip: string | null
    readonly isKnown: boolean
    readonly causes: readonly string[]
  }
  const stranger = { ip: somewhere, isKnown: false, causes: [] }
  const cases: readonly Case[] = [
    { ...stranger, what: 'its last attempt before that', everywhere: 600, there: 11 },
    { ...stranger, what: 'a tenth attempt from an address', everywhere: 601, there: 10 },
    { ...stranger, what: 'an eleventh', everywhere: 601, there: 11, causes: ['address'] },
    { ...stranger, what: 'an eleventh from nobody knows where', everywhere: 601, there: 11, ip: null },
    { ...stranger, what: 'an eleventh with a known device', everywhere: 601, there: 11, isKnown: true },
  ]

  test.each(cases)('$what', async ({ everywhere, there, ip, isKnown, causes }) => {
    const inside = await openInside()
    const { kernel, userId, storeClock, store } = inside
    const now = storeClock.now()
    const device = isKnown ? kernel.devices.renew(null, userId) : null
    store.meddle(async (call) =>
      call.name === 'limits.count'
        ? { value: { count: everywhere, endsAt: now + 60_000 }, now }
        : call.proceed(),
    )
    const address = { key: 'address', count: there, endsAt: now + 60_000, now }
    const limited = limitSignIn(kernel, { login: 'ada', userId, ip, device }, address)
    if (causes.length === 0) await limited
    else await expect(limited).rejects.toMatchObject({ code: 'too_many_requests', retryAfterSeconds: 60 })
    expect(causesOf(inside)).toEqual(causes)
  })
})

describe('too many have to wait, and the first of them is on record', () => {
  const cases: Readonly<Record<string, readonly [number, number, (inside: Inside) => Promise<unknown>]>> = {
    register: [30, 3600, ({ kernel }) => limitRegister(kernel, somewhere)],
    invitation: [60, 300, ({ kernel }) => limitInvitation(kernel, somewhere)],
    proof: [5, 2, ({ kernel, userId }) => limitProof(kernel, 'a session', userId)],
    account: [5, 2, (inside) => guess(inside, 'ada')],
  }
  test.each(Object.entries(cases))('by %s', async (cause, [most, retryAfterSeconds, attempt]) => {
    const inside = await openInside()
    for (let i = 0; i < most; i++) await attempt(inside)
    expect(causesOf(inside)).toEqual([])
    for (let i = 0; i < 2; i++)
      await expect(attempt(inside)).rejects.toMatchObject({ code: 'too_many_requests', retryAfterSeconds })
    expect(causesOf(inside)).toEqual([cause])
  })
})

function guess(
  { kernel, storeClock }: Inside,
  login: string,
  device: string | null = null,
  userId?: string,
): Promise<SignInAttempt> {
  const now = storeClock.now()
  const address = { key: 'address', count: 1, endsAt: now + 60_000, now }
  return limitSignIn(kernel, { login, userId: userId ?? null, ip: somewhere, device }, address)
}

describe('the hundredth guess in a row', () => {
  test.each([
    ['by a stranger is the last at the account', false, true],
    ['by a known device is the last by that, not at the account', true, false],
  ])('%s', async (_what, isKnown, isLast) => {
    const inside = await openInside()
    const { kernel, store, storeClock, userId } = inside
    const device = isKnown ? kernel.devices.renew(null, userId) : null
    store.meddle(async (call) =>
      call.name === 'limits.guess'
        ? { value: { verdict: 'go', count: 100, nextAt: 0 }, now: storeClock.now() }
        : call.proceed(),
    )
    expect((await guess(inside, 'ada', device, userId)).isLast).toBe(isLast)
  })
})

describe('the spellings of a login that is nobody’s count as one', () => {
  test.each([
    ['case', ['Nobody', 'nobody', 'NOBODY']],
    ['compatibility', ['ｎobody', 'nobody', 'ℕobody']],
    ['what is composed only in lower case', ['J\u030can', '\u01f0an']],
    ['case, too long for a name', ['N'.repeat(99), 'n'.repeat(99)]],
    ['compatibility, too long for a name', ['ｎ'.repeat(99), 'n'.repeat(99)]],
    ['space around it, too long for a name', [` ${'n'.repeat(99)} `, 'n'.repeat(99)]],
  ])('%s', async (_what, spellings) => {
    const inside = await openInside()
    const at = (index: number): string => spellings[index % spellings.length] ?? ''
    for (let i = 0; i < 5; i++) await guess(inside, at(i))
    for (let i = 0; i < spellings.length; i++)
      await expect(guess(inside, at(i))).rejects.toMatchObject({ code: 'too_many_requests' })
    await expect(guess(inside, 'somebody else')).resolves.toMatchObject({ isLast: false })
  })
})

describe('guesses are forgotten', () => {
  test('of a user of ours with no look at their name', async () => {
    const { kernel, userId, store } = await openInside()
    store.forget()
    await forgetGuesses(kernel, userId)
    expect(store.calls).toEqual(['limits.clear'])
  })

  test('of a user that the app does not know any more', async () => {
    const { kernel, store } = await openInside({ foreign: createForeignUsers() })
    store.forget()
    await forgetGuesses(kernel, 'nobody')
    expect(store.calls).toEqual(['limits.clear', 'limits.clear'])
  })
})

test('a proof that succeeds or was not tried is no guess', async () => {
  const inside = await openInside()
  const attempt = (): Promise<Attempt> => limitProof(inside.kernel, 'a session', inside.userId)
  for (let i = 0; i < 20; i++) await (await attempt()).untried()
  for (let i = 0; i < 4; i++) await attempt()
  await (await attempt()).succeeded()
  for (let i = 0; i < 5; i++) await attempt()
  await expect(attempt()).rejects.toMatchObject({ code: 'too_many_requests' })
})
