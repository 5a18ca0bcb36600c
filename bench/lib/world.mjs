// An Auth with sessions to present, in every mode, and the request headers that a client of each would send.

import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turnOfTheLoop } from 'node:timers/promises'
import { createAuth } from 'sessera'
import { sqlite } from 'sessera/sqlite'

/** @typedef {import('sessera').Mode} Mode */

/**
 * @typedef {object} Holder somebody who is signed in
 * @property {string} userId
 * @property {string} username
 * @property {string} sessionId
 * @property {string | null} cookie the Cookie header
 * @property {string | null} bearer
 * @property {string | null} refreshToken
 */

export const authOptions = {
  origin: 'http://localhost:3000',
  secrets: ['a secret of the benchmarks, thirty-two or more'],
  // Longer than any benchmark takes.
  tokens: { lifetime: '15m' },
}
export const modes = /** @type {const} */ (['session', 'token', 'hybrid'])

/** @returns {{ path: string, remove: () => void }} a folder that is gone when the process is told to remove it */
export function temporaryFolder() {
  const path = mkdtempSync(join(tmpdir(), 'sessera-bench-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

/** @returns {import('sessera').StoreSource} a SQLite file in the folder */
export function fileIn(/** @type {{ path: string }} */ folder) {
  return sqlite(join(folder.path, 'auth.db'))
}

/**
 * @param {Pick<import('sessera').AuthOptions, 'store'> & Partial<import('sessera').AuthOptions>} options
 * @returns {import('sessera').Auth}
 */
export function openAuth(options) {
  return createAuth({ ...authOptions, ...options })
}

/**
 * @param {import('sessera').Auth} auth
 * @param {Mode} mode
 * @param {number} count
 * @returns {Promise<Holder[]>}
 */
export async function signInMany(auth, mode, count) {
  /** @type {Holder[]} */
  const holders = []
  while (holders.length < count) {
    // A store in memory never waits by itself.
    await turnOfTheLoop()
    const some = Array.from({ length: Math.min(atOnce, count - holders.length) }, () =>
      signIn(auth, mode, `user-${randomUUID()}`),
    )
    holders.push(...(await Promise.all(some)))
  }
  return holders
}

const atOnce = 50

/**
 * @param {import('sessera').Auth} auth
 * @param {Mode} mode
 * @param {string} username
 * @returns {Promise<Holder>}
 */
async function signIn(auth, mode, username) {
  const { id: userId } = await auth.users.create({ username, roles: ['member'] })
  return await startSession(auth, mode, { userId, username })
}

/**
 * @param {import('sessera').Auth} auth
 * @param {Mode} mode
 * @param {{ userId: string, username: string }} user
 * @returns {Promise<Holder>}
 */
export async function startSession(auth, mode, { userId, username }) {
  const { sessionId, setCookies, tokens } = await auth.sessions.start({ userId, mode, factors: ['pwd'] })
  const pairs = setCookies.map((text) => text.split(';', 1)[0] ?? '').filter((pair) => !pair.endsWith('='))
  return {
    userId,
    username,
    sessionId,
    // A cookie or two of somebody else, as browsers have them.
    cookie: pairs.length === 0 ? null : ['theme=dark', ...pairs, 'lang=en-GB'].join('; '),
    bearer: tokens?.access_token ?? null,
    refreshToken: tokens?.refresh_token ?? null,
  }
}

/**
 * What a browser sends, or an API's client.
 *
 * @param {Holder} holder
 * @returns {[name: string, value: string][]}
 */
export function headersOf({ cookie, bearer }) {
  if (bearer !== null) {
    return [
      ['Host', 'localhost:3000'],
      ['User-Agent', 'client/1.0'],
      ['Accept', 'application/json'],
      ['Accept-Encoding', 'gzip, br'],
      ['Authorization', `Bearer ${bearer}`],
    ]
  }
  return [
    ['Host', 'localhost:3000'],
    ['User-Agent', 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'],
    ['Accept', 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'],
    ['Accept-Language', 'en-GB,en;q=0.5'],
    ['Accept-Encoding', 'gzip, deflate, br'],
    ['Sec-Fetch-Site', 'same-origin'],
    ['Sec-Fetch-Mode', 'navigate'],
    ['Cookie', cookie ?? ''],
  ]
}
