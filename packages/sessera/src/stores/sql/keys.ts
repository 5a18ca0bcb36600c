// Signing keys, sealed. Only who has seen the newest key may add the next: of many nodes that rotate at once, one does.

import { keysChanged } from '../../domain/change.js'
import type { KeyStore } from '../../ports/store.js'
import type { Append } from './append.js'
import type { Driver } from './driver.js'
import { allOf, keyOf, textOf } from './rows.js'

const columns = 'kid, algorithm, sealed, created_at, signs_from'
const list = `SELECT ${columns} FROM sessera_signing_keys ORDER BY signs_from, created_at, kid`
const findNewest =
  'SELECT kid FROM sessera_signing_keys ORDER BY signs_from DESC, created_at DESC, kid DESC LIMIT 1'
const insert = `INSERT INTO sessera_signing_keys (${columns}) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT (kid) DO NOTHING RETURNING kid`
const remove = 'DELETE FROM sessera_signing_keys WHERE kid = ? RETURNING kid'

export function createSqlKeys(driver: Driver, append: Append): KeyStore {
  return {
    async list() {
      return allOf(await driver.read({ sql: list, params: [] }), keyOf)
    },
    add({ kid, algorithm, sealed, createdAt, signsFrom }, newest) {
      return driver.transact(function* (now) {
        const [row] = yield { sql: findNewest, params: [] }
        if ((row === undefined ? null : textOf(row, 'kid')) !== newest) return false
        const added = yield { sql: insert, params: [kid, algorithm, sealed, createdAt, signsFrom] }
        if (added.length === 0) return false
        yield* append(keysChanged(kid), now)
        return true
      })
    },
    remove(kid) {
      return driver.transact(function* (now) {
        const removed = yield { sql: remove, params: [kid] }
        if (removed.length === 0) return false
        yield* append(keysChanged(kid), now)
        return true
      })
    },
  }
}
