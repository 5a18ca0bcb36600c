// The one authoritative read: a session, its user's subject row and profile, judged by the store's time.
// What it returns is usable until `maxStaleness` after the read began; everything that grants or decides goes through it.

import type { Instant } from '../credentials/remembered.js'
import { freezePrincipal, type Principal } from '../domain/principal.js'
import { isTouchDue, type Session, stateOf } from '../domain/session.js'
import type { Profile, Subject } from '../domain/user.js'
import { AuthError } from '../errors.js'
import type { Kernel } from './kernel.js'
import { elapsedSince, instant } from './store-time.js'

export interface LiveSession {
  readonly session: Session
  readonly subject: Subject
  readonly profile: Profile
  /** The store's time of the read, epoch ms. */
  readonly now: number
  readonly begunAt: Instant
}

const attempts = 2

/**
 * Reads the session now. Null when it is gone, ended, expired, outranked, or its user is disabled or unknown.
 *
 * @throws AuthError `unavailable` when the store fails or twice takes longer than `maxStaleness`.
 */
export async function findLiveSession(kernel: Kernel, sessionId: string): Promise<LiveSession | null> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const begunAt = instant(kernel.clock)
    const { value, now } = await kernel.store.sessions.find(sessionId)
    if (value === null || stateOf(value, now) !== 'live') return null
    const profile = await kernel.users.load(value.session.userId)
    if (profile === null) return null
    const live: LiveSession = { ...value, profile, now, begunAt }
    if (isFresh(kernel, live)) return live
  }
  throw new AuthError('unavailable', { retryAfterSeconds: 1 })
}

export function isFresh(kernel: Kernel, live: LiveSession): boolean {
  return elapsedSince(live.begunAt, kernel.clock) <= kernel.policy.maxStalenessMs
}

/**
 * Records that the session is in use, when the last record is old enough. Not waited for: what was read would grow old
 * meanwhile, and a failure costs nobody their request.
 */
export function touch(kernel: Kernel, { session, now }: LiveSession): void {
  if (!isTouchDue(session, now)) return
  kernel.store.sessions.touch(session.id, now).catch((error: unknown) => {
    kernel.log.warn('Could not record that a session was in use.', { sessionId: session.id, error })
  })
}

export function principalOf({ session, profile }: LiveSession): Principal<object> {
  return freezePrincipal({
    kind: 'user',
    id: session.userId,
    username: profile.username,
    sessionId: session.id,
    mode: session.mode,
    roles: profile.roles,
    scopes: [],
    factors: session.factors,
    provenAt: session.provenAt,
    claims: profile.claims,
  })
}
