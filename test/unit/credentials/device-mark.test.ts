// A device mark vouches for those who signed in with this browser, and opens nothing. Whatever is not ours vouches for nobody.

import { describe, expect, test } from 'vitest'
import { createDeviceMarks, type DeviceMarks } from '../../../packages/sessera/src/credentials/device-mark.js'
import { createMac } from '../../../packages/sessera/src/credentials/mac.js'
import { createServerKeys } from '../../../packages/sessera/src/credentials/server-keys.js'
import { createSeededRandom } from '../../../packages/sessera/src/testing/seeded-random.js'

const secretOf = (index: number): string => `server secret number ${index}, long enough`
const marksOf = (...indexes: readonly number[]): DeviceMarks =>
  createDeviceMarks(createServerKeys(indexes.map(secretOf)), createSeededRandom(`marks ${indexes}`))

const marks = marksOf(1)
const ada = marks.renew(null, 'ada')
const deviceId = marks.find(ada, 'ada')

/** One mark after several people have signed in, the first one first. */
function signedIn(users: readonly string[], by: DeviceMarks = marks): string {
  const mark = users.reduce<string | null>((before, userId) => by.renew(before, userId), null)
  if (mark === null) throw new Error('Nobody signed in.')
  return mark
}

describe('a device mark', () => {
  test('is known to be the same device for whoever signed in with it, and for nobody else', () => {
    expect(deviceId).toMatch(/^[A-Za-z0-9_-]{22}$/)
    for (const userId of ['bob', 'ad', 'adaa', 'Ada', '', 'nobody', null]) {
      expect(marks.find(ada, userId)).toBeNull()
    }
    expect(marks.find(null, 'ada')).toBeNull()
    expect(marks.find(null, null)).toBeNull()
  })

  test('stays the same device for the next who signs in, and names none of them', () => {
    const both = marks.renew(ada, 'bob')
    expect([marks.find(both, 'ada'), marks.find(both, 'bob')]).toEqual([deviceId, deviceId])
    expect(marks.find(ada, 'bob')).toBeNull()
    expect(Buffer.from(both, 'base64url').toString('latin1')).not.toMatch(/ada|bob/)
  })

  test('vouches for the four latest, and signing in again counts as late', () => {
    const five = signedIn(['a', 'b', 'c', 'd', 'a', 'e'])
    expect(['a', 'b', 'c', 'd', 'e'].filter((userId) => marks.find(five, userId) !== null)).toEqual([
      'a',
      'c',
      'd',
      'e',
    ])
    expect(five).toHaveLength(110)
    expect(marks.renew(five, 'a')).toHaveLength(110)
  })

  test('in use by one person again and again drives nobody out', () => {
    const mark = signedIn(['b', 'a', 'a', 'a', 'a', 'a'])
    expect(marks.find(mark, 'b')).not.toBeNull()
    expect(mark).toHaveLength(78)
  })

  test('vouches for a user without a name, and still not for nobody', () => {
    const mark = marks.renew(null, '')
    expect(marks.find(mark, '')).not.toBeNull()
    expect(marks.find(mark, null)).toBeNull()
  })

  test('of two browsers are two devices, also for one user', () => {
    const other = marks.renew(null, 'ada')
    expect(marks.find(other, 'ada')).not.toBe(deviceId)
    expect(other).not.toBe(ada)
  })

  test('does not say whether two of them belong to one user', () => {
    const [one, other] = [ada, marks.renew(null, 'ada')].map((mark) =>
      Buffer.from(mark, 'base64url').subarray(18, 30).toString('hex'),
    )
    expect(one).not.toBe(other)
  })
})

describe('what is not ours vouches for nobody', () => {
  const bytes = Buffer.from(ada, 'base64url')

  test.each(Array.from({ length: bytes.length }, (_, index) => index))(
    'a bit changed in byte %i',
    (index) => {
      for (const bit of [0x01, 0x80]) {
        const changed = Buffer.from(bytes)
        changed[index] = (changed[index] ?? 0) ^ bit
        expect(marks.find(changed.toString('base64url'), 'ada')).toBeNull()
      }
    },
  )

  test.each([
    ['empty', ''],
    ['cut short', ada.slice(0, -4)],
    ['longer', `${ada}AAAA`],
    ['by one voucher of zeros', Buffer.concat([bytes, Buffer.alloc(12)]).toString('base64url')],
    ['without its voucher', Buffer.concat([bytes.subarray(0, 18), bytes.subarray(30)]).toString('base64url')],
    ['only head and tag', Buffer.alloc(34, 1).toString('base64url')],
    ['padded', `${ada}==`],
    ['with a blank', `${ada} `],
    ['in standard base64', `${ada.slice(0, -1)}/`],
    ['a kilobyte', 'A'.repeat(1024)],
    ['text beyond base64url', `${ada.slice(0, -1)}é`],
    ['under another secret', marksOf(2).renew(null, 'ada')],
  ])('%s', (_what, mark) => {
    expect(marks.find(mark, 'ada')).toBeNull()
    const renewed = marks.renew(mark, 'ada')
    expect(marks.find(renewed, 'ada')).not.toBeNull()
    expect(marks.find(renewed, 'ada')).not.toBe(deviceId)
  })

  /** With the tag that our own key makes of it. */
  function tagged(...parts: readonly Uint8Array[]): string {
    const body = Buffer.concat(parts)
    const mac = createMac(createServerKeys([secretOf(1)]).first.derive('device tag'))
    return Buffer.concat([body, mac(body).subarray(0, 16)]).toString('base64url')
  }
  const [head, voucher, rest] = [bytes.subarray(0, 2), bytes.subarray(18, 30), bytes.subarray(2, 30)]
  const keyId = bytes.subarray(1, 2)

  test('a tag that is right makes a mark of what has its form', () => {
    expect(tagged(head, rest)).toBe(ada)
  })

  test.each([
    ['an earlier version', tagged(Buffer.of(0), keyId, rest)],
    ['a later version', tagged(Buffer.of(2), keyId, rest)],
    ['the name of another key', tagged(Buffer.of(1, (bytes[1] ?? 0) ^ 1), rest)],
    ['five vouchers', tagged(head, rest, ...Array.from({ length: 4 }, () => voucher))],
    ['no voucher', tagged(bytes.subarray(0, 18))],
    ['a voucher and a half', tagged(head, rest, voucher.subarray(0, 6))],
  ])('under a tag that is right all the same: %s', (_what, mark) => {
    expect(marks.find(mark, 'ada')).toBeNull()
    expect(marks.find(marks.renew(mark, 'ada'), 'ada')).not.toBe(deviceId)
  })

  test('a beginning of any length', () => {
    for (let length = 0; length < bytes.length; length++) {
      const start = bytes.subarray(0, length).toString('base64url')
      expect([length, marks.find(start, 'ada')]).toEqual([length, null])
    }
  })

  test('a voucher moved from one mark into another', () => {
    const mallory = Buffer.from(marks.renew(null, 'mallory'), 'base64url')
    const moved = Buffer.concat([mallory.subarray(0, 18), bytes.subarray(18, 30), mallory.subarray(30)])
    expect(marks.find(moved.toString('base64url'), 'ada')).toBeNull()
  })
})

describe('a rotation of the server secret', () => {
  test('leaves devices known as long as the old secret is in the list', () => {
    const rotated = marksOf(3, 1)
    expect(rotated.find(ada, 'ada')).toBe(deviceId)
    const renewed = rotated.renew(signedIn(['ada', 'bob']), 'bob')
    for (const userId of ['ada', 'bob']) expect(rotated.find(renewed, userId)).not.toBeNull()
    expect(marks.find(renewed, 'bob')).toBeNull()
    // The mark is under the new secret now; ada's voucher in it goes with the old one.
    const dropped = marksOf(3)
    expect([dropped.find(renewed, 'ada'), dropped.find(renewed, 'bob')]).toEqual([
      null,
      rotated.find(renewed, 'bob'),
    ])
    expect(dropped.find(ada, 'ada')).toBeNull()
  })
})
