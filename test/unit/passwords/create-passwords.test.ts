// Our own hashes, the queue before them, and the work that nobody's verification costs.

import * as argon2 from '@node-rs/argon2'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { AuthError } from '../../../packages/sessera/src/errors.js'
import { createPasswords } from '../../../packages/sessera/src/passwords/create-passwords.js'
import { createLogLines } from './log-lines.js'

const log = createLogLines()
const passwords = createPasswords({ log })
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

describe('what is not made today is outdated', () => {
  const salt = 'A'.repeat(22)
  const digest = 'A'.repeat(43)
  test.each([
    ['less memory', `$argon2id$v=19$m=9728,t=2,p=1$${salt}$${digest}`],
    ['more memory', `$argon2id$v=19$m=65536,t=2,p=1$${salt}$${digest}`],
    ['fewer passes', `$argon2id$v=19$m=19456,t=1,p=1$${salt}$${digest}`],
    ['more lanes', `$argon2id$v=19$m=19456,t=2,p=2$${salt}$${digest}`],
    ['another variant', `$argon2i$v=19$m=19456,t=2,p=1$${salt}$${digest}`],
    ['the older version', `$argon2id$v=16$m=19456,t=2,p=1$${salt}$${digest}`],
    ['a shorter salt', `$argon2id$v=19$m=19456,t=2,p=1$${salt.slice(11)}$${digest}`],
    ['a shorter digest', `$argon2id$v=19$m=19456,t=2,p=1$${salt}$${salt}`],
    ['a pepper that is not known', `$argon2id$v=19$m=19456,t=2,p=1,keyid=AAAAAAAA$${salt}$${digest}`],
    ['another spelling', `argon2$argon2id$v=19$m=19456,t=2,p=1$${salt}$${digest}`],
    ['another algorithm', '$2b$06$EkKcDV8xtfiFyF1qcQguDexZvB/6G8kZfY3fnVxq96dHaSOvabuKS'],
    ['no hash', ''],
  ])('%s', (_, stored) => {
    expect(passwords.isOutdated(stored)).toBe(true)
  })

  test('and what is made today is not', () => {
    expect(passwords.isOutdated(hash)).toBe(false)
  })
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

const usualWork = ['argon2id v=19 m=19456,t=2,p=1']

describe('false after the usual work', () => {
  const salt = 'A'.repeat(22)
  const digest = 'A'.repeat(43)
  const hex = 'ab'.repeat(32)
  const bcryptRest = 'abcdefghijklmnopqrstuuu4bNyRfI5eDhNWnzGd2rXvKAJ6QK5zm'
  test.each<[string, string]>([
    ['an empty hash', ''],
    ['no hash', 'correct horse battery staple'],
    ['a hash cut short', hash.slice(0, 60)],
    ['a hash with something behind', `${hash}\n`],
    ['a hash of 10 kB', hash + 'A'.repeat(10_000)],
    ['4 GiB of memory', `$argon2id$v=19$m=4194304,t=1,p=1$${salt}$${digest}`],
    ['a million passes', `$argon2id$v=19$m=8,t=1000000,p=1$${salt}$${digest}`],
    ['17 lanes', `$argon2id$v=19$m=1024,t=1,p=17$${salt}$${digest}`],
    ['no memory', `$argon2id$v=19$m=0,t=2,p=1$${salt}$${digest}`],
    ['less memory than lanes need', `$argon2id$v=19$m=8,t=2,p=2$${salt}$${digest}`],
    ['a leading zero', `$argon2id$v=19$m=019456,t=2,p=1$${salt}$${digest}`],
    ['a salt of 7 bytes', `$argon2id$v=19$m=19456,t=2,p=1$${'A'.repeat(10)}$${digest}`],
    ['a salt that is no base64', `$argon2id$v=19$m=19456,t=2,p=1$${'A'.repeat(21)}$${digest}`],
    ['a digest of 15 bytes', `$argon2id$v=19$m=19456,t=2,p=1$${salt}$${'A'.repeat(20)}`],
    ['associated data', `$argon2id$v=19$m=19456,t=2,p=1,data=AAAA$${salt}$${digest}`],
    ['an unknown variant', `$argon2x$v=19$m=19456,t=2,p=1$${salt}$${digest}`],
    ['bcrypt of cost 15', `$2b$15$${bcryptRest}`],
    ['bcrypt of cost 31', `$2b$31$${bcryptRest}`],
    ['bcrypt of cost 3', `$2b$03$${bcryptRest}`],
    ['bcrypt with the bug of $2x$', `$2x$06$${bcryptRest}`],
    ['bcrypt one short', `$2b$06$${bcryptRest.slice(1)}`],
    ['bcrypt with a line behind', `$2b$06$${bcryptRest}\n`],
    ['bcrypt in Django of cost 15', `bcrypt_sha256$$2b$15$${bcryptRest}`],
    ['scrypt of 1 GiB', `$scrypt$ln=20,r=8,p=1$${salt}$${digest}`],
    ['scrypt of 2^99', `$scrypt$ln=99,r=8,p=1$${salt}$${digest}`],
    ['scrypt with a large r', `$scrypt$ln=10,r=999999999,p=1$${salt}$${digest}`],
    ['scrypt with a large p', `$scrypt$ln=14,r=8,p=17$${salt}$${digest}`],
    ['scrypt with N = 1', `$scrypt$ln=0,r=8,p=1$${salt}$${digest}`],
    ['scrypt with r = 0', `$scrypt$ln=14,r=0,p=1$${salt}$${digest}`],
    ['scrypt in Django of no power of two', `scrypt$16383$saltsalt$8$1$${'A'.repeat(86)}==`],
    ['scrypt in Werkzeug of 1 GiB', `scrypt:1048576:8:1$saltsalt$${hex}`],
    ['scrypt in Werkzeug with capital digits', `scrypt:1024:8:1$saltsalt$${hex.toUpperCase()}`],
    ['scrypt with a salt of 7 bytes', `scrypt:1024:8:1$saltsal$${hex}`],
    ['scrypt with a digest of 65 bytes', `scrypt:1024:8:1$saltsalt$${'ab'.repeat(65)}`],
    ['PBKDF2 of two million and one', `pbkdf2_sha256$2000001$saltsalt$${'A'.repeat(43)}=`],
    ['PBKDF2 of two million and one, by its blocks', `$pbkdf2-sha1$i=1000001$${salt}$${digest}`],
    ['PBKDF2 of none', `pbkdf2_sha256$0$saltsalt$${'A'.repeat(43)}=`],
    ['PBKDF2 without a number', `pbkdf2:sha256$saltsalt$${hex}`],
    ['PBKDF2 by MD5', `pbkdf2:md5:1000$saltsalt$${'ab'.repeat(16)}`],
    ['PBKDF2 with a short digest', `pbkdf2:sha256:1000$saltsalt$${'ab'.repeat(15)}`],
    ['PBKDF2 with another length than it says', `$pbkdf2-sha256$i=1000,l=31$${salt}$${digest}`],
    ['PBKDF2 with an empty salt', `pbkdf2_sha256$1000$$${'A'.repeat(43)}=`],
    ['SHA-512 crypt', '$6$saltsalt$qFmFH.bQmmtXzyBY0s9v7Oicd2z4XSIecDzlB5KiA2/jctKu9YterLp8wwnSq.qc'],
    ['MD5 in Django', 'md5$saltsalt$5f4dcc3b5aa765d61d8327deb882cf99'],
    ['plain text in Werkzeug', `plain$$${password}`],
    ['an unusable password of Django', '!VbJdE9cKQpXk2m5T8nWzR4yGhU7sLfA1oCqP3xN6'],
  ])('%s', async (_, stored) => {
    log.lines.splice(0)
    expect(await passwords.verify(stored, password)).toBe(false)
    expect(workDone()).toEqual(usualWork)
    expect(log.lines).toEqual([
      {
        level: 'warn',
        message: expect.stringContaining('cannot be used'),
        fields: { reason: expect.any(String) },
      },
    ])
    expect(passwords.isImportable(stored)).toBe(log.lines[0]?.fields['reason'])
    if (stored.length > 8) expect(JSON.stringify(log.lines)).not.toContain(stored.slice(-8))
  })

  test('nobody', async () => {
    log.lines.splice(0)
    expect(await passwords.verify(null, password)).toBe(false)
    expect(workDone()).toEqual(usualWork)
    expect(log.lines).toEqual([])
  })

  test('an app that forgot the hash', async () => {
    const forgotten: unknown = undefined
    expect(await passwords.verify(forgotten as null, password)).toBe(false)
    expect(workDone()).toEqual(usualWork)
  })

  test('the first unknown user of a process', async () => {
    expect(await createPasswords({ log }).verify(null, password)).toBe(false)
    expect(workDone()).toEqual(usualWork)
  })

  test('as much as a known user with a wrong password', async () => {
    expect(await passwords.verify(hash, 'wrong')).toBe(false)
    expect(workDone()).toEqual(usualWork)
  })

  test('a hash function that fails, which is logged without what it said', async () => {
    log.lines.splice(0)
    vi.mocked(argon2.verify).mockRejectedValueOnce(new Error(`Cannot verify ${hash}`))
    expect(await passwords.verify(hash, password)).toBe(false)
    expect(workDone()).toEqual([...usualWork, ...usualWork])
    expect(log.lines).toEqual([
      {
        level: 'error',
        message: 'A stored password hash could not be verified.',
        fields: { reason: 'The hash function failed.' },
      },
    ])
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
  const small = createPasswords({ log, concurrency: 1, queueLimit: 2 })
  const imported = 'pbkdf2:sha256:1000$saltsalt$ab'.padEnd(92, 'ab')
  const stored = [hash, null, imported]
  const flood = Array.from({ length: 12 }, (_, n) => small.verify(stored[n % 3] ?? null, 'wrong'))
  const outcomes = await Promise.allSettled([...flood, small.hash(password)])
  const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []))
  expect(small.isImportable(imported)).toBeNull()
  expect(refused).toHaveLength(10)
  expect(refused.every((error) => error instanceof AuthError && error.code === 'overloaded')).toBe(true)
  expect(outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))).toEqual([
    false,
    false,
    false,
  ])
})

test('64 may wait by default', async () => {
  const one = createPasswords({ log, concurrency: 1 })
  const outcomes = await Promise.allSettled(Array.from({ length: 66 }, () => one.verify(null, password)))
  expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(1)
})
