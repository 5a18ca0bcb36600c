// How much there is in a JSON text, counted before it is parsed: 64 KiB of members take a parser a hundred times as long as
// they take to count, and the event loop waits for it.

export interface JsonShape {
  /** How deep objects and arrays may nest; the outermost is 1. */
  readonly maxDepth: number
  /** How many members all objects may have together. */
  readonly maxMembers: number
  /** How many there may be between members and between items. */
  readonly maxCommas: number
}

const quote = 0x22
const comma = 0x2c
const colon = 0x3a
const openList = 0x5b
const backslash = 0x5c
const closeList = 0x5d
const openObject = 0x7b
const closeObject = 0x7d

/** False when the text is beyond the bounds, if it is JSON at all: that is for the parser to say. */
export function isBoundedJson(text: string, { maxDepth, maxMembers, maxCommas }: JsonShape): boolean {
  let depth = 0
  let members = 0
  let commas = 0
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case quote:
        at = endOfString(text, at)
        break
      case comma:
        if (++commas > maxCommas) return false
        break
      case colon:
        if (++members > maxMembers) return false
        break
      case openObject:
      case openList:
        if (++depth > maxDepth) return false
        break
      case closeObject:
      case closeList:
        depth--
        break
    }
  }
  return true
}

/** Where the quotation mark is that ends the string which begins at `from`. */
function endOfString(text: string, from: number): number {
  let at = from + 1
  while (at < text.length && text.charCodeAt(at) !== quote) at += text.charCodeAt(at) === backslash ? 2 : 1
  return at
}
