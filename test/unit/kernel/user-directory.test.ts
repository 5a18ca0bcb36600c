// Users as the kernel sees them. An app's own table may say anything: no answer of it opens another's account.

import { describe, expect, test, vi } from 'vitest'
import {
  checkUserId,
  createForeignDirectory,
  createOwnDirectory,
  isUserId,
} from '../../../packages/sessera/src/kernel/user-directory.js'
import type { UserSource } from '../../../packages/sessera/src/ports/user-source.js'
import { type Inside, openInside } from './inside.js'

const ada = {
  id: 'u1',
  username: 'ada',
  roles: ['teller'],
  disabled: false,
  claims: { plan: 'pro' },
  passwordHash: 'old',
}

/** An app's table with ada in it, changed in some of its answers. */
function sourceWith(changes: Partial<UserSource<object>> = {}): UserSource<object> {
  return {
    findLogin: vi.fn(async (login) => (login === 'ada' ? ada : null)),
    load: async (id) => (id === ada.id ? ada : null),
    savePasswordHash: vi.fn(async () => undefined),
    ...changes,
  }
}

describe('of our own table', () => {
  test('there is nothing to know of nobody', async () => {
    const { kernel } = await openInside()
    const users = createOwnDirectory(kernel.store, () => ({}))
    expect(await users.load('nobody')).toBeNull()
    expect(await users.findHash('nobody')).toEqual({ hash: null, epoch: 0 })
    expect(await users.findEmail('nobody')).toBeNull()
    expect(await users.findLogin('nobody')).toBeNull()
    expect(await users.findLogin('\0')).toBeNull()
  })

  test.each([
    [1024, true],
    [1025, false],
  ])('claims of %i bytes are taken: %s', async (bytes, isTaken) => {
    const { kernel, userId } = await openInside()
    const text = 'a'.repeat(bytes - '{"x":""}'.length)
    const loading = createOwnDirectory(kernel.store, () => ({ x: text })).load(userId)
    if (isTaken) expect((await loading)?.claims).toEqual({ x: text })
    else await expect(loading).rejects.toThrow('more than 1 kB')
  })
})

describe('of an app’s own table', () => {
  test('a profile is what the app says, claims what `claims()` makes of it', async () => {
    const { kernel } = await openInside()
    const plain = createForeignDirectory(sourceWith(), kernel.store, null)
    expect(await plain.load('u1')).toEqual({ username: 'ada', roles: ['teller'], claims: { plan: 'pro' } })
    const claimsOf = ({
      id,
      roles,
      claims,
    }: object & { id: string; roles: readonly string[]; claims: object }) => ({
      of: [id, ...roles, Object.keys(claims).length],
    })
    const made = createForeignDirectory(sourceWith(), kernel.store, claimsOf)
    expect((await made.load('u1'))?.claims).toEqual({ of: ['u1', 'teller', 0] })
  })

  test('who is unknown or disabled has no profile', async () => {
    const { kernel } = await openInside()
    const load = async (): Promise<typeof ada> => ({ ...ada, disabled: true })
    expect(await createForeignDirectory(sourceWith(), kernel.store, null).load('u2')).toBeNull()
    expect(await createForeignDirectory(sourceWith({ load }), kernel.store, null).load('u1')).toBeNull()
  })

  test('who has no subject yet, or is unknown, has epoch 0', async () => {
    const { kernel } = await openInside()
    const users = createForeignDirectory(sourceWith(), kernel.store, null)
    expect(await users.findHash('u1')).toEqual({ hash: 'old', epoch: 0 })
    expect(await users.findHash('u2')).toEqual({ hash: null, epoch: 0 })
    const { value: subject } = await kernel.store.subjects.ensure('u1')
    expect(await users.findHash('u1')).toEqual({ hash: 'old', epoch: subject.epoch })
  })

  test('a login that by now is another’s or nobody’s has no hash for the first', async () => {
    const { kernel } = await openInside()
    const findLogin = async (): Promise<typeof ada> => ({ ...ada, id: 'u2', passwordHash: 'of another' })
    for (const source of [sourceWith({ findLogin }), sourceWith({ findLogin: async () => null })]) {
      const users = createForeignDirectory(source, kernel.store, null)
      expect((await users.findHash('u1')).hash).toBeNull()
    }
    let asked = 0
    const changing = sourceWith({ findLogin: async () => (++asked === 1 ? ada : findLogin()) })
    const found = await createForeignDirectory(changing, kernel.store, null).findLogin('ada')
    expect(found).toMatchObject({ subject: { userId: 'u1' }, passwordHash: null })
  })

  test('a login that is nobody’s takes as many trips as one that is somebody’s', async () => {
    const { kernel, store } = await openInside()
    const tripsFor = async (login: string): Promise<readonly number[]> => {
      const source = sourceWith()
      store.forget()
      await createForeignDirectory(source, kernel.store, null).findLogin(login)
      return [vi.mocked(source.findLogin).mock.calls.length, store.calls.length]
    }
    expect(await tripsFor('ada')).toEqual([2, 1])
    expect(await tripsFor('nobody')).toEqual([2, 1])
  })

  describe('a password is replaced', () => {
    const replace = async (
      { kernel }: Inside,
      ifEpoch: number,
    ): Promise<{ readonly saved: readonly unknown[]; readonly isReplaced: boolean }> => {
      const source = sourceWith()
      const users = createForeignDirectory(source, kernel.store, null)
      const subject = await users.replacePassword({ userId: 'u1', passwordHash: 'new', spare: null, ifEpoch })
      return { saved: vi.mocked(source.savePasswordHash).mock.calls, isReplaced: subject !== null }
    }

    test('at the epoch at which the old one was proven, and at no other', async () => {
      const inside = await openInside()
      const { value } = await inside.kernel.store.subjects.ensure('u1')
      expect(await replace(inside, value.epoch)).toEqual({ saved: [['u1', 'new', null]], isReplaced: true })
      expect(await replace(inside, value.epoch)).toEqual({ saved: [], isReplaced: false })
    })

    test('of nobody who has no subject', async () => {
      expect(await replace(await openInside(), 0)).toEqual({ saved: [], isReplaced: false })
    })
  })

  test.each([
    ['old', true, [['u1', 'newer', 'old']]],
    ['older', false, []],
  ])('a hash is renewed in place of the one that was proven (%s)', async (from, isRenewed, saved) => {
    const { kernel } = await openInside()
    const source = sourceWith()
    const users = createForeignDirectory(source, kernel.store, null)
    expect(await users.upgradePassword({ userId: 'u1', login: 'ada', from, to: 'newer' })).toBe(isRenewed)
    expect(vi.mocked(source.savePasswordHash).mock.calls).toEqual(saved)
  })
})

test.each([
  ['', false],
  ['u', true],
  ['u'.repeat(128), true],
  ['u'.repeat(129), false],
  ['u\0', false],
  ['u\u0085', false],
  ['any text, ünicode too', true],
])('%j is a user id: %s', (id, isOne) => {
  expect(isUserId(id)).toBe(isOne)
  if (isOne) expect(checkUserId(id)).toBe(id)
  else expect(() => checkUserId(id)).toThrow(expect.objectContaining({ code: 'invalid_request' }))
})
