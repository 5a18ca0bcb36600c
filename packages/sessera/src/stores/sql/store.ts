import type { Store } from '../../ports/store.js'
import type { Driver } from './driver.js'
import { createSqlKeys } from './keys.js'
import { createSqlLimits } from './limits.js'
import { createSqlSessions } from './sessions.js'
import { createSqlSubjects } from './subjects.js'
import { createSqlUsers } from './users.js'

/** The store over any SQL engine that has a driver, once its schema is up to date. */
export function createSqlStore(driver: Driver): Store {
  return {
    subjects: createSqlSubjects(driver),
    users: createSqlUsers(driver),
    sessions: createSqlSessions(driver),
    keys: createSqlKeys(driver),
    limits: createSqlLimits(driver),
    close: () => driver.close(),
  }
}
