import { everyoneChanged } from '../../domain/change.js'
import type { DeploymentStore } from '../../ports/store.js'
import type { Append } from './append.js'
import type { Driver, Row, Statement } from './driver.js'
import { integerOf } from './rows.js'

// The inner MAX stands alone, so that an index answers it however many users there are.
const raise = `UPDATE sessera_deployment SET epoch = 1 + (SELECT MAX(epoch) FROM (
  SELECT MAX(epoch) AS epoch FROM sessera_subjects
  UNION ALL SELECT epoch FROM sessera_deployment WHERE id = 1
  UNION ALL SELECT ?) AS every) WHERE id = 1 RETURNING epoch`

export function createSqlDeployment(driver: Driver, append: Append): DeploymentStore {
  return {
    raiseEpoch() {
      return driver.transact(function* (now) {
        const epoch = onlyEpoch(yield raiseDeployment(0))
        yield* append(everyoneChanged(epoch), now)
        return epoch
      })
    },
  }
}

/** Makes the deployment's epoch one above every user's, its own and `lost`. */
export function raiseDeployment(lost: number): Statement {
  return { sql: raise, params: [lost] }
}

/** The epoch in the row of the deployment, which always is there. */
export function onlyEpoch(rows: readonly Row[]): number {
  const [row] = rows
  if (row === undefined) throw new Error('The row of the deployment is gone.')
  return integerOf(row, 'epoch')
}
