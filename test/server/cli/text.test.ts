// Texts that others chose, printed at an operator's terminal: shown, never obeyed.

import { describe, expect, it } from 'vitest'
import {
  printable,
  printableLines,
  toBytes,
  toJsonLine,
  toList,
  toTable,
} from '../../../packages/server/src/cli/text.js'

/** What could steer a terminal: C0, DEL, C1 (one of which is CSI), direction marks, separators, lone surrogates. */
const steering = [
  '\u001b[2J',
  '\u0007',
  '\r',
  '\n',
  '\u007f',
  '\u009b31m',
  '\u202e',
  '\u2028',
  '\ufeff',
  '\ud800',
]

describe('text that others chose', () => {
  it.each(steering)('%j is shown, and not obeyed', (text) => {
    for (const shown of [printable(text), toTable(['A'], [[text]]), toList([['a', text]])]) {
      expect(shown.trimEnd()).not.toMatch(/[^\P{C}\n]|[\p{Zl}\p{Zp}]/u)
      expect(shown).toContain('\\u{')
    }
  })

  it.each(steering)('%j is no control character in JSON, and means the same', (text) => {
    const line = toJsonLine({ text })
    expect(line).toMatch(/^[\x20-\x7e]*\n$/)
    expect(JSON.parse(line)).toEqual({ text })
  })

  it('cannot add lines to a table', () => {
    expect(toTable(['NAME', 'X'], [['a\nadmin  y', 'z']]).split('\n')).toHaveLength(3)
  })

  it('is left as it is otherwise', () => {
    expect(printable('Zoë 🦊 名前 <b>')).toBe('Zoë 🦊 名前 <b>')
    expect(printableLines('one\ntwo\u0007')).toBe('one\ntwo\\u{7}')
  })
})

it('columns are as wide as they have to be', () => {
  expect(
    toTable(
      ['A', 'LONG'],
      [
        ['aaa', ''],
        ['é', 'x'],
      ],
    ),
  ).toBe('A    LONG\naaa\né    x\n')
})

it.each([
  [0, '0 bytes'],
  [999, '999 bytes'],
  [1000, '1.0 kB'],
  [12_345_678, '12.3 MB'],
  [2e9, '2.0 GB'],
])('%i is told as %s', (bytes, told) => {
  expect(toBytes(bytes)).toBe(told)
})
