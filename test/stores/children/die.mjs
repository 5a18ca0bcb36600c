// Ends sessions s-0 and s-1 at the same moment, says which were acknowledged, and kills itself before the n-th call
// into SQLite; one more than there are kills it right after the commit.

import { writeSync } from 'node:fs'
import { loadSqlite } from '../../../packages/sessera/dist/stores/sqlite/module.js'
import { open, rest } from './store.mjs'

let callsLeft = Number.POSITIVE_INFINITY

function called() {
  callsLeft -= 1
  if (callsLeft === 0) process.kill(process.pid, 'SIGKILL')
}

const { DatabaseSync } = await loadSqlite()
class Dying extends DatabaseSync {
  /**
   * @override
   * @param {string} sql
   */
  exec(sql) {
    called()
    super.exec(sql)
    if (sql === 'COMMIT') called()
  }

  /**
   * @override
   * @param {string} sql
   */
  prepare(sql) {
    const statement = super.prepare(sql)
    /** @type {typeof statement.all} */
    const all = (...params) => {
      called()
      return statement.all(...params)
    }
    /** @type {typeof statement.run} */
    const run = (...params) => {
      called()
      return statement.run(...params)
    }
    return { all, run }
  }
}

const store = await open({ module: { DatabaseSync: Dying } })
callsLeft = Number(rest[0])
await Promise.all(
  ['s-0', 's-1'].map(async (id) => {
    await store.sessions.end(id)
    writeSync(1, `${id}\n`)
  }),
)
callsLeft = Number.POSITIVE_INFINITY
await store.close()
