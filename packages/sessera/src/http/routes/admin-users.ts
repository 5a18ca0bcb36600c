// Administration of who may come in, wherever the users table is.

import type { ParsedDemands } from '../../domain/demands.js'
import { disableUser, enableUser } from '../../kernel/user-changed.js'
import { guarded, type Route } from '../route.js'
import { noQuery } from '../shapes.js'

export const adminUserRoutes = (demands: ParsedDemands): readonly Route[] => [
  guarded({
    method: 'POST',
    path: '{base}/admin/users/{id}/disable',
    summary: 'End everything of a user, who cannot sign in until enabled. Not the last administrator.',
    demands,
    query: noQuery,
    success: { status: 204, schema: null },
    async answer({ kernel, id }) {
      await disableUser(kernel, id, { force: false })
      return { status: 204 }
    },
  }),
  guarded({
    method: 'POST',
    path: '{base}/admin/users/{id}/enable',
    summary: 'Let a disabled user sign in again. What was ended stays ended.',
    demands,
    query: noQuery,
    success: { status: 204, schema: null },
    async answer({ kernel, id }) {
      await enableUser(kernel, id)
      return { status: 204 }
    },
  }),
]
