// An invitation is what we made for this user as they are, spelt in the one way, or it is nothing.

import { describe, expect, test } from 'vitest'
import {
  createInvitations,
  type Invitations,
  type InvitedUser,
} from '../../../packages/sessera/src/credentials/invitation.js'
import { createServerKeys } from '../../../packages/sessera/src/credentials/server-keys.js'

const secretOf = (index: number): string => `server secret number ${index}, long enough`
const invitationsOf = (...secrets: readonly string[]): Invitations =>
  createInvitations(createServerKeys(secrets))

const ours = invitationsOf(secretOf(1))
const expiresAt = 1_800_000_000_000
const welcome: InvitedUser = {
  userId: 'AAECAwQFBgcICQoLDA0ODw',
  epoch: 3,
  revision: null,
  createdAt: 1_700_000_000_000,
  passwordHash: null,
}
const reset: InvitedUser = {
  ...welcome,
  revision: 5,
  passwordHash: '$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA',
}

function opens(text: string, user: InvitedUser, by: Invitations = ours): boolean {
  const parsed = by.parse(text)
  return parsed !== null && by.verify(parsed, user)
}

function opensFirst(text: string, seals: readonly string[], by: Invitations = ours): boolean {
  const parsed = by.parse(text)
  return parsed !== null && by.verifyFirst(parsed, seals)
}

const kinds = [
  { kind: 'a first password', user: welcome },
  { kind: 'a new password', user: reset },
]

describe.each(kinds)('an invitation for $kind', ({ user }) => {
  const text = ours.issue(user, expiresAt)

  test('says whom it is for and until when, and opens for them', () => {
    expect(ours.parse(text)).toMatchObject({ userId: user.userId, expiresAt })
    expect(opens(text, user)).toBe(true)
    expect(text).toMatch(/^[A-Za-z0-9_-]{60,128}$/)
  })

  test('with any bit flipped is nothing', () => {
    const bytes = Buffer.from(text, 'base64url')
    let flipped = 0
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const forged = Buffer.from(bytes)
      forged[bit >> 3] = (forged[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      expect([bit, opens(forged.toString('base64url'), user)]).toEqual([bit, false])
      flipped += 1
    }
    expect(flipped).toBeGreaterThan(400)
  })

  test('with a longer life written into it is nothing', () => {
    const bytes = Buffer.from(text, 'base64url')
    bytes.writeUIntBE(expiresAt + 1, 1, 6)
    const forged = bytes.toString('base64url')
    expect(ours.parse(forged)?.expiresAt).toBe(expiresAt + 1)
    expect(opens(forged, user)).toBe(false)
  })

  test.each([
    ['empty', ''],
    ['cut', text.slice(0, -4)],
    ['cut by one', text.slice(0, -1)],
    ['lengthened', `${text}AAAA`],
    ['padded', `${text}==`],
    ['with a blank', `${text} `],
    ['with a line', `${text}\n`],
    ['in the other alphabet', `${text.slice(0, -4)}++//`],
    ['a megabyte', 'A'.repeat(1_000_000)],
    ['too long by far', ours.issue({ ...user, userId: 'u'.repeat(600) }, expiresAt)],
    ['without an id', Buffer.from(text, 'base64url').subarray(0, 39).toString('base64url')],
  ])('%s is nothing', (_, spelling) => {
    expect(opens(spelling, user)).toBe(false)
  })

  test('of another server secret is nothing, of any in the list it opens', () => {
    expect(opens(text, user, invitationsOf(secretOf(2)))).toBe(false)
    expect(opens(text, user, invitationsOf(secretOf(2), secretOf(1)))).toBe(true)
    expect(opens(invitationsOf(secretOf(2), secretOf(1)).issue(user, expiresAt), user)).toBe(false)
  })

  test.each<[string, Partial<InvitedUser>]>([
    ['another user', { userId: 'AAECAwQFBgcICQoLDA0ODA' }],
    ['a later epoch', { epoch: user.epoch + 1 }],
    ['an earlier epoch', { epoch: user.epoch - 1 }],
    ['another birthday', { createdAt: user.createdAt + 1 }],
    ['another password', { passwordHash: '$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$b3RoZXI' }],
    ['another revision', { revision: (user.revision ?? 0) + 1 }],
  ])('does not open for %s', (_, other) => {
    expect(opens(text, { ...user, ...other })).toBe(false)
  })

  test('opens nothing as that of the first administrator, whatever the seal', () => {
    expect(opensFirst(text, ['', 'seal', user.passwordHash ?? ''])).toBe(false)
  })
})

describe('what cannot be an invitation is not looked up', () => {
  const bytes = Buffer.from(ours.issue(reset, expiresAt), 'base64url')

  test.each([
    ['of an earlier version', Buffer.concat([Buffer.of(0), bytes.subarray(1)])],
    ['of a later version', Buffer.concat([Buffer.of(2), bytes.subarray(1)])],
    ['a byte too short for head and MAC', bytes.subarray(0, 38)],
    ['the version alone', bytes.subarray(0, 1)],
    ['nothing', Buffer.of()],
  ])('%s', (_, spelt) => {
    expect(ours.parse(spelt.toString('base64url'))).toBeNull()
  })

  test('more than 768 characters', () => {
    const longest = ours.issue({ ...reset, userId: 'a'.repeat(537) }, expiresAt)
    expect(longest).toHaveLength(768)
    expect(opens(longest, { ...reset, userId: 'a'.repeat(537) })).toBe(true)
    expect(ours.parse(ours.issue({ ...reset, userId: 'a'.repeat(538) }, expiresAt))).toBeNull()
  })
})

test('the fields of two users never spell the same', () => {
  const one = ours.issue({ ...reset, userId: 'ab', passwordHash: 'c' }, expiresAt)
  const [head, mac] = [0, 7].map((at) => Buffer.from(one, 'base64url').subarray(at, at === 0 ? 7 : 39))
  const forged = Buffer.concat([head ?? Buffer.of(), mac ?? Buffer.of(), Buffer.from('a')]).toString(
    'base64url',
  )
  expect(opens(forged, { ...reset, userId: 'a', passwordHash: 'bc' })).toBe(false)
})

describe('the invitation of the first administrator', () => {
  const text = ours.issueFirst('a sealed key', expiresAt)

  test('opens for the deployment that holds the seal', () => {
    expect(ours.parse(text)).toMatchObject({ userId: '', expiresAt })
    expect(opensFirst(text, ['another sealed key', 'a sealed key'])).toBe(true)
    expect(opensFirst(text, ['another sealed key'])).toBe(false)
    expect(opensFirst(text, [])).toBe(false)
    expect(opensFirst(text, ['a sealed key'], invitationsOf(secretOf(2), secretOf(1)))).toBe(true)
  })

  test('opens nothing with any bit flipped, nor with another secret', () => {
    const bytes = Buffer.from(text, 'base64url')
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const forged = Buffer.from(bytes)
      forged[bit >> 3] = (forged[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      expect([bit, opensFirst(forged.toString('base64url'), ['a sealed key'])]).toEqual([bit, false])
    }
    expect(opensFirst(text, ['a sealed key'], invitationsOf(secretOf(2)))).toBe(false)
  })

  test('is under a key of its own: what is signed for a user is no seal', () => {
    const user = { userId: 'ab', epoch: 3, revision: 5, createdAt: 7, passwordHash: 'hash' }
    const made = Buffer.from(ours.issue(user, expiresAt), 'base64url').subarray(0, 39)
    const number = (value: number): string => `\0\0\0\0\0${String.fromCharCode(value)}`
    const seal = `${number(3)}${number(5)}${number(7)}\0\x02abhash`
    expect(opensFirst(made.toString('base64url'), [seal])).toBe(false)
    const first = Buffer.from(ours.issueFirst(seal, expiresAt), 'base64url')
    expect(opens(Buffer.concat([first, Buffer.from('ab')]).toString('base64url'), user)).toBe(false)
  })

  test('opens for no user', () => {
    expect(opens(text, { ...welcome, userId: '' })).toBe(false)
    const withId = Buffer.concat([Buffer.from(text, 'base64url'), Buffer.from(welcome.userId)])
    expect(opens(withId.toString('base64url'), welcome)).toBe(false)
    expect(opensFirst(withId.toString('base64url'), ['a sealed key'])).toBe(false)
  })
})
