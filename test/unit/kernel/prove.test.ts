// Somebody who is signed in proves again that it is them: what that takes, what it changes, and what is on record of it.

import { describe, expect, test } from 'vitest'
import { AuthError } from '../../../packages/sessera/src/errors.js'
import { authenticate, recall } from '../../../packages/sessera/src/kernel/authenticate.js'
import { changePassword } from '../../../packages/sessera/src/kernel/change-password.js'
import type { Kernel } from '../../../packages/sessera/src/kernel/kernel.js'
import { requirePassword } from '../../../packages/sessera/src/kernel/prove.js'
import { reauthenticate } from '../../../packages/sessera/src/kernel/reauthenticate.js'
import type { Authenticated } from '../../../packages/sessera/src/kernel/recognise.js'
import { recordingRefusal } from '../../../packages/sessera/src/kernel/record-refusal.js'
import { createUser } from '../../../packages/sessera/src/kernel/sign-up.js'
import { startSession } from '../../../packages/sessera/src/kernel/start-session.js'
import { nextPassword, password } from '../../support/auth.js'
import { createForeignUsers } from '../../support/foreign-users.js'
import { wrong } from '../../support/guessing.js'
import { feed, type Inside, openInside, presentedOf } from './inside.js'

/** Signed in without a password, as by the app's own means. */
async function enter(
  kernel: Kernel,
  userId: string,
  factors: readonly string[] = [],
): Promise<Authenticated> {
  const granted = await startSession(kernel, userId, {
    mode: 'session',
    factors,
    remember: false,
  })
  return await authenticate(kernel, presentedOf(granted), feed)
}

describe('a proof', () => {
  test('is none of somebody without a password, whatever the hasher says', async () => {
    const { kernel, passwords } = await openInside()
    const newcomer = { username: 'newcomer', password: null, email: null, roles: [], claims: {} }
    const { id } = await createUser(kernel, newcomer)
    const { principal } = await enter(kernel, id)
    const careless = { ...kernel, passwords: { ...passwords, verify: async () => true } }
    await expect(requirePassword(careless, principal, password)).rejects.toMatchObject({
      code: 'invalid_credentials',
    })
  })

  test('is of a session: whoever has none cannot give it', async () => {
    const { kernel, userId, passwords } = await openInside()
    const { principal } = await enter(kernel, userId)
    const without = { ...principal, sessionId: null }
    await expect(requirePassword(kernel, without, password)).rejects.toMatchObject({ code: 'forbidden' })
    expect(passwords.verified).toEqual([])
  })

  test('that is right makes the wrong ones before it forgotten', async () => {
    const { kernel, userId } = await openInside()
    const { principal } = await enter(kernel, userId)
    const guess = async (times: number): Promise<void> => {
      for (let i = 0; i < times; i++)
        await expect(requirePassword(kernel, principal, wrong)).rejects.toMatchObject({
          code: 'invalid_credentials',
        })
    }
    await guess(4)
    await requirePassword(kernel, principal, password)
    await guess(5)
    await expect(requirePassword(kernel, principal, password)).rejects.toMatchObject({
      code: 'too_many_requests',
    })
  })

  test('renews a hash that is out of date, also in an app’s own table', async () => {
    const foreign = createForeignUsers()
    const { kernel, userId, passwords } = await openInside({ foreign })
    const { principal } = await enter(kernel, userId)
    const newer = { ...passwords, isOutdated: () => true, hash: async (text: string) => `newer:${text}` }
    await requirePassword({ ...kernel, passwords: newer }, principal, password)
    expect(foreign.row(userId).passwordHash).toBe(`newer:${password}`)
  })
})

describe('re-authentication', () => {
  test('is a proof from now on, with one factor more, on record, and the old handle is not remembered', async () => {
    const { kernel, userId, audited, pass, clock } = await openInside()
    const granted = await startSession(kernel, userId, {
      mode: 'session',
      factors: ['otp'],
      remember: false,
    })
    const who = await authenticate(kernel, presentedOf(granted), feed)
    expect(recall(kernel, presentedOf(granted), feed)).not.toBeNull()
    pass(500)
    pass(500)
    const { session } = await reauthenticate(kernel, who, password)
    expect(session).toMatchObject({ provenAt: clock.now(), factors: ['otp', 'pwd'] })
    expect(audited.at(-1)).toMatchObject({
      name: 'authn_reauthenticated',
      actorId: userId,
      userId,
      sessionId: session.id,
    })
    expect(recall(kernel, presentedOf(granted), feed)).toBeNull()
  })

  test('with a wrong password is on record', async () => {
    const { kernel, userId, audited } = await openInside()
    const who = await enter(kernel, userId)
    await expect(reauthenticate(kernel, who, wrong)).rejects.toMatchObject({ code: 'invalid_credentials' })
    expect(audited.at(-1)).toMatchObject({
      name: 'authn_login_fail',
      userId,
      sessionId: who.principal.sessionId,
      cause: 'invalid_credentials',
    })
  })

  test('of a session that ended meanwhile is too late', async () => {
    const { kernel, userId, passwords, store } = await openInside()
    const who = await enter(kernel, userId)
    passwords.beforeVerify = async () =>
      void (await store.opened().sessions.end(who.principal.sessionId ?? ''))
    await expect(reauthenticate(kernel, who, password)).rejects.toMatchObject({ code: 'unauthenticated' })
  })
})

describe('of what was refused', () => {
  test.each([
    ['a refusal', new AuthError('forbidden'), ['forbidden']],
    ['being slowed down', new AuthError('too_many_requests'), []],
    ['a server without room', new AuthError('overloaded'), []],
    ['a mistake of the server', new AuthError('internal_error'), []],
    ['an error of others', new Error('No.'), []],
    ['an error of others with a status', Object.assign(new Error('No.'), { status: 400, code: 'E' }), []],
  ])('%s is on record only if it is one, and goes on as it is', async (_what, error, causes) => {
    const { kernel, audited } = await openInside()
    const about = { name: 'authz_fail', actorId: 'u1' } as const
    await expect(recordingRefusal(kernel, about, () => Promise.reject(error))).rejects.toBe(error)
    expect(audited.filter(({ name }) => name === 'authz_fail').map(({ cause }) => cause)).toEqual(causes)
  })
})

describe('a password that is changed', () => {
  const ended = ({ events }: Inside): readonly object[] =>
    events.flatMap(([name, event]) => (name === 'sessionEnded' ? [event] : []))

  test('ends all other sessions, which the app is told', async () => {
    const inside = await openInside()
    const { kernel, userId } = inside
    const [who, other] = [await enter(kernel, userId), await enter(kernel, userId)]
    await changePassword(kernel, who.principal, { current: password, next: nextPassword })
    expect(ended(inside)).toEqual([
      { userId, sessionId: other.principal.sessionId, cause: 'password_changed' },
    ])
    expect(inside.events.at(-1)).toEqual(['userChanged', { userId, cause: 'password' }])
  })

  test('must not rest on the username', async () => {
    const inside = await openInside()
    const username = 'the keeper of the seals'
    const { principal } = await enter(inside.kernel, await inside.addUser(username))
    await expect(
      changePassword(inside.kernel, principal, { current: password, next: username }),
    ).rejects.toMatchObject({ code: 'password_unacceptable' })
  })
})
