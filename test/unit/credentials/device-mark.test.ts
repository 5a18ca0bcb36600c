// A device mark vouches for those who signed in with this browser, and opens nothing. Whatever is not ours vouches for nobody.

import { describe, expect, test } from 'vitest'
import { createDeviceMarks, type DeviceMarks } from '../../../packages/sessera/src/credentials/device-mark.js'
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
