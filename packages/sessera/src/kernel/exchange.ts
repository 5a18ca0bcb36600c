// The same session, held another way. It takes the handle itself: a short-lived access token must never
// turn into something that lasts.

import type { Mode } from '../domain/principal.js'
import type { Purpose } from '../domain/session.js'
import { AuthError } from '../errors.js'
import { type Grant, grant } from './grant.js'
import { findHolding } from './holding.js'
import type { Kernel } from './kernel.js'
import { rotate } from './rotate.js'

/** @throws AuthError `unauthenticated`; `session_moved` for all but one of several at once. */
export async function exchange(
  kernel: Kernel,
  held: { readonly text: string; readonly purpose: Purpose },
  mode: Mode,
): Promise<Grant> {
  const handle = kernel.handles.parse(held.text, held.purpose)
  const holding = handle === null ? null : await findHolding(kernel, handle)
  if (holding === null) throw new AuthError('unauthenticated')
  if (holding.standing === 'moved' || holding.standing === 'replay') throw new AuthError('session_moved')
  const exchanged = await rotate(kernel, holding.live, { transition: 'exchange', mode })
  if (exchanged === null) throw new AuthError('session_moved')
  const { id: sessionId, userId } = exchanged.session
  kernel.record('session_exchanged', { actorId: userId, userId, sessionId, cause: mode })
  const granted = grant(kernel, exchanged)
  await kernel.knowledge.catchUp()
  return granted
}
