// Hashes from elsewhere: every spelling verifies its password and nothing else, and no text whatsoever opens a door.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createPasswords } from '../../../packages/sessera/src/passwords/create-passwords.js'
import { isImportable, readHash } from '../../../packages/sessera/src/passwords/read-hash.js'
import { isRefusal } from '../../../packages/sessera/src/passwords/stored-hash.js'
import { createLogLines } from './log-lines.js'
import { bytes72, published, type Vector, vectors } from './vectors.js'

const log = createLogLines()
const passwords = createPasswords({ log })

describe.each([...vectors, ...published])('$tool: $spelling', ({ hash, password }) => {
  test('is importable, and outdated once it is here', () => {
    expect(isImportable(hash)).toBeNull()
    expect(passwords.isOutdated(hash)).toBe(true)
  })

  test('verifies its password', async () => {
    expect(await passwords.verify(hash, password)).toBe(true)
  })

  test.each([
    ['less', password.slice(0, -1)],
    ['more', `${password}x`],
    ['NUL at its end', `${password}\0`],
    ['nothing', ''],
  ])('does not verify %s', async (_, other) => {
    expect(await passwords.verify(hash, other)).toBe(false)
  })

  test('does not verify when one character of the digest is another', async () => {
    const at = hash.length - 8
    const changed = hash.slice(0, at) + (hash[at] === 'a' ? 'b' : 'a') + hash.slice(at + 1)
    expect(await passwords.verify(changed, password)).toBe(false)
  })
})

describe('bcrypt', () => {
  const hashOf72 = vectors.find(({ password }) => password === bytes72)?.hash ?? ''

  test.each([
    ['one byte more', `${bytes72}x`],
    ['the same byte once more', `${bytes72}e`],
    ['NUL and more', `${bytes72}\0x`],
    ['a letter of two bytes across the end', `${bytes72.slice(1)}é`],
  ])('does not take 72 right bytes for the whole password: %s (57)', async (_, password) => {
    expect(await passwords.verify(hashOf72, password)).toBe(false)
  })

  test('a prefix before NUL is not the password (57)', async () => {
    const { hash, password } = vectors.find(({ spelling }) => spelling === '$2b') as Vector
    for (const other of [`${password}\0`, `${password}\0${password}`, `\0${password}`]) {
      expect(await passwords.verify(hash, other)).toBe(false)
    }
  })

  test('hashed before, all of it counts, however long', async () => {
    const { hash } = vectors.find(({ spelling }) => spelling === 'bcrypt_sha256') as Vector
    expect(
      await passwords.verify(hash.replace('bcrypt_sha256$', 'bcrypt$'), 'correct horse battery staple'),
    ).toBe(false)
    expect(await passwords.verify(hash, `${bytes72}x`)).toBe(false)
  })
})

describe('one hash is not another kind', () => {
  const bySpelling = (name: string): string => vectors.find(({ spelling }) => spelling === name)?.hash ?? ''
  test.each([
    ['PBKDF2 of SHA-256 as SHA-1', bySpelling('pbkdf2_sha256').replace('sha256', 'sha1')],
    ['bcrypt as if hashed before', bySpelling('bcrypt').replace('bcrypt$', 'bcrypt_sha256$')],
    ['Argon2i as Argon2id', bySpelling('argon2i').replace('argon2i', 'argon2id')],
    ['Argon2id as Argon2d', bySpelling('argon2id').replace('argon2id', 'argon2d')],
    ['Argon2 version 16 as 19', bySpelling('version 16').replace('v=16', 'v=19')],
    ['scrypt with another N', bySpelling('scrypt').replace('16384', '8192')],
    ['Argon2 as if a pepper were in it', bySpelling('argon2id').replace('p=2', 'p=2,keyid=AAAAAAAA')],
  ])('%s', async (_, hash) => {
    expect(hash).not.toBe('')
    expect(await passwords.verify(hash, 'correct horse battery staple')).toBe(false)
  })
})

test('an Argon2 hash without a version is of version 16, as it was before there were versions', async () => {
  const { hash, password } = vectors.find(({ spelling }) => spelling === 'version 16') as Vector
  expect(await passwords.verify(hash.replace('v=16$', ''), password)).toBe(true)
})

describe('whatever is stored', () => {
  const texts = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc
      .tuple(
        fc.constantFrom(...vectors),
        fc.array(fc.tuple(fc.nat(200), fc.string({ maxLength: 3 })), { maxLength: 4 }),
      )
      .map(([{ hash }, edits]) =>
        edits.reduce((text, [at, piece]) => text.slice(0, at) + piece + text.slice(at + piece.length), hash),
      ),
    fc
      .tuple(
        fc.constantFrom(
          '$argon2id',
          '$2b',
          'scrypt',
          '$scrypt',
          'pbkdf2_sha256',
          'pbkdf2:sha256',
          'bcrypt$',
          'argon2$',
        ),
        fc.array(fc.oneof(fc.nat().map(String), fc.base64String({ maxLength: 60 }), fc.constant('')), {
          maxLength: 6,
        }),
        fc.constantFrom('$', ':', ',', '=', '$ln='),
      )
      .map(([family, parts, separator]) => [family, ...parts].join(separator)),
  )

  test('reading it never throws, and what is refused says why without quoting it', () => {
    fc.assert(
      fc.property(texts, (stored) => {
        const reading = readHash(stored)
        if (!isRefusal(reading)) return
        expect(reading.refused).toMatch(/^It[s ].{10,150}\.$/)
        if (stored.length > 20) expect(reading.refused).not.toContain(stored.slice(-20))
      }),
      { numRuns: 2000 },
    )
  })

  test('verifying it never throws and is never true, unless it is the hash itself', async () => {
    const cheap = vectors.filter(({ hash }) => /\$2[aby]\$0[56]|^\$argon2/.test(hash))
    const edits = fc.tuple(fc.constantFrom(...cheap), fc.nat(120), fc.string({ minLength: 1, maxLength: 2 }))
    await fc.assert(
      fc.asyncProperty(edits, async ([{ hash, password }, at, piece]) => {
        const stored = hash.slice(0, at) + piece + hash.slice(at + piece.length)
        const isSame = stored.replace(/^\$2[aby]/, '$2b') === hash.replace(/^\$2[aby]/, '$2b')
        expect(await passwords.verify(stored, password)).toBe(isSame)
      }),
      { numRuns: 150 },
    )
  })
})
