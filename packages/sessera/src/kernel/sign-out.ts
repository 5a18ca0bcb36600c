// Sign-out works with whichever credential is left, an outdated handle or an expired access token included,
// and is the same the second time.

import type { Purpose } from '../domain/session.js'
import type { EndCause } from '../ports/events.js'
import { endHeldSession } from './end-session.js'
import type { Kernel } from './kernel.js'

/** What a client still holds of its session. Null is absent. */
export interface Held {
  readonly bearer: string | null
  readonly sessionCookie: string | null
  readonly accessCookie: string | null
  readonly refreshTokens: readonly (string | null)[]
}

/** Ends the session behind every credential presented that is or was ours. Nothing recognised: nothing to do. */
export async function signOut(kernel: Kernel, held: Held, cause: EndCause = 'signed_out'): Promise<void> {
  const sessionIds = new Set<string>()
  const handles = [
    [held.sessionCookie, 'session'],
    ...held.refreshTokens.map((text) => [text, 'refresh'] as const),
  ] as const
  for (const [text, purpose] of handles) {
    const id = text === null ? null : await sessionOfHandle(kernel, text, purpose)
    if (id !== null) sessionIds.add(id)
  }
  for (const token of [held.bearer, held.accessCookie]) {
    const id = token === null ? null : kernel.tokens.sessionOf(token, kernel.storeTime.now())
    if (id !== null) sessionIds.add(id)
  }
  for (const id of sessionIds) await endHeldSession(kernel, id, cause)
}

/** Any generation will do: whoever holds even an outdated handle may end the session, never more than that. */
async function sessionOfHandle(kernel: Kernel, text: string, purpose: Purpose): Promise<string | null> {
  const handle = kernel.handles.parse(text, purpose)
  if (handle === null) return null
  const { value } = await kernel.store.sessions.find(handle.sessionId)
  return value !== null && kernel.handles.verify(handle, value.session) ? handle.sessionId : null
}
