// Small changes to texts, of the kinds that break parsers: bits, cuts, copies, look-alikes, control characters, numbers.

import type { Choices } from './random.js'
import type { Input } from './target.js'

export interface Mutator {
  /** A new input out of `parent`, with parts of `other`. */
  mutate(parent: Input, other: Input, choices: Choices): Input
}

type Change = (text: string, choices: Choices) => string

const controls = [
  '\0',
  '\t',
  '\n',
  '\r',
  '\r\n',
  '\x1b',
  '\x7f',
  '\x85',
  '\xa0',
  '\u2028',
  '\ufeff',
  '\ud800',
  '\udc00',
]
const marks = [...' !"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~']
const numbers = [
  '-1',
  '0',
  '00',
  '1',
  '1.5',
  '2',
  '8',
  '16',
  '17',
  '32',
  '64',
  '1024',
  '127',
  '255',
  '256',
  '65536',
  '2147483648',
  '4294967296',
  '9007199254740991',
  '9007199254740992',
  '99999999999999999999',
  '1e3',
  '1e309',
  '-0',
  '0x10',
]
const lookAlikes: Readonly<Record<string, string>> = {
  a: '\u0430',
  c: '\u0441',
  e: '\u0435',
  i: '\u0131',
  k: '\u212a',
  o: '\u043e',
  s: '\u017f',
  '.': '\u3002',
  '-': '\u2010',
  _: '\uff3f',
  '=': '\uff1d',
  ';': '\u037e',
  ':': '\uff1a',
  '/': '\u2215',
  '"': '\u201c',
  ' ': '\xa0',
  '1': '\uff11',
  '0': '\u0660',
}

const replaceChar: Change = (text, choices) => {
  const at = choices.below(text.length + 1)
  return splice(text, at, at + 1, anyChar(choices))
}

const flipBit: Change = (text, choices) => {
  if (text === '') return text
  const at = choices.below(text.length)
  return splice(text, at, at + 1, String.fromCharCode(text.charCodeAt(at) ^ (1 << choices.below(8))))
}

const insertChar: Change = (text, choices) => {
  const at = choices.below(text.length + 1)
  return splice(text, at, at, anyChar(choices))
}

const remove: Change = (text, choices) => {
  const [from, to] = range(text, choices)
  return splice(text, from, to, '')
}

const truncate: Change = (text, choices) => text.slice(0, choices.below(text.length + 1))

const behead: Change = (text, choices) => text.slice(choices.below(text.length + 1))

const copy: Change = (text, choices) => {
  const [from, to] = range(text, choices)
  const at = choices.below(text.length + 1)
  return splice(text, at, at, text.slice(from, to))
}

const repeat: Change = (text, choices) => {
  const [from, to] = range(text, choices)
  return splice(text, to, to, text.slice(from, to).repeat(1 + choices.below(40)))
}

const resemble: Change = (text, choices) => {
  if (text === '') return text
  const at = choices.below(text.length)
  const char = text[at] ?? ''
  return splice(text, at, at + 1, lookAlikes[char.toLowerCase()] ?? char.normalize('NFKD'))
}

const changeCase: Change = (text, choices) => {
  const [from, to] = range(text, choices)
  const part = text.slice(from, to)
  return splice(text, from, to, choices.oneIn(2) ? part.toUpperCase() : part.toLowerCase())
}

const changeNumber: Change = (text, choices) => {
  const found = [...text.matchAll(/\d+/g)]
  if (found.length === 0) return insertChar(text, choices)
  const match = choices.pick(found)
  const digits = match[0]
  const near = String(Number(digits) + choices.pick([-1, 1]))
  const next = choices.oneIn(3) ? near : choices.pick(numbers)
  return splice(text, match.index, match.index + digits.length, next)
}

const surround: Change = (text, choices) => {
  const edge = anyChar(choices)
  return choices.pick([edge + text, text + edge, edge + text + edge])
}

const changes: readonly Change[] = [
  replaceChar,
  flipBit,
  insertChar,
  insertChar,
  remove,
  remove,
  truncate,
  behead,
  copy,
  repeat,
  resemble,
  changeCase,
  changeNumber,
  changeNumber,
  surround,
]

export function createMutator(words: readonly string[], maxLength: number): Mutator {
  const insertWord: Change = (text, choices) => {
    const at = choices.below(text.length + 1)
    const to = choices.oneIn(2) ? at : Math.min(text.length, at + choices.below(9))
    return splice(text, at, to, choices.pick(words))
  }
  const all = words.length === 0 ? changes : [...changes, insertWord, insertWord, insertWord]

  return {
    mutate(parent, other, choices) {
      const texts = [...parent]
      for (let left = 1 + choices.below(choices.oneIn(4) ? 8 : 3); left > 0; left--) {
        const field = choices.below(texts.length)
        const text = texts[field] ?? ''
        const changed = choices.oneIn(8)
          ? cross(text, other[field] ?? '', choices)
          : choices.pick(all)(text, choices)
        texts[field] = changed.slice(0, maxLength)
      }
      return texts
    },
  }
}

/** The beginning of one and the end of another, or the other whole. */
function cross(text: string, other: string, choices: Choices): string {
  if (choices.oneIn(3)) return other
  return text.slice(0, choices.below(text.length + 1)) + other.slice(choices.below(other.length + 1))
}

function anyChar(choices: Choices): string {
  switch (choices.below(6)) {
    case 0:
      return choices.pick(controls)
    case 1:
      return String.fromCharCode(choices.below(256))
    case 2:
      return String.fromCharCode(choices.below(65_536))
    case 3:
      return String.fromCharCode(48 + choices.below(75))
    default:
      return choices.pick(marks)
  }
}

function range(text: string, choices: Choices): readonly [from: number, to: number] {
  const from = choices.below(text.length + 1)
  const length = choices.oneIn(2) ? choices.below(4) : choices.below(text.length - from + 1)
  return [from, Math.min(text.length, from + length)]
}

function splice(text: string, from: number, to: number, inserted: string): string {
  return text.slice(0, from) + inserted + text.slice(to)
}
