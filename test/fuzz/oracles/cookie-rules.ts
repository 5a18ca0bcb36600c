// Where we and the `cookie` package read a Cookie header differently, each case by a name; the reasons are in docs/fuzzing.md.

export const cookieRules = ['agree', 'duplicate', 'too-large', 'empty', 'blank-before-equals'] as const

export type CookieRule = (typeof cookieRules)[number]

export interface Reading {
  readonly header: string
  readonly name: string
  /** The value, null for none, or undefined where the whole header was refused. */
  readonly ours: string | null | undefined
  readonly theirs: string | undefined
}

/** Why the two readings of one cookie are as they are. */
export function disagreement({ header, name, ours, theirs }: Reading): CookieRule | 'unexplained' {
  const { exact, loose } = valuesOf(header, name)
  const [only = ''] = exact
  if (ours === undefined) return header.length > maxHeader ? 'too-large' : 'duplicate'
  if (exact.length > 1) return ours === null ? 'duplicate' : 'unexplained'
  if (ours !== (only === '' ? null : only)) return 'unexplained'
  if (loose.length > 0) return 'blank-before-equals'
  if ((ours ?? '') !== (theirs ?? '')) return 'unexplained'
  return ours === null && theirs === '' ? 'empty' : 'agree'
}

export const maxHeader: number = 16 * 1024

/** All values under a name, in the plainest way: split at `;`, then at the first `=`, blanks off both ends. */
export function valuesOf(
  header: string,
  name: string,
): { readonly exact: readonly string[]; readonly loose: readonly string[] } {
  const pairs = header.split(';').map((pair) => {
    const equals = pair.indexOf('=')
    const start = equals === -1 ? null : pair.slice(0, equals).replace(/^[ \t]+/, '')
    return { start, value: withoutBlanks(pair.slice(equals + 1)) }
  })
  const valuesAt = (isIt: (start: string) => boolean): readonly string[] =>
    pairs.filter(({ start }) => start !== null && isIt(start)).map(({ value }) => value)
  return {
    exact: valuesAt((start) => start === name),
    loose: valuesAt((start) => start !== name && withoutBlanks(start) === name),
  }
}

function withoutBlanks(text: string): string {
  let from = 0
  let to = text.length
  while (from < to && isBlank(text[from])) from += 1
  while (from < to && isBlank(text[to - 1])) to -= 1
  return text.slice(from, to)
}

function isBlank(char: string | undefined): boolean {
  return char === ' ' || char === '\t'
}
