// A second reader of JSON (RFC 8259), written from the grammar alone: it reports what the product's reader must refuse.

export interface Scanned {
  readonly value: unknown
  readonly hasDuplicates: boolean
  /** How deep objects and arrays nest; the outermost is 1. */
  readonly depth: number
  /** Members of all objects together, duplicates included. */
  readonly members: number
  /** Every member's name, at any depth. */
  readonly names: ReadonlySet<string>
}

/** Null when the text is not JSON. */
export function scanJson(text: string): Scanned | null {
  const scanner = new Scanner(text)
  try {
    const value = scanner.document()
    const { hasDuplicates, depth, members, names } = scanner
    return { value, hasDuplicates, depth, members, names }
  } catch (error) {
    if (error instanceof NotJson) return null
    throw error
  }
}

class NotJson extends Error {}

const escapes: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
}
const words: readonly (readonly [string, unknown])[] = [
  ['true', true],
  ['false', false],
  ['null', null],
]
const numberForm = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y

class Scanner {
  hasDuplicates = false
  depth = 0
  members = 0
  readonly names: Set<string> = new Set()
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  document(): unknown {
    const value = this.#value(0)
    this.#blanks()
    if (this.#at !== this.#text.length) throw new NotJson()
    return value
  }

  #value(depth: number): unknown {
    this.#blanks()
    const char = this.#text[this.#at]
    if (char === '{') return this.#object(depth + 1)
    if (char === '[') return this.#array(depth + 1)
    if (char === '"') return this.#string()
    for (const [word, value] of words) {
      if (!this.#text.startsWith(word, this.#at)) continue
      this.#at += word.length
      return value
    }
    numberForm.lastIndex = this.#at
    const [number] = numberForm.exec(this.#text) ?? []
    if (number === undefined) throw new NotJson()
    this.#at += number.length
    return Number(number)
  }

  #object(depth: number): unknown {
    this.#deepen(depth)
    const found = new Map<string, unknown>()
    this.#list('}', () => {
      if (this.#text[this.#at] !== '"') throw new NotJson()
      const name = this.#string()
      this.#blanks()
      this.#expect(':')
      this.members += 1
      this.names.add(name)
      if (found.has(name)) this.hasDuplicates = true
      found.set(name, this.#value(depth))
    })
    return Object.fromEntries(found)
  }

  #array(depth: number): unknown {
    this.#deepen(depth)
    const found: unknown[] = []
    this.#list(']', () => void found.push(this.#value(depth)))
    return found
  }

  /** The items between the opening mark here and the closing one, with commas between them. */
  #list(closing: string, item: () => void): void {
    this.#at += 1
    this.#blanks()
    if (this.#text[this.#at] === closing) {
      this.#at += 1
      return
    }
    for (;;) {
      this.#blanks()
      item()
      this.#blanks()
      if (this.#text[this.#at] === closing) break
      this.#expect(',')
    }
    this.#at += 1
  }

  #string(): string {
    let found = ''
    this.#at += 1
    for (;;) {
      const char = this.#text[this.#at++]
      if (char === undefined || char < ' ') throw new NotJson()
      if (char === '"') return found
      found += char === '\\' ? this.#escape() : char
    }
  }

  #escape(): string {
    const char = this.#text[this.#at++] ?? ''
    if (char !== 'u') {
      const meant = escapes[char]
      if (meant === undefined) throw new NotJson()
      return meant
    }
    const digits = this.#text.slice(this.#at, this.#at + 4)
    if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw new NotJson()
    this.#at += 4
    return String.fromCharCode(Number.parseInt(digits, 16))
  }

  #deepen(depth: number): void {
    this.depth = Math.max(this.depth, depth)
    if (depth > 400) throw new NotJson()
  }

  #blanks(): void {
    while (' \t\n\r'.includes(this.#text[this.#at] ?? 'none')) this.#at += 1
  }

  #expect(char: string): void {
    if (this.#text[this.#at] !== char) throw new NotJson()
    this.#at += 1
  }
}
