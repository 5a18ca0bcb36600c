// createTestAuth as an author of tests sees it: the app's claims come through, and what it gives fits where it goes.

import type { BrowserContext } from 'playwright-core'
import type { Auth } from 'sessera'
import { forExpress } from 'sessera/express'
import { createTestAuth, type FakeClock, type SignedIn, type TestAuth } from 'sessera/testing'
import { describe, expectTypeOf, test } from 'vitest'

describe('createTestAuth', () => {
  test('carries the claims of the app to its principals', () => {
    const t = createTestAuth({ claims: (user) => ({ team: user.roles.length }) })
    expectTypeOf(t).toEqualTypeOf<TestAuth<{ team: number }>>()
    expectTypeOf(t.auth).toEqualTypeOf<Auth<{ team: number }>>()
    expectTypeOf(forExpress(t.auth).principal).returns.toHaveProperty('claims')
    expectTypeOf(createTestAuth().auth).toEqualTypeOf<Auth>()
    expectTypeOf(t.clock).toEqualTypeOf<FakeClock>()
  })

  test('needs no option, and knows those of createAuth', () => {
    createTestAuth({ origin: 'https://app.example', registration: 'open' })
    // @ts-expect-error no such option
    createTestAuth({ now: 0 })
    // @ts-expect-error a clock that moves when told
    createTestAuth({ clock: { now: () => 0, monotonic: () => 0 } })
  })
})

describe('somebody who is signed in', () => {
  const ada = {} as SignedIn

  test('fits into a browser, a request and a guard', () => {
    expectTypeOf(ada.cookies).toExtend<Parameters<BrowserContext['addCookies']>[0]>()
    expectTypeOf(ada.headers).toExtend<HeadersInit>()
    expectTypeOf(ada.headers).toExtend<Parameters<Auth['authenticate']>[0]>()
    expectTypeOf(ada.fetch).returns.resolves.toEqualTypeOf<Response>()
    expectTypeOf(ada.token).toEqualTypeOf<string | null>()
  })

  test('is asked for without mistakes', () => {
    const t = createTestAuth()
    expectTypeOf(t.as({ mode: 'hybrid', provenAgo: '10m' })).resolves.toEqualTypeOf<SignedIn>()
    // @ts-expect-error no such mode
    void t.as({ mode: 'cookie' })
    // @ts-expect-error roles are a list
    void t.as({ roles: 'admin' })
    // @ts-expect-error claims are JSON
    void t.as({ claims: { born: new Date() } })
  })
})
