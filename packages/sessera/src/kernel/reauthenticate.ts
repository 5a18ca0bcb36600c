// Re-authentication renews the proof and, as every raise of privilege must (ASVS 5.0 7.2.4), the handle.

import { AuthError } from '../errors.js'
import { type Grant, grant } from './grant.js'
import type { Kernel } from './kernel.js'
import { findLiveSession } from './live-session.js'
import { requirePassword, requireSessionId } from './prove.js'
import type { Authenticated } from './recognise.js'
import { recordingRefusal } from './record-refusal.js'
import { rotate } from './rotate.js'
import { wholeSeconds } from './start-session.js'

/**
 * @throws AuthError `invalid_credentials`; `session_moved` when the handle that was presented has been replaced
 * meanwhile: what replaced it is for whoever replaced it.
 */
export async function reauthenticate(kernel: Kernel, who: Authenticated, password: string): Promise<Grant> {
  const sessionId = requireSessionId(who.principal)
  const { id: userId } = who.principal
  await recordingRefusal(kernel, { name: 'authn_login_fail', userId, sessionId }, () =>
    requirePassword(kernel, who.principal, password),
  )
  const live = await findLiveSession(kernel, sessionId)
  if (live === null) throw new AuthError('unauthenticated')
  if (who.generation !== null && who.generation !== live.session.generation)
    throw new AuthError('session_moved')
  const raised = await rotate(kernel, live, {
    transition: 'raise',
    provenAt: wholeSeconds(live.now),
    factors: [...new Set([...live.session.factors, 'pwd'])],
  })
  if (raised === null) throw new AuthError('session_moved')
  kernel.record('authn_reauthenticated', { actorId: userId, userId, sessionId })
  const granted = grant(kernel, raised)
  await kernel.knowledge.catchUp()
  return granted
}
