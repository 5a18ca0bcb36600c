// Peppers: without one a hash is worth nothing, a new one takes over by and by, and a lost one is noticed.

import { createHmac } from 'node:crypto'
import * as argon2 from '@node-rs/argon2'
import { describe, expect, test } from 'vitest'
import { createPasswords } from '../../../packages/sessera/src/passwords/create-passwords.js'
import type { Passwords } from '../../../packages/sessera/src/ports/passwords.js'
import { createLogLines } from './log-lines.js'
import { vectors } from './vectors.js'

const log = createLogLines()
const a = 'the pepper of the first year, long enough'
const b = 'the pepper of the second year, long enough'
const password = 'crème brûlée, and then some'
const withPeppers = (...peppers: string[]): Passwords => createPasswords({ log, peppers })

test('a hash is still a PHC string and names its pepper, the same one each time', async () => {
  const [first, second] = await Promise.all([withPeppers(a).hash(password), withPeppers(a, b).hash(password)])
  const form =
    /^\$argon2id\$v=19\$m=19456,t=2,p=1,keyid=([A-Za-z0-9+/]{8})\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/
  expect(first).toMatch(form)
  expect(form.exec(second)?.[1]).toBe(form.exec(first)?.[1])
  expect(form.exec(await withPeppers(b, a).hash(password))?.[1]).not.toBe(form.exec(first)?.[1])
})

test('what is hashed is HMAC-SHA-256 of the password under the pepper in base64, and no less will do', async () => {
  const stored = await withPeppers(a).hash(password)
  const plain = stored.replace(/,keyid=[^$]+/, '')
  expect(await argon2.verify(plain, createHmac('sha256', a).update(password).digest('base64'))).toBe(true)
  expect(await argon2.verify(plain, password)).toBe(false)
  expect(await withPeppers(a).verify(plain, password)).toBe(false)
  expect(await withPeppers(a).verify(stored, password)).toBe(true)
  expect(await withPeppers(a).verify(stored, `${password}\0`)).toBe(false)
})

describe('the list changes', () => {
  test.each<[string, readonly string[], readonly string[], boolean, boolean]>([
    ['one is added at the end', [a], [a, b], true, false],
    ['one is added in front', [a], [b, a], true, true],
    ['the first one', [], [a], true, true],
    ['one that was not used is removed', [a, b], [a], true, false],
    ['the one that was used is removed', [a], [b], false, true],
    ['all are removed', [a], [], false, true],
  ])('%s', async (_, before, after, verifies, isOutdated) => {
    const stored = await withPeppers(...before).hash(password)
    const later = withPeppers(...after)
    expect(await later.verify(stored, password)).toBe(verifies)
    expect(await later.verify(stored, 'another password')).toBe(false)
    expect(later.isOutdated(stored)).toBe(isOutdated)
  })
})

test('a lost pepper is told once, with its id and nothing else', async () => {
  log.lines.splice(0)
  const stored = await withPeppers(a).hash(password)
  const without = withPeppers(b)
  for (let times = 0; times < 3; times += 1) expect(await without.verify(stored, password)).toBe(false)
  expect(log.lines).toEqual([
    {
      level: 'error',
      message: expect.stringContaining('Add it again'),
      fields: { pepperId: /keyid=([^$]+)/.exec(stored)?.[1] },
    },
  ])
})

test('imported hashes verify without a pepper, and are outdated', async () => {
  const { hash, password: theirs } = vectors.find(({ spelling }) => spelling === 'argon2id') ?? vectors[0]!
  expect(await withPeppers(a).verify(hash, theirs)).toBe(true)
  expect(withPeppers(a).isOutdated(hash)).toBe(true)
})

test('an id of a pepper that is put on a hash without one does not make it one', async () => {
  const bare = await withPeppers().hash(password)
  const keyid = /,keyid=[^$]+/.exec(await withPeppers(a).hash(password))?.[0]
  expect(await withPeppers(a).verify(bare.replace('p=1', `p=1${keyid}`), password)).toBe(false)
})
