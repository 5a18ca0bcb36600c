// The routes below /admin. All of them ask the same of the caller, and none takes it from anywhere else: the role as the
// store has it now, and a proof of the last 15 minutes (ASVS 5.0 8.4.2).

import { parseDemands } from '../../domain/demands.js'
import type { Route } from '../route.js'
import { adminDirectoryRoutes } from './admin-directory.js'
import { adminSessionRoutes } from './admin-sessions.js'
import { adminSystemRoutes } from './admin-system.js'
import { adminUserRoutes } from './admin-users.js'

/** @param ownUsers whether there is a users table of ours to administer. */
export function administrationRoutes(role: string, ownUsers: boolean): readonly Route[] {
  const demands = parseDemands({ roles: [role], check: 'store', provenWithin: '15m' })
  return [
    ...(ownUsers ? adminDirectoryRoutes(demands) : []),
    ...adminUserRoutes(demands),
    ...adminSessionRoutes(demands),
    ...adminSystemRoutes(demands),
  ]
}
