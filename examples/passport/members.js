// The table and the check of passwords that were there before. Nothing here knows of Sessera but `createUserSource`.

import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { DatabaseSync } from '@photostructure/sqlite'

/** @type {(password: string, salt: Uint8Array, length: number) => Promise<Buffer>} */
const derive = promisify(scrypt)
const noOne = randomBytes(48)

/** @param {string} path */
export function openMembers(path) {
  const database = new DatabaseSync(path)
  database.exec(`CREATE TABLE IF NOT EXISTS members (
    id TEXT PRIMARY KEY, nick TEXT NOT NULL UNIQUE, secret BLOB NOT NULL, is_moderator INTEGER NOT NULL DEFAULT 0)`)

  /** @param {'id' | 'nick'} column @param {string} value */
  function find(column, value) {
    const row = database
      .prepare(`SELECT id, nick, secret, is_moderator FROM members WHERE ${column} = ?`)
      .get(value)
    if (row === undefined) return null
    const { id, nick, secret, is_moderator } = row
    return {
      id: String(id),
      nick: String(nick),
      secret: secret instanceof Uint8Array ? secret : noOne,
      isModerator: is_moderator === 1,
    }
  }

  return {
    /** @param {string} nick @param {string} password @param {{ readonly isModerator?: boolean }} [how] */
    async add(nick, password, { isModerator = false } = {}) {
      const salt = randomBytes(16)
      const secret = Buffer.concat([salt, await derive(password, salt, 32)])
      const insert = database.prepare('INSERT OR IGNORE INTO members VALUES (?, ?, ?, ?)')
      return insert.run(`m-${nick}`, nick, secret, Number(isModerator)).changes === 1
    },

    /** The member, if that is the password. Nobody costs as much as somebody. @param {string} nick @param {string} password */
    async prove(nick, password) {
      const member = find('nick', nick)
      const secret = member?.secret ?? noOne
      const derived = await derive(password, secret.subarray(0, 16), 32)
      return timingSafeEqual(derived, secret.subarray(16)) ? member : null
    },

    /** @param {string} id */
    load: (id) => find('id', id),
  }
}

/**
 * Whoever Passport has proven is known to Sessera by id. No login is found here: `POST /auth/login` lets nobody in.
 *
 * @param {ReturnType<typeof openMembers>} members
 * @returns {import('sessera').UserSource}
 */
export function createUserSource(members) {
  return {
    findLogin: async () => null,
    async load(id) {
      const member = members.load(id)
      if (member === null) return null
      const roles = member.isModerator ? ['moderator'] : []
      return { username: member.nick, roles, disabled: false, claims: {} }
    },
    async savePasswordHash() {
      throw new Error('This app changes passwords itself.')
    },
  }
}
