// Who am I, my devices, my password.

import { noDemands, parseDemands } from '../../domain/demands.js'
import type { Session } from '../../domain/session.js'
import { AuthError } from '../../errors.js'
import { changePassword } from '../../kernel/change-password.js'
import { endAllSessions, endOwnSession } from '../../kernel/end-session.js'
import { listSessions } from '../../kernel/list-sessions.js'
import { requireSessionId } from '../../kernel/prove.js'
import * as shape from '../contract.js'
import { clearAll } from '../deliver.js'
import { guarded, type Route } from '../route.js'

// ASVS 5.0 7.5.2: a stolen session must not be able to end the others.
const recentProof = parseDemands({ provenWithin: '15m' })

export const sessionRoutes: readonly Route[] = [
  guarded({
    method: 'GET',
    path: '{base}/me',
    summary: 'Who the request is from.',
    demands: noDemands,
    success: { status: 200, schema: shape.principal },
    answer: async ({ who }) => ({ status: 200, json: who.principal }),
  }),
  guarded({
    method: 'GET',
    path: '{base}/sessions',
    summary: 'The sessions of the caller, one for each device signed in.',
    demands: noDemands,
    success: { status: 200, schema: shape.sessionList },
    async answer({ kernel, who }) {
      const sessions = await listSessions(kernel, who.principal.id)
      return { status: 200, json: { sessions: describeSessions(sessions, who.principal.sessionId) } }
    },
  }),
  guarded({
    method: 'DELETE',
    path: '{base}/sessions/{id}',
    summary: 'End one session of the caller. Takes a proof of the last 15 minutes.',
    demands: recentProof,
    success: { status: 204, schema: null },
    async answer({ core, kernel, who, id }) {
      if (!(await endOwnSession(kernel, who.principal.id, id))) {
        throw new AuthError('not_found', { detail: 'You have no such session.' })
      }
      return { status: 204, setCookies: id === who.principal.sessionId ? clearAll(core.cookies) : [] }
    },
  }),
  guarded({
    method: 'DELETE',
    path: '{base}/sessions',
    summary: 'End all other sessions of the caller. Takes a proof of the last 15 minutes.',
    demands: recentProof,
    success: { status: 200, schema: shape.ended },
    async answer({ kernel, who: { principal } }) {
      const spare = requireSessionId(principal)
      const ended = await endAllSessions(kernel, { userId: principal.id, spare, cause: 'ended_by_user' })
      return { status: 200, json: { ended } }
    },
  }),
  guarded({
    method: 'POST',
    path: '{base}/password',
    summary: 'Set a new password. All other sessions of the caller end.',
    demands: noDemands,
    body: shape.passwordBody,
    success: { status: 204, schema: null },
    async answer({ kernel, who }, passwords) {
      await changePassword(kernel, who.principal, passwords)
      return { status: 204 }
    },
  }),
]

/** Sessions as people may see them: nothing that a credential is made of. */
export function describeSessions(
  sessions: readonly Session[],
  currentId: string | null,
): shape.SessionListAnswer['sessions'] {
  return sessions.map(({ id, mode, createdAt, lastSeenAt, expiresAt, ip, userAgent }) => {
    return { id, current: id === currentId, mode, createdAt, lastSeenAt, expiresAt, ip, userAgent }
  })
}
