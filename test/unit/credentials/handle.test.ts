// A handle is what we made for this session, purpose and generation, spelt in the one way, or it is nothing.

import { describe, expect, test } from 'vitest'
import {
  createHandles,
  type Handles,
  nextGeneration,
} from '../../../packages/sessera/src/credentials/handle.js'
import { createMac } from '../../../packages/sessera/src/credentials/mac.js'
import { createServerKeys } from '../../../packages/sessera/src/credentials/server-keys.js'
import type { Purpose } from '../../../packages/sessera/src/domain/session.js'
import { sessionRecord } from '../../../packages/sessera/src/testing/store-cases/records.js'

const secretOf = (index: number): string => `server secret number ${index}, long enough`
const handlesOf = (...secrets: readonly string[]): Handles => createHandles(createServerKeys(secrets))

const session = sessionRecord({ id: 'AAECAwQFBgcICQoLDA0ODw', seed: 'EBESExQVFhcYGRobHB0eHw', generation: 7 })
const handles = handlesOf(secretOf(1))
const text = handles.issue(session)

/** Whether the text opens this session, under any purpose. */
function opens(spelling: string, by: Handles = handles, owner: typeof session = session): boolean {
  const purposes: readonly Purpose[] = ['session', 'refresh']
  return purposes.some((purpose) => {
    const parsed = by.parse(spelling, purpose)
    return parsed !== null && by.verify(parsed, owner)
  })
}

describe('a handle', () => {
  test('is 72 characters, says its session and generation, and opens it', () => {
    expect(text).toMatch(/^[A-Za-z0-9_-]{72}$/)
    expect(handles.parse(text, 'session')).toMatchObject({
      sessionId: session.id,
      purpose: 'session',
      generation: 7,
      outdatedKey: false,
    })
    expect(opens(text)).toBe(true)
  })

  test('is the same every time, so that a lost answer can be given again', () => {
    expect(handlesOf(secretOf(1)).issue({ ...session })).toBe(text)
    expect(handles.issue({ ...session, generation: 8 })).not.toBe(text)
  })

  test('shares no byte of its secret with the next generation', () => {
    const secrets = [7, 8].map((generation) =>
      Buffer.from(handles.issue({ ...session, generation }), 'base64url').subarray(30),
    )
    expect(secrets[0]).toHaveLength(24)
    const [one = Buffer.of(), other = Buffer.of()] = secrets
    expect(one.filter((byte, index) => byte === other[index]).length).toBeLessThan(4)
  })

  test.each(Array.from({ length: 54 }, (_, index) => index))(
    'with byte %i changed is refused before any I/O',
    (index) => {
      for (const bit of [0x01, 0x80]) {
        const bytes = Buffer.from(text, 'base64url')
        bytes[index] = (bytes[index] ?? 0) ^ bit
        const forged = bytes.toString('base64url')
        expect(forged).toHaveLength(72)
        expect(handles.parse(forged, 'session')).toBeNull()
        expect(handles.parse(forged, 'refresh')).toBeNull()
      }
    },
  )

  test.each([
    ['padded', `${text}=`],
    ['with a blank before', ` ${text}`],
    ['with a line break after', `${text}\n`],
    ['with a blank inside', `${text.slice(0, 36)} ${text.slice(36)}`],
    ['with a foreign character in place of one', `${text.slice(0, 71)}*`],
    ['quoted', `"${text}"`],
    ['one shorter', text.slice(0, -1)],
    ['one longer', `${text}A`],
    ['cut to its head', text.slice(0, 40)],
    ['twice', text + text],
    ['empty', ''],
    ['a NUL', `${text.slice(0, 71)}\0`],
    ['an object', '{"$gt":""}'],
    ['64 KiB', 'A'.repeat(65_536)],
  ])('%s is refused', (_how, spelling) => {
    expect(handles.parse(spelling, 'session')).toBeNull()
  })

  test('in the other base64 alphabet is refused, even where both spell the same bytes', () => {
    const owner = [...Array(500).keys()]
      .map((generation) => ({ ...session, generation }))
      .find((candidate) => /[-_]/.test(handles.issue(candidate)))
    const url = handles.issue(owner ?? session)
    const plain = url.replaceAll('-', '+').replaceAll('_', '/')
    expect(plain).not.toBe(url)
    expect(Buffer.from(plain, 'base64url')).toEqual(Buffer.from(url, 'base64url'))
    expect(handles.parse(plain, 'session')).toBeNull()
  })
})

describe('a handle serves nothing but what it was made for', () => {
  test.each(['session', 'refresh'] as const)('not another purpose than %s', (purpose) => {
    const made = handles.issue({ ...session, purpose })
    const other = purpose === 'session' ? 'refresh' : 'session'
    expect(handles.parse(made, purpose)).not.toBeNull()
    expect(handles.parse(made, other)).toBeNull()
  })

  test.each([
    ['another session', { id: 'EAECAwQFBgcICQoLDA0ODw' }],
    ['another user', { userId: 'u-2' }],
    ['a session whose seed was replaced', { seed: 'AAESExQVFhcYGRobHB0eHw' }],
  ])('not %s', (_who, changes) => {
    expect(opens(text, handles, { ...session, ...changes })).toBe(false)
  })

  test('and its own generation, whatever the record has reached: the rules of rotation judge that', () => {
    expect(opens(text, handles, { ...session, generation: 9 })).toBe(true)
  })

  test('not under a server key that did not make it', () => {
    expect(handlesOf(secretOf(2)).parse(text, 'session')).toBeNull()
  })

  test('not with a tag of the right head and a secret of another session', () => {
    const other = Buffer.from(handles.issue({ ...session, seed: 'AAESExQVFhcYGRobHB0eHw' }), 'base64url')
    const mixed = Buffer.concat([Buffer.from(text, 'base64url').subarray(0, 30), other.subarray(30)])
    expect(handles.parse(mixed.toString('base64url'), 'session')).toBeNull()
  })
})

describe('under a tag that is right all the same', () => {
  /** The handle with one byte of its head changed, and the tag that our own key makes of that. */
  function tagged(at: number, change: (byte: number) => number): string {
    const bytes = Buffer.from(text, 'base64url')
    bytes[at] = change(bytes[at] ?? 0)
    const mac = createMac(createServerKeys([secretOf(1)]).first.derive('handle tag'))
    const tagOf = (purpose: number): Buffer =>
      mac(Buffer.concat([Buffer.of(purpose), bytes.subarray(0, 22), bytes.subarray(30)]))
    tagOf(1).copy(bytes, 22, 0, 8)
    return bytes.toString('base64url')
  }

  test('a handle as it was made is one', () => {
    expect(tagged(0, (byte) => byte)).toBe(text)
  })

  test.each([
    ['an earlier version', 0, () => 0],
    ['a later version', 0, () => 2],
    ['the name of another key', 1, (byte: number) => byte ^ 1],
  ])('%s is refused', (_what, at, change) => {
    expect(handles.parse(tagged(at, change), 'session')).toBeNull()
  })
})

describe('when the server secret is rotated', () => {
  test('the old key verifies, is called outdated, and makes nothing', () => {
    const rotated = handlesOf(secretOf(2), secretOf(1))
    expect(rotated.parse(text, 'session')).toMatchObject({ outdatedKey: true })
    expect(opens(text, rotated)).toBe(true)
    expect(rotated.issue(session)).toBe(handlesOf(secretOf(2)).issue(session))
  })

  test('a key that is announced last verifies before it makes anything', () => {
    const announced = handlesOf(secretOf(1), secretOf(2))
    expect(announced.issue(session)).toBe(text)
    expect(opens(handlesOf(secretOf(2)).issue(session), announced)).toBe(true)
  })

  test('two secrets that share their key id both work', () => {
    const [one, other] = findCollision()
    const both = handlesOf(one, other)
    const byOne = handlesOf(one).issue(session)
    const byOther = handlesOf(other).issue(session)
    expect(byOne.slice(0, 2)).toBe(byOther.slice(0, 2))
    expect(byOne).not.toBe(byOther)
    expect(both.parse(byOne, 'session')).toMatchObject({ outdatedKey: false })
    expect(both.parse(byOther, 'session')).toMatchObject({ outdatedKey: true })
    expect([opens(byOne, both), opens(byOther, both)]).toEqual([true, true])
  })
})

test('generations end with an error, never by starting again', () => {
  expect(nextGeneration(1)).toBe(2)
  expect(nextGeneration(0xffff_fffe)).toBe(0xffff_ffff)
  expect(() => nextGeneration(0xffff_ffff)).toThrow(RangeError)
})

function findCollision(): readonly [string, string] {
  const byId = new Map<number, string>()
  for (let index = 0; ; index++) {
    const secret = secretOf(index)
    const { keyId } = createServerKeys([secret]).first
    const earlier = byId.get(keyId)
    if (earlier !== undefined) return [earlier, secret]
    byId.set(keyId, secret)
  }
}
