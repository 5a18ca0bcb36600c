// The one authoritative read: a session, its user's subject row and profile, judged by the store's time.
// What it returns is usable until `maxStaleness` after the read began; everything that grants or decides goes through it.

import type { Followed } from '../changes/follower.js'
import { inTime, LateAnswer } from '../changes/in-time.js'
import { elapsed, type Instant, instant } from '../changes/instant.js'
import { freezePrincipal, type Principal } from '../domain/principal.js'
import { type Session, stateOf } from '../domain/session.js'
import type { Profile, Subject } from '../domain/user.js'
import { AuthError } from '../errors.js'
import type { Kernel } from './kernel.js'

export interface LiveSession {
  readonly session: Session
  readonly subject: Subject
  readonly profile: Profile
  /** The store's time of the read, epoch ms. */
  readonly now: number
  readonly begunAt: Instant
  /** How far the change feed had been applied when the read began. */
  readonly since: Followed
}

const attempts = 2
/** How many sessions may be read at once by requests that share their reads. Beyond it, requests are turned away. */
const maxSharedReads = 5000

/**
 * Reads the session now. Null when it is gone, ended, expired, outranked, or its user is disabled or unknown.
 *
 * @throws AuthError `unavailable` when the store fails or twice takes longer than `maxStaleness`.
 */
export async function findLiveSession(kernel: Kernel, sessionId: string): Promise<LiveSession | null> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    try {
      const live = await inTime(read(kernel, sessionId), kernel.policy.maxStalenessMs)
      if (live === null || isFresh(kernel, live)) return live
    } catch (error) {
      if (!(error instanceof LateAnswer)) throw error
    }
  }
  throw new AuthError('unavailable', { retryAfterSeconds: 1 })
}

/**
 * The same with one read for all who ask at once. It may have begun before the call, no longer ago than it may be used.
 *
 * @throws AuthError `unavailable` also when too many sessions are being read.
 */
export async function shareLiveSession(kernel: Kernel, sessionId: string): Promise<LiveSession | null> {
  const { sharedReads } = kernel
  const shared = sharedReads.get(sessionId)
  if (shared !== undefined) return await shared
  if (sharedReads.size >= maxSharedReads) throw new AuthError('unavailable', { retryAfterSeconds: 1 })
  const reading = findLiveSession(kernel, sessionId).finally(() => sharedReads.delete(sessionId))
  sharedReads.set(sessionId, reading)
  return await reading
}

async function read(kernel: Kernel, sessionId: string): Promise<LiveSession | null> {
  const begunAt = instant(kernel.clock)
  const since = kernel.knowledge.position()
  const { value, now } = await kernel.store.sessions.find(sessionId)
  if (value === null || stateOf(value, now) !== 'live' || isKnownEnded(kernel, value.session)) return null
  const profile = await kernel.users.profileOf(value)
  const { session, subject } = value
  return profile === null ? null : { session, subject, profile, now, begunAt, since }
}

/** A store that took over from another may have lost the end of a session which this process has heard of. */
function isKnownEnded(kernel: Kernel, { id: sessionId, userId, epoch }: Session): boolean {
  const revision = Infinity
  return kernel.knowledge.refuses({ sessionId, userId, mode: null, epoch, revision, issuedAt: Infinity })
}

export function isFresh(kernel: Kernel, { begunAt }: LiveSession): boolean {
  return elapsed(begunAt, instant(kernel.clock)) <= kernel.policy.maxStalenessMs
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
