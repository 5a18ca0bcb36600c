// Which new passwords are refused, each with its sentence: short, common, repeated, or about their owner.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AuthError } from '../../../packages/sessera/src/errors.js'
import { commonPasswords } from '../../../packages/sessera/src/passwords/common-passwords.js'
import {
  foldContextWords,
  parseNewPassword,
  parsePresentedPassword,
} from '../../../packages/sessera/src/passwords/policy.js'

const parse = (text: unknown, username = 'ann'): string => parseNewPassword(text, { minLength: 15, username })

function refusalOf(work: () => unknown): { code: string; detail: string | null } {
  try {
    work()
  } catch (error) {
    if (error instanceof AuthError) return { code: error.code, detail: error.detail }
    throw error
  }
  return { code: 'accepted', detail: null }
}

describe('a new password may be', () => {
  test.each([
    ['15 characters', 'a cat in its hat'.slice(0, 15)],
    ['15 characters beyond the basic plane', '😀😁😂🤣😃😄😅😆😉😊😋😎😍😘🥰'],
    ['words with blanks', 'four words will do'],
    ['with blanks at both ends', ' blanks belong to it '],
    ['with NUL and control characters', 'before\0after\u0007\nline'],
    ['digits alone', '402716958237415'],
    ['eight characters twice', 'vqzxmwpkvqzxmwpk'],
    ['256 characters', `${'x'.repeat(255)}y`],
    ['256 characters beyond the basic plane', `${'😀'.repeat(255)}😁`],
    ['with the username and enough besides', 'ann likes long walks'],
    ['with the username and 8 characters besides', 'annabelle-maria12345678'],
  ])('%s', (_, text) => {
    expect(parse(text, text.startsWith('annabelle') ? 'annabelle-maria' : 'ann')).toBe(text)
  })
})

describe('a new password may not be', () => {
  const tooShort = 'Use at least 15 characters. A few words will do.'
  const tooLong = 'Use a password of at most 256 characters.'
  const repeated = 'Use more than one character over and over. A few words will do.'
  const username = 'Use something that does not rest on your username. A few words will do.'
  test.each<[string, string, string, string]>([
    ['empty', '', 'ann', tooShort],
    ['14 characters', 'abcdefghijklmn', 'ann', tooShort],
    ['14 characters that are 28 units', `${'😀'.repeat(13)}😁`, 'ann', tooShort],
    ['15 that NFC makes 14', `abcdefghijklme\u0301`, 'ann', tooShort],
    ['257 characters', `${'x'.repeat(256)}y`, 'ann', tooLong],
    ['a megabyte', 'x'.repeat(1_000_000), 'ann', tooLong],
    ['one character over and over', 'aaaaaaaaaaaaaaaaaaaa', 'ann', repeated],
    ['one emoji over and over', '😀'.repeat(20), 'ann', repeated],
    ['one accented letter, spelt in two ways', `${'é'.repeat(10)}${'e\u0301'.repeat(10)}`, 'ann', repeated],
    ['the username', 'annabelle-maria', 'annabelle-maria', username],
    ['the username in capitals', 'ANNABELLE-MARIA', 'annabelle-maria', username],
    ['the username twice', 'annabelleannabelle', 'annabelle', username],
    ['the username and 7 characters', 'annabelle-maria1234567', 'annabelle-maria', username],
    ['the username in full width', 'ａｎｎａｂｅｌｌｅ-maria', 'annabelle-maria', username],
    ['the username between digits', '123Annabelle4567', 'annabelle', username],
  ])('%s', (_, text, owner, detail) => {
    expect(refusalOf(() => parse(text, owner))).toEqual({ code: 'password_unacceptable', detail })
  })

  test('shorter than the configured length, which the sentence names', () => {
    expect(refusalOf(() => parseNewPassword('vqzxmwp', { minLength: 8 })).detail).toMatch(
      /at least 8 characters/,
    )
    expect(parseNewPassword('vqzxmwpk', { minLength: 8 })).toBe('vqzxmwpk')
  })
})

test('nobody has no username to rest on', () => {
  expect(parse('some words in a row', '')).toBe('some words in a row')
  expect(parseNewPassword('some words in a row', { minLength: 15 })).toBe('some words in a row')
  expect(parseNewPassword('vqzx', { minLength: 4, email: '', contextWords: [] })).toBe('vqzx')
})

const common = 'Many people use this password or one much like it. Use a few unrelated words.'

describe('what many people use is refused, whatever they add to reach the length (ASVS 6.2.4)', () => {
  test.each([
    ['a common one of that length', '1qaz2wsx3edc4rfv'],
    ['the same in capitals', '1QAZ2WSX3EDC4RFV'],
    ['the same in full width', '１ｑａｚ２ｗｓｘ３ｅｄｃ４ｒｆｖ'],
    ['one twice', 'passwordpassword'],
    ['one three times', 'password password password'],
    ['one twice and a bit more of it', 'passwordpasswordpass'],
    ['two', 'iloveyoubasketball'],
    ['two with punctuation', 'iloveyou - basketball!!'],
    ['one and digits', 'basketball12345'],
    ['one and a date', 'knucklehead2024'],
    ['a date before', '19840712sunshine'],
    ['one and many marks', 'password!!!!!!!'],
    ['one in disguise', 'p@ssw0rdp@ssw0rd1'],
    ['one in disguise and another', 'P4ssw0rd-b4sk3tb4ll'],
    ['the alphabet', 'abcdefghijklmno'],
    ['the alphabet backwards', 'zyxwvutsrqponmlkj'],
    ['numbers in order', '12345678901234567890'],
    ['rows of the keyboard', 'qwertyuiopasdfghjkl'],
    ['runs', 'aaaaaaaabbbbbbbb'],
  ])('%s', (_, text) => {
    expect(refusalOf(() => parse(text))).toEqual({ code: 'password_unacceptable', detail: common })
  })

  test.each([
    ['three of them', 'password basketball sunshine'],
    ['two and a word', 'iloveyou basketball okapi'],
    ['one and nine digits', 'sunshine402716958'],
    ['one and letters', 'sunshinevqzxmwpk'],
    ['one between digits', '4027sunshine1695'],
    ['a few words', 'correct horse battery staple'],
    ['marks that are in no list', '¿¡«»§¶†‡•…‰′″‹›'],
    ['256 letters', `${'vqzxmwpkjh '.repeat(23).slice(0, 250)}abcdef`],
  ])('but not %s', (_, text) => {
    expect(parse(text)).toBe(text)
  })

  test('every common one of the list, at any length that is allowed', () => {
    const words = commonPasswords
      .trim()
      .split(/\s+/)
      .filter((word) => word.length >= 8)
    for (const word of words) {
      expect(refusalOf(() => parseNewPassword(word, { minLength: 8 })).code, word).toBe(
        'password_unacceptable',
      )
      expect(refusalOf(() => parseNewPassword(`${word}1234567`, { minLength: 15 })).code, word).toBe(
        'password_unacceptable',
      )
    }
  })

  test('no text takes long, and none throws anything but a refusal', () => {
    const worst = [
      '!'.repeat(63),
      '!1'.repeat(31),
      `${'password'.repeat(7)}!`,
      `${'1234'.repeat(15)}x`,
      '@$!'.repeat(21),
    ]
    for (const text of worst)
      expect(['accepted', 'password_unacceptable']).toContain(refusalOf(() => parse(text)).code)
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (text) => {
        expect(['accepted', 'password_unacceptable']).toContain(refusalOf(() => parse(text)).code)
      }),
    )
  })
})

test.each(['abababababababab', 'xyzzyxyzzyxyzzyx', '😀😁😀😁😀😁😀😁😀😁😀😁😀😁😀😁', '1234567123456712'])(
  'a few characters over and over are refused: %s',
  (text) => {
    const detail = 'Use more than a few characters over and over. A few words will do.'
    expect(refusalOf(() => parse(text))).toEqual({ code: 'password_unacceptable', detail })
  },
)

describe('what is known of the owner and the site is no password (ASVS 6.2.11)', () => {
  const rules = {
    minLength: 15,
    username: 'ada',
    email: 'Ada.Lovelace@Example.org',
    contextWords: foldContextWords(['Acme Bank', 'acme', 'bank.acme.example', 'it']),
  }
  const email = 'Use something that does not rest on your email address. A few words will do.'
  const site = 'Use something that does not rest on the name of this site. A few words will do.'
  test.each([
    ['the email address', 'ada.lovelace@example.org', email],
    ['its local part', 'ADA.LOVELACE1815', email],
    ['its local part and the username', 'ada.lovelace ada 12', email],
    ['the name of the app', 'Acme Bank 2024!!', site],
    ['the host', 'bank.acme.example1', site],
    ['the name of the app, again and again', 'acmeacmeacmeacme', site],
    ['the app and the username', 'ada acme ada acme', site],
  ])('%s', (_, text, detail) => {
    expect(refusalOf(() => parseNewPassword(text, rules))).toEqual({ code: 'password_unacceptable', detail })
  })

  test.each(['acme is where I keep coins', 'ada lovelace wrote notes', 'it is not a word of its own'])(
    'but with enough besides: %s',
    (text) => {
      expect(parseNewPassword(text, rules)).toBe(text)
    },
  )
})

describe('what is presented', () => {
  test.each(['', 'x', 'short', ' blanks stay ', 'a\0b', 'x'.repeat(256), '😀'.repeat(256)])(
    '"%s" is taken as it is',
    (text) => {
      expect(parsePresentedPassword(text)).toBe(text)
    },
  )

  test('is refused above 256 characters', () => {
    for (const text of ['x'.repeat(257), '😀'.repeat(257), 'x'.repeat(1_000_000), 'e\u0301'.repeat(513)]) {
      expect(refusalOf(() => parsePresentedPassword(text))).toEqual({
        code: 'invalid_request',
        detail: 'A password has at most 256 characters.',
      })
    }
  })
})

describe('both spellings of a letter are one password (57)', () => {
  test.each([
    ['é', 'caf\u00e9 au lait, bien chaud', 'cafe\u0301 au lait, bien chaud'],
    ['Å', '\u212bngstr\u00f6m und vieles mehr', 'A\u030angstro\u0308m und vieles mehr'],
    [
      'Hangul',
      '\ud55c\uad6d\uc5b4 \ube44\ubc00\ubc88\ud638 many words',
      '\u1112\u1161\u11ab\u1100\u116e\u11a8\u110b\u1165 \u1107\u1175\u1106\u1175\u11af\u1107\u1165\u11ab\u1112\u1169 many words',
    ],
  ])('%s', (_, composed, decomposed) => {
    expect(composed).not.toBe(decomposed)
    expect(parse(decomposed)).toBe(parse(composed))
    expect(parsePresentedPassword(decomposed)).toBe(parse(composed))
  })

  test('but letters that only look alike are not: NFC, not NFKC', () => {
    expect(parse('\ufb01nally some words')).not.toBe(parse('finally some words'))
  })
})

describe('what is no text is refused (59)', () => {
  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a number', 123456789012345],
    ['an operator', { $ne: 1 }],
    ['a list', ['a password of some length']],
    ['a String object', new String('a password of some length')],
    ['half a surrogate pair', 'a password with \ud83d inside'],
    ['the other half', '\ude00 a password with half'],
  ])('%s', (_, text) => {
    const refusal = { code: 'invalid_request', detail: 'A password is text.' }
    expect(refusalOf(() => parse(text))).toEqual(refusal)
    expect(refusalOf(() => parsePresentedPassword(text))).toEqual(refusal)
  })
})
