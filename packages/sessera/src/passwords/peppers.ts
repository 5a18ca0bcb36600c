// A pepper is a secret outside the database that goes into every hash: a copy of the table alone gives nothing to guess
// at. Each hash names its pepper by an id that is made of the pepper, so that their order may change.

import { createHmac, hkdfSync } from 'node:crypto'

export interface Peppers {
  /** Of the pepper for new hashes, null when there is none. */
  readonly currentId: string | null
  /** What is hashed in place of a new password. */
  season(password: string): string
  /** The same for one that was hashed with this pepper. Null when the pepper is not known any more. */
  seasonAs(pepperId: string | null, password: string): string | null
}

/** @param peppers the first goes into new hashes, all are known. */
export function createPeppers(peppers: readonly string[]): Peppers {
  const byId = new Map(peppers.map((pepper) => [idOf(pepper), pepper]))
  const [first] = peppers
  return {
    currentId: first === undefined ? null : idOf(first),
    season: (password) => (first === undefined ? password : seasoned(first, password)),
    seasonAs(pepperId, password) {
      if (pepperId === null) return password
      const pepper = byId.get(pepperId)
      return pepper === undefined ? null : seasoned(pepper, password)
    },
  }
}

/** Base64, because the hash functions of some languages take text only. */
function seasoned(pepper: string, password: string): string {
  return createHmac('sha256', pepper).update(password, 'utf8').digest('base64')
}

/** 6 bytes: `keyid` of a PHC string has at most 8. */
function idOf(pepper: string): string {
  return Buffer.from(hkdfSync('sha256', pepper, '', 'sessera pepper id', 6)).toString('base64')
}
