// What a good engineer writes without a library: hash what was presented, look it up in a Map, mind its end.
// The yardstick for the hot path. It can do nothing else: no revocation, no demands, no protection of forms.

import { hash } from 'node:crypto'

/** @typedef {{ userId: string, username: string, endsAt: number }} Known */

/** @returns {{ remember: (headers: import('node:http').IncomingHttpHeaders, known: Known) => void, find: (headers: import('node:http').IncomingHttpHeaders) => Known | null }} */
export function createLookUp() {
  /** @type {Map<string, Known>} */
  const known = new Map()
  return {
    remember: (headers, who) => void known.set(keyOf(headers) ?? '', who),
    find(headers) {
      const key = keyOf(headers)
      if (key === null) return null
      const who = known.get(key)
      return who === undefined || Date.now() >= who.endsAt ? null : who
    },
  }
}

/**
 * @param {import('node:http').IncomingHttpHeaders} headers
 * @returns {string | null}
 */
function keyOf({ cookie, authorization }) {
  if (authorization !== undefined) {
    return authorization.startsWith('Bearer ') ? hash('sha256', authorization.slice(7), 'base64url') : null
  }
  if (cookie === undefined) return null
  const session = cookieValue(cookie, 'sessera-session-3000')
  const access = cookieValue(cookie, 'sessera-access-3000')
  if (session === null) return null
  return hash('sha256', access === null ? session : `${session};${access}`, 'base64url')
}

/**
 * @param {string} header
 * @param {string} name
 * @returns {string | null}
 */
function cookieValue(header, name) {
  for (let at = 0; at < header.length; ) {
    const semicolon = header.indexOf(';', at)
    const end = semicolon === -1 ? header.length : semicolon
    while (header.charCodeAt(at) === 0x20) at++
    if (header.startsWith(name, at) && header.charCodeAt(at + name.length) === 0x3d) {
      return header.slice(at + name.length + 1, end)
    }
    at = end + 1
  }
  return null
}
