// The store for tests and first steps: everything in this process, gone with it. Every method is one synchronous step,
// hence atomic.

import type { StoreSource } from '../ports/store.js'
import { auditBehind } from './memory/audit.js'
import { deploymentBehind } from './memory/deployment.js'
import { feedBehind } from './memory/feed.js'
import { keysBehind } from './memory/keys.js'
import { limitsBehind } from './memory/limits.js'
import { sessionsBehind } from './memory/sessions.js'
import { subjectsBehind } from './memory/subjects.js'
import { createTables, openDoor } from './memory/tables.js'
import { usersBehind } from './memory/users.js'

/**
 * Keeps everything in memory. What it holds belongs to the source: opened twice, it is one store with two doors.
 *
 * @example
 * const auth = createAuth({ origin: 'http://localhost:3000', store: memory() })
 */
export function memory(): StoreSource {
  const tables = createTables()
  return {
    async open(means) {
      const door = openDoor(tables, means)
      return {
        subjects: subjectsBehind(door),
        users: usersBehind(door),
        sessions: sessionsBehind(door),
        keys: keysBehind(door),
        limits: limitsBehind(door),
        audit: auditBehind(door),
        deployment: deploymentBehind(door),
        feed: feedBehind(door),
        close: async () => door.close(),
      }
    },
  }
}
