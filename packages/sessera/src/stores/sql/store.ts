import type { Store, StoreMeans } from '../../ports/store.js'
import { createAppend } from './append.js'
import { createSqlAudit } from './audit.js'
import { createSqlDeployment } from './deployment.js'
import type { Driver, Reader } from './driver.js'
import { createSqlFeed } from './feed.js'
import { createSqlKeys } from './keys.js'
import { createSqlLimits } from './limits.js'
import { createSqlSessions } from './sessions.js'
import { createSqlSubjects } from './subjects.js'
import { createSqlUsers } from './users.js'

export interface SqlStoreOptions extends Omit<StoreMeans, 'clock'> {
  readonly driver: Driver
  /** A connection of its own for those who follow the change feed: they never wait behind a writer. */
  readonly follower: Reader
}

/** The store over any SQL engine that has a driver, once its schema is up to date. */
export function createSqlStore({ driver, follower, ...means }: SqlStoreOptions): Store {
  const append = createAppend(means)
  return {
    subjects: createSqlSubjects(driver, append),
    users: createSqlUsers(driver, append),
    sessions: createSqlSessions(driver, append),
    keys: createSqlKeys(driver, append),
    limits: createSqlLimits(driver),
    audit: createSqlAudit(driver),
    deployment: createSqlDeployment(driver, append),
    feed: createSqlFeed({ driver, follower, append }),
    async close() {
      await Promise.all([follower.close(), driver.close()])
    },
  }
}
