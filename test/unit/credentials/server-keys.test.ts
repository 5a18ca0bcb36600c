// Keys derived from the server secret: one for each use, the same every time, found by an id that follows the secret.

import { describe, expect, test } from 'vitest'
import { createServerKeys } from '../../../packages/sessera/src/credentials/server-keys.js'
import { ConfigurationError } from '../../../packages/sessera/src/errors.js'

const old = 'an old secret of the server, long enough'
const next = 'the next secret of the server, long too'

function spell(keys: ReturnType<typeof createServerKeys>, label: string): string[] {
  return keys.all.map((key) => key.derive(label).export().toString('hex'))
}

test('a key has 256 bits and is the same every time', () => {
  const [key] = spell(createServerKeys([old]), 'handle tag')
  expect(key).toMatch(/^[0-9a-f]{64}$/)
  expect(spell(createServerKeys([old]), 'handle tag')).toEqual([key])
})

test('derivation never changes: every credential and sealed key out there depends on it', () => {
  const { first } = createServerKeys(['0123456789abcdef0123456789abcdef'])
  expect(first.keyId).toBe(110)
  expect(first.derive('handle secret').export().toString('hex')).toBe(
    '9658fff7c7b4866ba953c195dfcdad00bc8d286335e9038901f98e356ef48fea',
  )
})

test('each use has a key of its own, and so has each secret', () => {
  const keys = createServerKeys([old, next])
  const all = ['handle secret', 'handle tag', 'signing key seal', ''].flatMap((label) => spell(keys, label))
  expect(new Set(all).size).toBe(8)
})

test('a key and its id follow the secret, not its place', () => {
  const before = createServerKeys([old, next])
  const after = createServerKeys([next, old])
  expect(spell(after, 'x')).toEqual(spell(before, 'x').reverse())
  expect(after.all.map(({ keyId }) => keyId)).toEqual(before.all.map(({ keyId }) => keyId).reverse())
  expect(after.first).toBe(after.all[0])
})

test('key ids are bytes, and differ as random bytes do', () => {
  const ids = Array.from({ length: 1000 }, (_, n) => createServerKeys([`${n} ${old}`]).first.keyId)
  expect(ids.every((id) => Number.isInteger(id) && id >= 0 && id <= 255)).toBe(true)
  expect(new Set(ids).size).toBeGreaterThan(200)
})

describe('refused, with a sentence that says what to do', () => {
  const command = `node -p "crypto.randomBytes(32).toString('base64url')"`
  test.each<[string, string[], string]>([
    ['no secret', [], `There is no server secret. Make one with: ${command}`],
    ['a short one', ['x'.repeat(31)], `Secret 1 is shorter than 32 characters. Make one with: ${command}`],
    [
      'a short one behind a good one',
      [old, ''],
      `Secret 2 is shorter than 32 characters. Make one with: ${command}`,
    ],
    ['the same twice', [old, next, old], 'Secret 3 is in the list twice. Remove one of them.'],
  ])('%s', (_, secrets, sentence) => {
    expect(() => createServerKeys(secrets)).toThrow(new ConfigurationError(sentence))
  })

  test.each([
    ['undefined, as an environment without it gives', undefined],
    ['null', null],
    ['a number', 32],
    ['bytes', Buffer.alloc(32)],
    ['a list', Array.from({ length: 32 }, () => 'x')],
  ])('%s is no secret', (_, secret) => {
    const make = (): unknown => Reflect.apply(createServerKeys, undefined, [[secret]])
    expect(make).toThrow(ConfigurationError)
    expect(make).toThrow('Secret 1 is shorter than 32 characters')
  })

  test('a secret is never repeated in the message', () => {
    expect(() => createServerKeys(['hunter2'])).not.toThrow(/hunter2/)
  })
})
