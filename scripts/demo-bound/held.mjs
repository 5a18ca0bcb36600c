// What a client holds of its session, and how it presents it.

/**
 * @typedef {object} Held
 * @property {string | null} cookie the Cookie header
 * @property {{ access_token: string, refresh_token?: string } | null} tokens
 * @property {number} since machine time before which it had not been asked for
 */

/**
 * Every answer with cookies of ours sets or clears all of them.
 *
 * @param {readonly string[]} setCookies
 * @param {Held['tokens']} tokens
 * @param {number} since
 * @returns {Held}
 */
export function heldFrom(setCookies, tokens, since) {
  const pairs = setCookies.map((text) => text.split(';', 1)[0] ?? '').filter((pair) => !pair.endsWith('='))
  return { cookie: pairs.length === 0 ? null : pairs.join('; '), tokens, since }
}

/**
 * @param {Held} held
 * @returns {Record<string, string>}
 */
export function headersOf({ cookie, tokens }) {
  if (tokens !== null) return { Authorization: `Bearer ${tokens.access_token}` }
  return cookie === null ? {} : { Cookie: cookie }
}
