// The steps of a sign-in one by one: what lets nobody in, what is told of it, and what a new session is like.

import { describe, expect, test, vi } from 'vitest'
import { AuthError } from '../../../packages/sessera/src/errors.js'
import { under } from '../../../packages/sessera/src/kernel/circumstances.js'
import type { Grant } from '../../../packages/sessera/src/kernel/grant.js'
import type { Kernel } from '../../../packages/sessera/src/kernel/kernel.js'
import { signIn } from '../../../packages/sessera/src/kernel/sign-in.js'
import { createUser } from '../../../packages/sessera/src/kernel/sign-up.js'
import { startSession } from '../../../packages/sessera/src/kernel/start-session.js'
import { disableUser } from '../../../packages/sessera/src/kernel/user-changed.js'
import { password } from '../../support/auth.js'
import { createForeignUsers } from '../../support/foreign-users.js'
import { wrong } from '../../support/guessing.js'
import { type Inside, openInside } from './inside.js'

const day = 86_400_000

function attempt(kernel: Kernel, login: string, text: string): Promise<Grant> {
  const how = { mode: 'session', remember: false, device: null } as const
  return signIn(kernel, { login, password: text, ...how })
}

const namesOf = ({ audited }: Inside): readonly string[] => audited.map(({ name }) => name)
const toldOf = ({ events }: Inside): readonly string[] => events.map(([name]) => name)

describe('a hasher that says yes to everything lets in nobody', () => {
  test.each([
    ['who does not exist', 'nobody'],
    ['who has no password', 'newcomer'],
  ])('%s', async (_who, login) => {
    const { kernel, passwords } = await openInside()
    const newcomer = { username: 'newcomer', password: null, email: null, roles: [], claims: {} }
    await createUser(kernel, newcomer)
    const verified: (string | null)[] = []
    const verify = async (hash: string | null): Promise<boolean> => {
      verified.push(hash)
      return true
    }
    const careless = { ...kernel, passwords: { ...passwords, verify } }
    await expect(attempt(careless, login, password)).rejects.toMatchObject({ code: 'invalid_credentials' })
    expect(verified).toEqual([null])
  })
})

test('a hash that is out of date is replaced by one of the password that was right', async () => {
  const { kernel, passwords, store } = await openInside()
  const outdated = { ...passwords, isOutdated: () => true }
  store.forget()
  await attempt({ ...kernel, passwords: outdated }, 'ada', password)
  expect(store.calls).toContain('users.upgradePassword')
  store.forget()
  await attempt(kernel, 'ada', password)
  expect(store.calls).not.toContain('users.upgradePassword')
})

describe('what is told of an attempt', () => {
  test('that was wrong: as much of the login as is sensible', async () => {
    const inside = await openInside()
    await expect(attempt(inside.kernel, 'x'.repeat(200), wrong)).rejects.toThrow()
    expect(inside.events).toContainEqual(['signInFailed', { login: 'x'.repeat(128), ip: null }])
    expect(inside.audited.at(-1)).toMatchObject({ name: 'authn_login_fail', cause: 'invalid_credentials' })
  })

  test('that the app refused: a refusal, but no wrong password', async () => {
    const inside = await openInside({
      beforeSignIn: () => {
        throw new AuthError('sign_in_refused')
      },
    })
    await expect(attempt(inside.kernel, 'ada', password)).rejects.toMatchObject({ code: 'sign_in_refused' })
    expect(inside.audited.at(-1)).toMatchObject({ name: 'authn_login_fail', cause: 'sign_in_refused' })
    expect(toldOf(inside)).not.toContain('signInFailed')
  })

  test.each([
    ['the server had no time for', new AuthError('overloaded', { retryAfterSeconds: 1 })],
    ['an error of others stopped', Object.assign(new Error('No.'), { code: 'sign_in_refused' })],
    ['another error of others stopped', Object.assign(new Error('No.'), { code: 'invalid_credentials' })],
  ])('that %s: nothing, for nobody was refused', async (_what, error) => {
    const inside = await openInside()
    inside.passwords.beforeVerify = () => Promise.reject(error)
    await expect(attempt(inside.kernel, 'ada', password)).rejects.toBe(error)
    expect(namesOf(inside)).not.toContain('authn_login_fail')
    expect(toldOf(inside)).not.toContain('signInFailed')
  })
})

describe('a session starts for nobody', () => {
  const start = (kernel: Kernel, userId: string): Promise<Grant> =>
    startSession(kernel, userId, { mode: 'session', factors: [], remember: false })

  test.each([
    ['who is disabled', async ({ kernel, userId }: Inside) => disableUser(kernel, userId, { force: true })],
    ['who is unknown', async ({ store, userId }: Inside) => store.opened().users.remove(userId, null)],
  ])('%s, and the app is not asked about them', async (_who, act) => {
    const beforeSignIn = vi.fn<() => void>()
    const inside = await openInside({ beforeSignIn })
    await act(inside)
    await expect(start(inside.kernel, inside.userId)).rejects.toMatchObject({ code: 'invalid_credentials' })
    expect(beforeSignIn).not.toHaveBeenCalled()
  })

  test('whom the app has disabled in its own table, and the app is not asked about them', async () => {
    const beforeSignIn = vi.fn<() => void>()
    const foreign = createForeignUsers()
    const { kernel, userId } = await openInside({ beforeSignIn, foreign })
    foreign.row(userId).disabled = true
    await expect(start(kernel, userId)).rejects.toMatchObject({ code: 'invalid_credentials' })
    expect(beforeSignIn).not.toHaveBeenCalled()
  })

  test('under an id that is taken', async () => {
    const { kernel, userId, store, storeClock } = await openInside()
    store.meddle(async (call) =>
      call.name === 'sessions.create' ? { value: false, now: storeClock.now() } : call.proceed(),
    )
    await expect(start(kernel, userId)).rejects.toMatchObject({ code: 'conflict' })
  })
})

test('the app is told who signed in, with which session', async () => {
  const { events, userId, signIn: enter } = await openInside()
  const { session } = await enter('hybrid')
  expect(events).toContainEqual(['signedIn', { userId, sessionId: session.id, mode: 'hybrid' }])
})

test('others may have ended the sessions that are too many: then there is no change to look for', async () => {
  const { store, storeClock, signIn: enter } = await openInside({ sessions: { perUser: 1 } })
  await enter('session')
  store.meddle(async (call) =>
    call.name === 'sessions.endBeyond' ? { value: [], now: storeClock.now() } : call.proceed(),
  )
  store.forget()
  await enter('session')
  expect(store.calls).toContain('sessions.endBeyond')
  expect(store.calls).not.toContain('feed.read')
})

describe('a new session', () => {
  const sessions = { idle: '1h', absolute: '1d', rememberIdle: '2d', rememberAbsolute: '30d' }

  test.each([
    [false, 3600, day],
    [true, 2 * 86_400, 30 * day],
  ])('lasts as long as was asked for (remember: %s)', async (remember, idleSeconds, lastsMs) => {
    const { kernel, userId } = await openInside({ sessions })
    const { session, persistent } = await startSession(kernel, userId, {
      mode: 'session',
      factors: [],
      remember,
    })
    expect([session.idleSeconds, session.expiresAt - session.createdAt, persistent]).toEqual([
      idleSeconds,
      lastsMs,
      remember,
    ])
  })

  test.each([
    ['Mozilla/5.0\r\n(X11)', 'Mozilla/5.0  (X11)'],
    ['a'.repeat(600), 'a'.repeat(512)],
    [null, null],
  ])('keeps a line of what the browser calls itself', async (sent, userAgent) => {
    const { kernel, userId } = await openInside()
    const from = under(kernel, { ip: '203.0.113.9', userAgent: sent })
    const { session } = await startSession(from, userId, { mode: 'token', factors: [], remember: false })
    expect(session).toMatchObject({ ip: '203.0.113.9', userAgent })
  })
})
