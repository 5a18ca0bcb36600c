import * as argon2 from '@node-rs/argon2'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { AuthError } from '../../../packages/sessera/src/errors.js'
import { createArgon2Passwords } from '../../../packages/sessera/src/passwords/argon2.js'

const passwords = createArgon2Passwords()
const password = 'correct horse battery staple'
const hash = await passwords.hash(password)

test('a hash is a PHC string with the parameters that OWASP names, and 16 bytes of salt', () => {
  expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
})

test('the same password never hashes to the same text', async () => {
  expect(await passwords.hash(password)).not.toBe(hash)
})

test('the password verifies, and no other', async () => {
  const others = ['', password.slice(1), `${password} `, password.toUpperCase(), `${password}\0`, hash]
  expect(await passwords.verify(hash, password)).toBe(true)
  for (const other of others) expect(await passwords.verify(hash, other)).toBe(false)
})

describe('the whole password counts', () => {
  const long = 'x'.repeat(72)
  test.each([
    ['beyond 72 bytes', `${long}a`, `${long}b`],
    ['beyond 72 bytes, one longer', long, `${long}x`],
    ['after NUL', 'before\0after', 'before\0other'],
    ['with NUL at the end', 'before', 'before\0'],
    ['in its last of 256 characters', `${'y'.repeat(255)}a`, `${'y'.repeat(255)}b`],
  ])('%s (57)', async (_, mine, theirs) => {
    const made = await passwords.hash(mine)
    expect(await passwords.verify(made, mine)).toBe(true)
    expect(await passwords.verify(made, theirs)).toBe(false)
  })
})

test('a hash made elsewhere with other parameters verifies', async () => {
  const cheap = await argon2.hash(password, { memoryCost: 8192, timeCost: 1, parallelism: 2 })
  expect(await passwords.verify(cheap, password)).toBe(true)
  expect(await passwords.verify(cheap, 'something else')).toBe(false)
})

// The real thing, watched: work is counted in hashes and their parameters, which a busy machine does not change.
vi.mock('@node-rs/argon2', { spy: true })
afterEach(() => vi.mocked(argon2.verify).mockClear())

/** The parameters of each hash that was computed since the last test. */
function workDone(): string[] {
  return vi
    .mocked(argon2.verify)
    .mock.calls.map(([stored]) => String(stored).split('$').slice(1, 4).join(' '))
}

describe('false after the usual work', () => {
  const salt = 'A'.repeat(22)
  const digest = 'A'.repeat(43)
  test.each<[string, string | null]>([
    ['nobody', null],
    ['an empty hash', ''],
    ['no hash', 'correct horse battery staple'],
    ['bcrypt', '$2b$12$abcdefghijklmnopqrstuuu4bNyRfI5eDhNWnzGd2rXvKAJ6QK5zm'],
    ['scrypt', '$scrypt$ln=17,r=8,p=1$c2FsdHNhbHQ$aGFzaA'],
    ['a hash cut short', hash.slice(0, 60)],
    ['a hash with something behind', `${hash}\n`],
    ['4 GiB of memory', `$argon2id$v=19$m=4194304,t=1,p=1$${salt}$${digest}`],
    ['a million passes', `$argon2id$v=19$m=8,t=1000000,p=1$${salt}$${digest}`],
    ['17 lanes', `$argon2id$v=19$m=1024,t=1,p=17$${salt}$${digest}`],
    ['no memory', `$argon2id$v=19$m=0,t=2,p=1$${salt}$${digest}`],
    ['an unknown variant', `$argon2x$v=19$m=19456,t=2,p=1$${salt}$${digest}`],
  ])('%s', async (_, stored) => {
    expect(await passwords.verify(stored, password)).toBe(false)
    expect(workDone()).toEqual(['argon2id v=19 m=19456,t=2,p=1'])
  })

  test('the first unknown user of a process', async () => {
    expect(await createArgon2Passwords().verify(null, password)).toBe(false)
    expect(workDone()).toEqual(['argon2id v=19 m=19456,t=2,p=1'])
  })

  test('as much as a known user with a wrong password', async () => {
    expect(await passwords.verify(hash, 'wrong')).toBe(false)
    expect(workDone()).toEqual(['argon2id v=19 m=19456,t=2,p=1'])
  })
})

test('the event loop goes on meanwhile', async () => {
  let turns = 0
  const turn = (): void => {
    turns += 1
    timer = setImmediate(turn)
  }
  let timer = setImmediate(turn)
  await Promise.all(Array.from({ length: 10 }, () => passwords.verify(hash, password)))
  clearImmediate(timer)
  expect(turns).toBeGreaterThan(100)
})

test('a flood is refused beyond the queue, known and unknown users alike, and nobody is let through', async () => {
  const small = createArgon2Passwords({ concurrency: 1, queueLimit: 2 })
  const flood = Array.from({ length: 12 }, (_, n) => small.verify(n % 2 === 0 ? hash : null, 'wrong'))
  const outcomes = await Promise.allSettled([...flood, small.hash(password)])
  const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []))
  expect(refused).toHaveLength(10)
  expect(refused.every((error) => error instanceof AuthError && error.code === 'overloaded')).toBe(true)
  expect(outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))).toEqual([
    false,
    false,
    false,
  ])
})

test('64 may wait by default', async () => {
  const one = createArgon2Passwords({ concurrency: 1 })
  const outcomes = await Promise.allSettled(Array.from({ length: 66 }, () => one.verify(null, password)))
  expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(1)
})
