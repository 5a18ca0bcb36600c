// Whatever of ours somebody still holds ends its session, and nothing else.

import { describe, expect, test } from 'vitest'
import type { Mode } from '../../../packages/sessera/src/domain/principal.js'
import type { Grant } from '../../../packages/sessera/src/kernel/grant.js'
import { type Held, signOut } from '../../../packages/sessera/src/kernel/sign-out.js'
import { type Inside, openInside } from './inside.js'

const none: Held = { bearer: null, sessionCookie: null, accessCookie: null, refreshTokens: [null] }

async function isThere({ store }: Inside, { session }: Grant): Promise<boolean> {
  return (await store.opened().sessions.find(session.id)).value !== null
}

interface Way {
  readonly with: string
  readonly mode: Mode
  held(granted: Grant): Partial<Held>
}

const ways: readonly Way[] = [
  { with: 'a session cookie', mode: 'session', held: ({ handle }) => ({ sessionCookie: handle }) },
  { with: 'a refresh token', mode: 'token', held: ({ handle }) => ({ refreshTokens: [null, handle] }) },
  { with: 'a bearer token', mode: 'token', held: ({ accessToken }) => ({ bearer: accessToken }) },
  { with: 'an access cookie', mode: 'hybrid', held: ({ accessToken }) => ({ accessCookie: accessToken }) },
]

describe.each(ways)('with $with', ({ mode, held }) => {
  test.each([0, 3_600_000])('its session ends, after %i ms too, and the other stays', async (ms) => {
    const inside = await openInside()
    const [mine, other] = [await inside.signIn(mode), await inside.signIn(mode)]
    inside.pass(ms)
    await signOut(inside.kernel, { ...none, ...held(mine) })
    expect([await isThere(inside, mine), await isThere(inside, other)]).toEqual([false, true])
  })
})

test('of several sessions each ends', async () => {
  const inside = await openInside()
  const [cookie, token] = [await inside.signIn('session'), await inside.signIn('token')]
  await signOut(inside.kernel, { ...none, sessionCookie: cookie.handle, bearer: token.accessToken })
  expect([await isThere(inside, cookie), await isThere(inside, token)]).toEqual([false, false])
})

test.each([
  ['nothing', none],
  [
    'nothing of ours',
    { bearer: 'a.b.c', sessionCookie: 'A'.repeat(72), accessCookie: '', refreshTokens: ['x', null] },
  ],
])('with %s the store is not even asked', async (_what, held) => {
  const { kernel, store } = await openInside()
  store.forget()
  await signOut(kernel, held)
  expect(store.calls).toEqual([])
})

test('a handle ends no session of another that has its id now, and none that is gone', async () => {
  const inside = await openInside()
  const { session, handle } = await inside.signIn('session')
  const { sessions } = inside.store.opened()
  await sessions.end(session.id)
  await signOut(inside.kernel, { ...none, sessionCookie: handle })
  await sessions.create({ ...session, seed: 'AAAAAAAAAAAAAAAAAAAAAA' })
  await signOut(inside.kernel, { ...none, sessionCookie: handle })
  expect((await sessions.find(session.id)).value).not.toBeNull()
})
