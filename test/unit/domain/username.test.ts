// Which names there are, and the one key under which all spellings of a name are the same.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseUsername } from '../../../packages/sessera/src/domain/username.js'

describe('a username', () => {
  test.each([
    ['ada', 'ada', 'ada'],
    ['Ada', 'Ada', 'ada'],
    ['  Ada\t', 'Ada', 'ada'],
    ['Ada Lovelace', 'Ada Lovelace', 'ada lovelace'],
    // NFKC: full-width letters, a ligature, a letter and its accent apart, the Kelvin sign.
    ['ＡＤＡ', 'ADA', 'ada'],
    ['ﬁona', 'fiona', 'fiona'],
    ['zoe\u0308', 'zo\u00eb', 'zo\u00eb'],
    ['\u212a', 'K', 'k'],
    ['Ⅷ', 'VIII', 'viii'],
    ['ÅNGSTRÖM', 'ÅNGSTRÖM', 'ångström'],
    ['日本語', '日本語', '日本語'],
    ['👩', '👩', '👩'],
    ['a', 'a', 'a'],
    ['__proto__', '__proto__', '__proto__'],
    ["x' OR 1=1; --", "x' OR 1=1; --", "x' or 1=1; --"],
  ])('%j is kept as %j and compared as %j', (text, username, key) => {
    expect(parseUsername(text)).toEqual({ username, key })
  })

  test.each([
    ['nothing', ''],
    ['blanks', ' \t '],
    ['a NUL', 'ada\0'],
    ['a line break', 'ada\r\nSet-Cookie: x'],
    ['a DEL', 'ada\u007f'],
    ['a C1 control', 'ada\u0085x'],
    ['a right-to-left override', 'ada\u202etxt'],
    ['a bidi isolate', '\u2066ada\u2069'],
    ['a zero-width space', 'a\u200bda'],
    ['a zero-width joiner', 'a\u200dda'],
    ['a soft hyphen', 'a\u00adda'],
    ['a byte order mark inside', 'a\ufeffda'],
    ['a tag character', 'ada\u{e0041}'],
    ['half a surrogate pair', 'ada\ud800'],
    ['a private-use character', 'ada\ue000'],
    ['a code point that means nothing', 'ada\u{10ffff}'],
    ['a line separator', 'ada\u2028x'],
  ])('has no %s', (_what, text) => {
    expect(parseUsername(text)).toBeNull()
  })

  test.each([
    [64, true],
    [65, false],
  ])('of %i code points: %s', (length, possible) => {
    expect(parseUsername('👩'.repeat(length)) !== null).toBe(possible)
    expect(parseUsername('a'.repeat(length)) !== null).toBe(possible)
  })

  test('counts after normalising: one letter that becomes eighteen', () => {
    expect(parseUsername('ﷺ'.repeat(3))).not.toBeNull()
    expect(parseUsername('ﷺ'.repeat(4))).toBeNull()
  })

  test('has one key, whatever is normalised again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const first = parseUsername(text)
        if (first === null) return
        expect(parseUsername(first.username)).toEqual(first)
        expect(parseUsername(` ${text} `)).toEqual(first)
        expect(first.key).toBe(first.key.normalize('NFKC'))
      }),
    )
  })
})
