// Finds secrets, whole or in pieces, in texts that should hold none.

const pieceLength = 16

/** Members of requests, answers and records that are secret, by name. */
const secretMembers: ReadonlySet<string> = new Set([
  'password',
  'current',
  'next',
  'token',
  'link',
  'access_token',
  'refresh_token',
  'passwordHash',
  'seed',
  'sealed',
])

/** Every secret text in a value, however deep. */
export function secretsIn(value: unknown, name = ''): readonly string[] {
  if (typeof value === 'string') return secretMembers.has(name) && value !== '' ? [value] : []
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([member, inner]) =>
    secretsIn(inner, Array.isArray(value) ? name : member),
  )
}

/** The secrets of which `texts` hold a piece of sixteen characters, or all where they are shorter; each with the text. */
export function leaksIn(texts: readonly string[], secrets: Iterable<string>): readonly string[] {
  const wanted = new Map<string, string>()
  for (const secret of secrets) {
    for (const form of [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)]) {
      for (const piece of piecesOf(form)) wanted.set(piece, secret)
    }
  }
  const short = [...wanted.keys()].filter(({ length }) => length < pieceLength)
  const leaks: string[] = []
  for (const text of texts) {
    const found = [...piecesOf(text), ...short.filter((piece) => text.includes(piece))].find((piece) =>
      wanted.has(piece),
    )
    if (found !== undefined) leaks.push(`${wanted.get(found)} in ${text}`)
  }
  return leaks
}

function piecesOf(text: string): readonly string[] {
  const last = Math.max(0, text.length - pieceLength)
  return Array.from({ length: last + 1 }, (_, start) => text.slice(start, start + pieceLength))
}
