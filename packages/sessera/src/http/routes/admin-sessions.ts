// Administration of sessions: anyone's, to look at and to end.

import type { ParsedDemands } from '../../domain/demands.js'
import { AuthError } from '../../errors.js'
import { endAllSessions, endSession } from '../../kernel/end-session.js'
import { listSessions } from '../../kernel/list-sessions.js'
import { ended, sessionList } from '../contract.js'
import { guarded, type Route } from '../route.js'
import { noQuery } from '../shapes.js'
import { describeSessions } from './sessions.js'

export const adminSessionRoutes = (demands: ParsedDemands): readonly Route[] => [
  guarded({
    method: 'GET',
    path: '{base}/admin/users/{id}/sessions',
    summary: 'The sessions of a user.',
    demands,
    query: noQuery,
    success: { status: 200, schema: sessionList },
    async answer({ kernel, who, id }) {
      const sessions = await listSessions(kernel, id)
      return { status: 200, json: { sessions: describeSessions(sessions, who.principal.sessionId) } }
    },
  }),
  guarded({
    method: 'DELETE',
    path: '{base}/admin/users/{id}/sessions',
    summary: 'End all sessions of a user, and every token made from them.',
    demands,
    query: noQuery,
    success: { status: 200, schema: ended },
    async answer({ kernel, id: userId }) {
      const ending = { userId, spare: null, cause: 'ended_by_administrator' }
      return { status: 200, json: { ended: await endAllSessions(kernel, ending) } }
    },
  }),
  guarded({
    method: 'DELETE',
    path: '{base}/admin/sessions/{id}',
    summary: 'End one session, whoever has it.',
    demands,
    query: noQuery,
    success: { status: 204, schema: null },
    async answer({ kernel, id }) {
      if (!(await endSession(kernel, id, 'ended_by_administrator'))) {
        throw new AuthError('not_found', { detail: 'There is no such session.' })
      }
      return { status: 204 }
    },
  }),
]
