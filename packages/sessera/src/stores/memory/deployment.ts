import { everyoneChanged } from '../../domain/change.js'
import type { DeploymentStore } from '../../ports/store.js'
import type { Door, Tables } from './tables.js'

export function deploymentBehind({ tables, step, append }: Door): DeploymentStore {
  const { users, subjects, sessions, feed, record } = tables
  return {
    count: () =>
      step(() => ({
        users: users.size,
        disabledUsers: [...users.keys()].filter((id) => subjects.get(id)?.disabledAt !== null).length,
        sessions: sessions.size,
        changes: feed.entries.length,
        auditEvents: record.lines.length,
      })),
    raiseEpoch: (above) =>
      step((now) => {
        const epoch = raiseDeployment(tables, above)
        append(everyoneChanged(epoch), now)
        return epoch
      }),
  }
}

/** The deployment's epoch becomes one above every user's, its own and `above`. Answers with it. */
export function raiseDeployment({ deployment, subjects }: Tables, above: number): number {
  let highest = Math.max(deployment.epoch, above)
  for (const { epoch } of subjects.values()) highest = Math.max(highest, epoch)
  deployment.epoch = highest + 1
  return deployment.epoch
}
