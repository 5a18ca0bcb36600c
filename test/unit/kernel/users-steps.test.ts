// What is done to users, step by step: what the app is told, what is on record, and which half-done things are refused.

import { describe, expect, test, vi } from 'vitest'
import { AuthError } from '../../../packages/sessera/src/errors.js'
import { acceptInvitation } from '../../../packages/sessera/src/kernel/accept-invitation.js'
import { authenticate } from '../../../packages/sessera/src/kernel/authenticate.js'
import { changePassword } from '../../../packages/sessera/src/kernel/change-password.js'
import { findUser, listUsers } from '../../../packages/sessera/src/kernel/find-users.js'
import {
  createFirstAdministrator,
  inviteFirstAdministrator,
} from '../../../packages/sessera/src/kernel/first-administrator.js'
import { importUsers } from '../../../packages/sessera/src/kernel/import-users.js'
import { inviteUser } from '../../../packages/sessera/src/kernel/invite-user.js'
import { createUser, signUp } from '../../../packages/sessera/src/kernel/sign-up.js'
import {
  enableUser,
  replaceClaims,
  replaceRoles,
  userChanged,
} from '../../../packages/sessera/src/kernel/user-changed.js'
import { nextPassword, password } from '../../support/auth.js'
import { feed, type Inside, openInside, presentedOf } from './inside.js'

const inDays = (days: number): number => days * 86_400_000

describe('the app is told of a change to a user:', () => {
  const force = { force: true }
  test.each([
    ['roles', ({ kernel, userId }: Inside) => replaceRoles(kernel, userId, ['boss'], force)],
    ['claims', ({ kernel, userId }: Inside) => replaceClaims(kernel, userId, { plan: 'pro' })],
    ['enabled', ({ kernel, userId }: Inside) => enableUser(kernel, userId)],
    ['changed', ({ kernel, userId }: Inside) => userChanged(kernel, userId)],
  ] as const)('%s', async (cause, act) => {
    const inside = await openInside()
    await act(inside)
    expect(inside.events.at(-1)).toEqual(['userChanged', { userId: inside.userId, cause }])
  })
})

test('nothing is on record of a change to somebody who never was here', async () => {
  const { kernel, audited } = await openInside()
  const before = audited.length
  await userChanged(kernel, 'nobody')
  expect(audited).toHaveLength(before)
})

describe('an invitation', () => {
  test('that was accepted ended every session, which the app is told', async () => {
    const inside = await openInside()
    const { kernel, userId } = inside
    const { session } = await inside.signIn('session')
    const { token } = await inviteUser(kernel, userId, null)
    await acceptInvitation(kernel, { token, password: nextPassword })
    expect(inside.events.slice(-2)).toEqual([
      ['sessionEnded', { userId, sessionId: session.id, cause: 'password_changed' }],
      ['userChanged', { userId, cause: 'password' }],
    ])
  })

  test('for an impossible user is refused without a look at the store', async () => {
    const { kernel, store } = await openInside()
    const nobody = { userId: 'a\0b', epoch: 0, revision: null, createdAt: 0, passwordHash: null }
    const token = kernel.invitations.issue(nobody, kernel.storeTime.now() + 1000)
    await expect(acceptInvitation(kernel, { token, password })).rejects.toMatchObject({
      code: 'invitation_refused',
    })
    expect(store.calls).not.toContain('users.find')
  })

  test('outdates the access tokens of whoever has a password at once, and ends no session', async () => {
    const { kernel, userId, signIn } = await openInside()
    const [token, session] = [presentedOf(await signIn('token')), presentedOf(await signIn('session'))]
    await inviteUser(kernel, userId, null)
    await expect(authenticate(kernel, token, feed)).rejects.toMatchObject({ code: 'invalid_token' })
    expect((await authenticate(kernel, session, feed)).principal.id).toBe(userId)
  })

  test('ends no session that a change of the password has spared', async () => {
    const { kernel, userId, signIn } = await openInside()
    const session = presentedOf(await signIn('session'))
    const { principal } = await authenticate(kernel, session, feed)
    await changePassword(kernel, principal, { current: password, next: nextPassword })
    await inviteUser(kernel, userId, null)
    expect((await authenticate(kernel, session, feed)).principal.id).toBe(userId)
  })

  test.each([
    ['a first password', null, 'welcome', inDays(7)],
    ['a new one', password, 'reset', 30 * 60_000],
  ])('for %s is valid for its time', async (_what, had, cause, lastsMs) => {
    const { kernel, audited, storeClock } = await openInside()
    const who = { username: 'newcomer', password: had, email: null, roles: [], claims: {} }
    const { id } = await createUser(kernel, who)
    const { expiresAt } = await inviteUser(kernel, id, null)
    expect(expiresAt).toBe(storeClock.now() + lastsMs)
    expect(audited.at(-1)).toMatchObject({ name: 'user_invited', userId: id, cause })
  })

  test('for somebody who is removed meanwhile is none', async () => {
    const { kernel, userId, store, storeClock } = await openInside()
    store.meddle(async (call) =>
      call.name === 'subjects.raiseRevision' ? { value: null, now: storeClock.now() } : call.proceed(),
    )
    await expect(inviteUser(kernel, userId, null)).rejects.toMatchObject({ code: 'not_found' })
  })
})

describe('the first administrator', () => {
  const administration = { role: 'boss' }
  const who = { username: 'grace', password }

  test('is invited, and made once', async () => {
    const { kernel } = await openInside({ administration })
    const token = (await inviteFirstAdministrator(kernel))?.token ?? ''
    const { id } = await createFirstAdministrator(kernel, { ...who, token })
    expect(await findUser(kernel, { id })).toMatchObject({ username: 'grace', roles: ['boss'] })
    await expect(createFirstAdministrator(kernel, { ...who, token })).rejects.toMatchObject({
      code: 'invitation_refused',
    })
  })

  test('is none where there are no administrators, even with an invitation from when there were', async () => {
    const { kernel, store, userId } = await openInside({ administration })
    await store.opened().users.remove(userId, null)
    const token = (await inviteFirstAdministrator(kernel))?.token ?? ''
    const without = { ...kernel, policy: { ...kernel.policy, adminRole: null } }
    expect(await inviteFirstAdministrator(without)).toBeNull()
    await expect(createFirstAdministrator(without, { ...who, token })).rejects.toMatchObject({
      code: 'invitation_refused',
    })
    expect(await findUser(kernel, { username: 'grace' })).toBeNull()
  })
})

describe('an import', () => {
  test.each([[null], [7], ['text'], [[]], [undefined]])('takes %j for no user', async (given) => {
    const { kernel, store } = await openInside()
    store.forget()
    expect(await importUsers(kernel, [given as never], { dryRun: false })).toEqual([
      { verdict: 'rejected', reason: 'A user is an object.' },
    ])
    expect(store.calls).toEqual([])
  })

  test.each([
    new Error('The hasher is broken.'),
    Object.assign(new Error('The hasher is broken.'), { code: 'invalid_request' }),
    new AuthError('overloaded'),
  ])('is no verdict on anybody when judging fails: %s', async (error) => {
    const { kernel, passwords } = await openInside()
    const isImportable = (): never => {
      throw error
    }
    const broken = { ...kernel, passwords: { ...passwords, isImportable } }
    const users = [{ username: 'grace', passwordHash: 'x' }]
    await expect(importUsers(broken, users, { dryRun: false })).rejects.toBe(error)
  })

  test.each([
    [999, 0],
    [1000, 1],
  ])('with %i lines that wait to be on record waits for them %i times', async (waiting, times) => {
    const { kernel } = await openInside()
    const flush = vi.fn(async () => undefined)
    const audit = { ...kernel.audit, waiting, flush }
    await importUsers({ ...kernel, audit }, [{ username: 'grace', roles: ['boss'] }], { dryRun: false })
    expect(flush).toHaveBeenCalledTimes(times)
  })
})

describe('a list of users', () => {
  test.each([
    [0, false],
    [1, true],
    [200, true],
    [201, false],
  ])('of at most %i is given: %s', async (limit, isGiven) => {
    const { kernel } = await openInside()
    const listing = listUsers(kernel, { limit })
    if (isGiven) expect((await listing).users).toHaveLength(1)
    else await expect(listing).rejects.toMatchObject({ code: 'invalid_request' })
  })

  test.each([
    [' ', null],
    ['  Ada', 'ada'],
    ['Ａｄａ', 'ada'],
    ['\u2115ora', 'nora'],
    ['J\u030c', '\u01f0'],
  ])('is searched for %j as names are spelt', async (search, startsWith) => {
    const { kernel, store } = await openInside()
    const asked: unknown[] = []
    store.meddle((call) => {
      asked.push(...call.args)
      return call.proceed()
    })
    await listUsers(kernel, { search })
    expect(asked).toEqual([expect.objectContaining({ startsWith })])
  })
})

test('whoever makes an account has proven a password', async () => {
  const { kernel } = await openInside({ registration: 'open' })
  const who = { username: 'grace', password, email: null }
  const { session } = await signUp(kernel, who, { mode: 'session', remember: false })
  expect(session.factors).toEqual(['pwd'])
})
