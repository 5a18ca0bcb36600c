// From credentials to a decision: it rests on what holds when it is made, and only what lasts is remembered.

import { describe, expect, test } from 'vitest'
import { parseDemands } from '../../../packages/sessera/src/domain/demands.js'
import { authenticate, recall } from '../../../packages/sessera/src/kernel/authenticate.js'
import type { Kernel } from '../../../packages/sessera/src/kernel/kernel.js'
import { reauthenticate } from '../../../packages/sessera/src/kernel/reauthenticate.js'
import type { Authenticated, Presented } from '../../../packages/sessera/src/kernel/recognise.js'
import { replaceRoles } from '../../../packages/sessera/src/kernel/user-changed.js'
import { password } from '../../support/auth.js'
import { feed, type Inside, local, nothing, openInside, presentedOf, store } from './inside.js'

const minute = 60_000

/** The same kernel, with time for `act` when a credential has been recognised and nothing is decided yet. */
function actingInBetween(kernel: Kernel, act: () => void): Kernel {
  const { handles, tokens } = kernel
  return {
    ...kernel,
    handles: {
      ...handles,
      verify(handle, owner) {
        act()
        return handles.verify(handle, owner)
      },
    },
    tokens: {
      ...tokens,
      principalOf(claims) {
        act()
        return tokens.principalOf(claims)
      },
    },
  }
}

/** With the times that are noted for a session. */
function noting(kernel: Kernel): { readonly kernel: Kernel; readonly noted: number[] } {
  const noted: number[] = []
  const touches = { ...kernel.touches, note: (_: string, at: number): void => void noted.push(at) }
  return { kernel: { ...kernel, touches }, noted }
}

describe('what a decision rests on holds when it is made', () => {
  test.each(['session', 'token'] as const)(
    'what was known of a %s decides for a second, and not a millisecond longer',
    async (mode) => {
      for (const [late, outcome] of [
        [1000, { principal: { username: 'ada' } }],
        [1001, { code: 'unavailable', retryAfterSeconds: 1 }],
      ] as const) {
        const { kernel, clock, ...inside } = await openInside()
        const presented = presentedOf(await inside.signIn(mode))
        const slow = actingInBetween(kernel, () => clock.advance(late))
        const answer: unknown = await authenticate(slow, presented, feed).catch((refusal: unknown) => refusal)
        expect(answer).toMatchObject(outcome)
      }
    },
  )

  test('a token that is heard to be revoked after it was looked at is refused', async () => {
    const { kernel, signIn } = await openInside()
    const presented = presentedOf(await signIn('token'))
    let isRevoked = false
    const hearing = actingInBetween(kernel, () => {
      isRevoked = true
    })
    const knowledge = { ...kernel.knowledge, refuses: () => isRevoked }
    await expect(authenticate({ ...hearing, knowledge }, presented, feed)).rejects.toMatchObject({
      code: 'invalid_token',
    })
  })
})

describe('is not remembered, so that the next request is judged anew:', () => {
  test('a session that changed while it was read', async () => {
    const { kernel, store: meddled, userId, signIn } = await openInside()
    const presented = presentedOf(await signIn('session'))
    meddled.meddle(async (call) => {
      const answer = await call.proceed()
      if (call.name === 'sessions.find') {
        meddled.meddle(null)
        await replaceRoles(kernel, userId, ['boss'], { force: true })
      }
      return answer
    })
    expect((await authenticate(kernel, presented, feed)).principal.roles).toEqual(['teller'])
    expect(kernel.remembered.size).toBe(0)
    expect((await authenticate(kernel, presented, feed)).principal.roles).toEqual(['boss'])
    expect(kernel.remembered.size).toBe(1)
  })

  test('a handle that another has just replaced', async () => {
    const { kernel, signIn } = await openInside()
    const presented = presentedOf(await signIn('session'))
    await reauthenticate(kernel, await authenticate(kernel, presented, feed), password)
    for (let request = 0; request < 2; request++) {
      expect((await authenticate(kernel, presented, feed)).principal).toMatchObject({
        provenAt: 0,
        factors: [],
      })
      expect(kernel.remembered.size).toBe(0)
    }
  })

  test('a credential that is to be replaced by a new one', async () => {
    const { kernel, signIn } = await openInside()
    const { handle } = await signIn('hybrid')
    for (let request = 0; request < 2; request++) {
      const { renewal } = await authenticate(kernel, { ...nothing, sessionCookie: handle }, feed)
      expect(renewal).toMatchObject({ accessToken: true, handle: false })
      expect(kernel.remembered.size).toBe(0)
    }
  })

  test('what a token stands for, where its session was asked about', async () => {
    const { kernel, signIn } = await openInside()
    const presented = presentedOf(await signIn('token'))
    await authenticate(kernel, presented, store)
    expect(kernel.remembered.size).toBe(0)
    await authenticate(kernel, presented, feed)
    expect(kernel.remembered.size).toBe(1)
  })

  test('what a token says that nobody was asked about', async () => {
    const { kernel, signIn } = await openInside()
    await authenticate(kernel, presentedOf(await signIn('token')), local)
    expect(kernel.remembered.size).toBe(0)
  })

  test('a session that has ended by idleness: what was remembered of it is forgotten', async () => {
    const { kernel, pass, signIn } = await openInside({ sessions: { idle: '10m' } })
    const presented = presentedOf(await signIn('session'))
    await authenticate(kernel, presented, feed)
    pass(10 * minute)
    await kernel.knowledge.confirm()
    expect(kernel.remembered.size).toBe(1)
    expect(recall(kernel, presented, feed)).toBeNull()
    expect(kernel.remembered.size).toBe(0)
  })
})

describe('two credentials of one request', () => {
  async function holders(): Promise<{
    inside: Inside
    bearer: string | null
    cookies: Readonly<Record<string, Presented>>
  }> {
    const inside = await openInside()
    await inside.addUser('bob')
    const { sessionCookie, accessCookie } = presentedOf(await inside.signIn('hybrid', 'bob'))
    return {
      inside,
      bearer: presentedOf(await inside.signIn('token')).bearer,
      cookies: {
        'session cookie': presentedOf(await inside.signIn('session', 'bob')),
        'access cookie': { ...nothing, accessCookie },
        'pair of cookies': { ...nothing, sessionCookie, accessCookie },
      },
    }
  }

  test.each(['session cookie', 'access cookie', 'pair of cookies'])(
    'of two people are refused, though the token and the %s are remembered',
    async (what) => {
      const { inside, bearer, cookies } = await holders()
      const cookie = cookies[what] ?? nothing
      await authenticate(inside.kernel, { ...nothing, bearer }, feed)
      await authenticate(inside.kernel, cookie, feed)
      await expect(authenticate(inside.kernel, { ...cookie, bearer }, feed)).rejects.toMatchObject({
        code: 'ambiguous_credentials',
      })
      expect(inside.kernel.remembered.size).toBe(2)
    },
  )

  test('of one person are both good: it came by cookie, and is remembered as neither', async () => {
    const { kernel, signIn } = await openInside()
    const { bearer } = presentedOf(await signIn('token'))
    const presented = { ...presentedOf(await signIn('session')), bearer }
    const { principal, channel } = await authenticate(kernel, presented, feed)
    expect([principal.username, principal.mode, channel]).toEqual(['ada', 'token', 'cookie'])
    expect(kernel.remembered.size).toBe(0)
  })
})

describe('the store', () => {
  test('is not asked on behalf of somebody who presents nothing', async () => {
    const { kernel, store: meddled, pass } = await openInside()
    pass(minute)
    meddled.forget()
    await expect(authenticate(kernel, nothing, feed)).rejects.toMatchObject({ code: 'unauthenticated' })
    expect(meddled.calls).toEqual([])
  })

  test.each([
    ['store', store, ['sessions.find']],
    ['feed', feed, ['feed.read', 'sessions.find']],
  ] as const)('is asked by check `%s` for what that needs', async (_check, demands, calls) => {
    const { kernel, store: meddled, pass, signIn } = await openInside()
    const presented = presentedOf(await signIn('session'))
    pass(1001)
    meddled.forget()
    await authenticate(kernel, presented, demands)
    expect(meddled.calls).toEqual(calls)
  })
})

test('requests answered from memory are counted, and those that were not, but for those that must not be', async () => {
  const { kernel, signIn } = await openInside()
  const presented = presentedOf(await signIn('session'))
  const tally = (): object => ({ ...kernel.remembered.tally })
  await authenticate(kernel, presented, feed)
  expect(tally()).toEqual({ hits: 0, misses: 1 })
  await authenticate(kernel, presented, feed)
  expect(tally()).toEqual({ hits: 1, misses: 1 })
  await authenticate(kernel, presented, store)
  expect(tally()).toEqual({ hits: 1, misses: 1 })
})

test('a token came by bearer, a handle by cookie', async () => {
  const { kernel, signIn } = await openInside()
  const channelOf = async (presented: Presented): Promise<Authenticated['channel']> =>
    (await authenticate(kernel, presented, feed)).channel
  expect(await channelOf(presentedOf(await signIn('token')))).toBe('bearer')
  expect(await channelOf(presentedOf(await signIn('session')))).toBe('cookie')
})

test('a use is worth a note once a minute, whether it was recognised or remembered', async () => {
  const { kernel: quiet, pass, clock, signIn } = await openInside()
  const { kernel, noted } = noting(quiet)
  const begun = clock.now()
  const presented = presentedOf(await signIn('session'))
  const use = async (afterMs: number): Promise<void> => {
    pass(afterMs)
    await authenticate(kernel, presented, feed)
  }
  await use(minute - 1)
  expect(noted).toEqual([])
  await use(1)
  await use(1)
  await use(minute - 2)
  expect(noted).toEqual([begun + minute])
  await use(1)
  expect(noted).toEqual([begun + minute, begun + 2 * minute])
})

describe('what is refused to somebody who is known', () => {
  const seen = { ip: '203.0.113.9', userAgent: 'a browser', requestId: 'r1' }
  const bosses = parseDemands({ roles: ['boss'] })

  test.each(['recognised', 'remembered'])('is on record, %s, with where it came from', async (how) => {
    const { kernel, audited, userId, signIn } = await openInside()
    const granted = await signIn('session')
    const presented = presentedOf(granted)
    if (how === 'remembered') await authenticate(kernel, presented, feed)
    await expect(authenticate(kernel, presented, bosses, seen)).rejects.toMatchObject({ code: 'forbidden' })
    expect(audited.at(-1)).toMatchObject({
      name: 'authz_fail',
      actorId: userId,
      sessionId: granted.session.id,
      cause: 'forbidden',
      ...seen,
    })
  })

  test.each(['recognised', 'remembered'])(
    'is not on record, %s, when a fresh proof is all that is asked',
    async (how) => {
      const { kernel, audited, pass, signIn } = await openInside()
      const presented = presentedOf(await signIn('session'))
      pass(2000)
      if (how === 'remembered') await authenticate(kernel, presented, feed)
      const fresh = parseDemands({ provenWithin: 1000 })
      await expect(authenticate(kernel, presented, fresh, seen)).rejects.toMatchObject({
        code: 'reauthentication_required',
      })
      expect(audited.map(({ name }) => name)).not.toContain('authz_fail')
    },
  )
})
