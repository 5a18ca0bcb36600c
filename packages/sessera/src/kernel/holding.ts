// From a presented handle to what it stands for, with the store's record as the judge. Theft ends the session here.

import type { ParsedHandle } from '../credentials/handle.js'
import { standingOf } from '../domain/rotation.js'
import { endStolenSession } from './end-session.js'
import type { Kernel } from './kernel.js'
import { findLiveSession, type LiveSession } from './live-session.js'
import { fastForward } from './rotate.js'

/** A live session and how the handle stands to it: see `Standing`. */
export interface Holding {
  readonly live: LiveSession
  readonly standing: 'current' | 'young' | 'replay' | 'moved'
}

const attempts = 4

/**
 * Null when the handle is not, or not any more, one that this session answers to.
 *
 * @param find reads the session; once it was found to be behind and was changed, it is read anew
 */
export async function findHolding(
  kernel: Kernel,
  handle: ParsedHandle,
  find: typeof findLiveSession = findLiveSession,
): Promise<Holding | null> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const live = await (attempt === 0 ? find : findLiveSession)(kernel, handle.sessionId)
    if (live === null || !kernel.handles.verify(handle, live.session)) return null
    const standing = standingOf(live.session, handle, { now: live.now, graceMs: kernel.policy.graceMs })
    if (standing === 'stale') return null
    if (standing === 'theft') {
      kernel.log.warn('An outdated refresh token was used again. Its session is ended.', {
        sessionId: handle.sessionId,
      })
      await endStolenSession(kernel, handle.sessionId)
      return null
    }
    if (standing !== 'ahead') return { live, standing }
    await fastForward(kernel, live, handle)
  }
  return null
}
