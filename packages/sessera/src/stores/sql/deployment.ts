import { everyoneChanged } from '../../domain/change.js'
import type { Counts, DeploymentStore } from '../../ports/store.js'
import type { Append } from './append.js'
import type { Driver, Row, Statement } from './driver.js'
import { integerOf } from './rows.js'

// The inner MAX stands alone, so that an index answers it however many users there are.
const raise = `UPDATE sessera_deployment SET epoch = 1 + (SELECT MAX(epoch) FROM (
  SELECT MAX(epoch) AS epoch FROM sessera_subjects
  UNION ALL SELECT epoch FROM sessera_deployment WHERE id = 1
  UNION ALL SELECT ?) AS every) WHERE id = 1 RETURNING epoch`

// The feed has no gaps, so its ends tell how many entries there are.
const count = `SELECT
  (SELECT COUNT(*) FROM sessera_users) AS users,
  (SELECT COUNT(*) FROM sessera_users WHERE is_disabled = 1) AS disabled_users,
  (SELECT COUNT(*) FROM sessera_sessions) AS sessions,
  (SELECT last - horizon FROM sessera_feed WHERE id = 1) AS changes,
  (SELECT COUNT(*) FROM sessera_audit) AS audit_events`

export function createSqlDeployment(driver: Driver, append: Append): DeploymentStore {
  return {
    async count() {
      const { value, now } = await driver.read({ sql: count, params: [] })
      const [row] = value
      if (row === undefined) throw new Error('The store counted everything and answered with nothing.')
      return { value: countsOf(row), now }
    },
    raiseEpoch(above) {
      return driver.transact(function* (now) {
        const epoch = onlyEpoch(yield raiseDeployment(above))
        yield* append(everyoneChanged(epoch), now)
        return epoch
      })
    },
  }
}

function countsOf(row: Row): Counts {
  return {
    users: integerOf(row, 'users'),
    disabledUsers: integerOf(row, 'disabled_users'),
    sessions: integerOf(row, 'sessions'),
    changes: integerOf(row, 'changes'),
    auditEvents: integerOf(row, 'audit_events'),
  }
}

/** Makes the deployment's epoch one above every user's, its own and `above`. */
export function raiseDeployment(above: number): Statement {
  return { sql: raise, params: [above] }
}

/** The epoch in the row of the deployment, which always is there. */
export function onlyEpoch(rows: readonly Row[]): number {
  const [row] = rows
  if (row === undefined) throw new Error('The row of the deployment is gone.')
  return integerOf(row, 'epoch')
}
