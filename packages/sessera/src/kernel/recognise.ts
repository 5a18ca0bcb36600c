// What a credential that is not remembered turns out to be: a handle by its session's record, an access token by its
// signature and what is known against it, or by its session's record where that is asked for or nothing is known.

import type { Stamped } from '../changes/revocations.js'
import type { AccessTokenClaims } from '../credentials/access-token.js'
import type { ParsedHandle } from '../credentials/handle.js'
import type { ParsedDemands } from '../domain/demands.js'
import { freezePrincipal, type Mode, type Principal } from '../domain/principal.js'
import { touchIntervalMs } from '../domain/session.js'
import { isOutranked } from '../domain/user.js'
import { findHolding } from './holding.js'
import type { Kernel } from './kernel.js'
import { findLiveSession, type LiveSession, principalOf, shareLiveSession } from './live-session.js'

/** How a credential arrived. */
export type Channel = 'cookie' | 'bearer'

/** The credentials of one request. Null is absent. */
export interface Presented {
  readonly bearer: string | null
  readonly sessionCookie: string | null
  readonly accessCookie: string | null
}

/** Who it is, and, for a browser whose cookies need it, what they should be replaced by. */
export interface Authenticated {
  readonly principal: Principal<object>
  readonly channel: Channel
  /** Of the handle that was presented; null when it was an access token. */
  readonly generation: number | null
  readonly renewal: Renewal | null
}

/** New cookies for the same session: a fresh access token (hybrid), or a handle under the current server key. */
export interface Renewal {
  readonly live: LiveSession
  readonly accessToken: boolean
  readonly handle: boolean
}

/** What a credential turned out to be. */
export interface Found extends Omit<Authenticated, 'channel'> {
  /** The store's time to judge the age of a proof by. */
  readonly now: number
  /** Null when nothing is known of its session but what a token says. */
  readonly memory: Memory | null
  /** True: it holds for this request only. */
  readonly isMomentary: boolean
  /** What it rests on: a read of the store, what a token says and the feed does not deny, or the token alone. */
  readonly basis: LiveSession | Stamped | null
}

export interface Memory {
  readonly userId: string
  readonly sessionId: string
  /** The earliest end of anything that was seen, the store's time. */
  readonly endsAt: number
  readonly idleMs: number
  readonly touchEveryMs: number
  /** When its use was last recorded, the store's time. */
  readonly seenAt: number
}

/** The session handle decides; an access cookie beside it only saves minting a new one. */
export async function fromCookies(
  kernel: Kernel,
  presented: Presented,
  demands: ParsedDemands,
): Promise<Found | null> {
  const { sessionCookie, accessCookie } = presented
  if (sessionCookie === null) {
    return accessCookie === null ? null : await fromToken(kernel, accessCookie, 'hybrid', demands)
  }
  const handle = kernel.handles.parse(sessionCookie, 'session')
  if (handle === null) return null

  const access =
    accessCookie === null ? null : await kernel.tokens.verify(accessCookie, kernel.storeTime.now())
  const companion =
    access !== null && access.sid === handle.sessionId && access.mode === 'hybrid' ? access : null
  if (demands.check === 'local' && companion !== null) return fromClaims(kernel, companion)

  const holding = await findHolding(kernel, handle, readerFor(demands))
  if (holding === null) return null
  return holding.standing === 'moved'
    ? justMoved(handle, holding.live)
    : fromSession(holding.live, handle, companion)
}

function fromSession(live: LiveSession, handle: ParsedHandle, companion: AccessTokenClaims | null): Found {
  const needsAccess =
    live.session.mode === 'hybrid' &&
    (companion === null || isSuperseded(companion, live) || isOver(companion, live.now))
  return {
    principal: principalOf(live),
    generation: handle.generation,
    renewal:
      needsAccess || handle.outdatedKey
        ? { live, accessToken: needsAccess, handle: handle.outdatedKey }
        : null,
    now: live.now,
    basis: live,
    memory: memoryOf(live, companion),
    isMomentary: false,
  }
}

/** The handle was replaced by a raise a moment ago: it still says who, not any more that they proved it. */
function justMoved(handle: ParsedHandle, live: LiveSession): Found {
  return {
    principal: freezePrincipal({ ...principalOf(live), provenAt: 0, factors: [] }),
    generation: handle.generation,
    renewal: null,
    now: live.now,
    basis: live,
    memory: memoryOf(live, null),
    isMomentary: true,
  }
}

/** A token speaks for itself where the feed is followed; otherwise its session is read. */
export async function fromToken(
  kernel: Kernel,
  token: string,
  mode: Mode,
  demands: ParsedDemands,
): Promise<Found | null> {
  const claims = await kernel.tokens.verify(token, kernel.storeTime.now())
  if (claims === null || claims.mode !== mode) return null
  if (demands.check === 'local') return fromClaims(kernel, claims)
  if (demands.check === 'feed' && kernel.knowledge.isLive()) return fromFeed(kernel, claims)

  const live = await readerFor(demands)(kernel, claims.sid)
  if (live === null || isSuperseded(claims, live) || isOver(claims, live.now)) return null
  // The session's own record does not tell how it was held before.
  if (kernel.knowledge.refuses({ ...stampOf(claims), mode: null })) return null
  const authoritative = demands.check === 'store'
  return {
    ...fromClaims(kernel, claims),
    principal: authoritative ? principalOf(live) : kernel.tokens.principalOf(claims),
    now: live.now,
    basis: live,
    memory: memoryOf(live, claims),
    isMomentary: authoritative,
  }
}

/** By its signature, and by nothing known against it under a live lease. */
function fromFeed(kernel: Kernel, claims: AccessTokenClaims): Found | null {
  const { sid: sessionId, sub: userId } = claims
  const basis = stampOf(claims)
  if (kernel.knowledge.refuses(basis)) return null
  const found = fromClaims(kernel, claims)
  if (isOver(claims, found.now)) return null
  // No token outlives the idle limit of its session (see `mint`), so its own end is the only one to look at.
  const { session, remember } = kernel.policy
  const touchEveryMs = touchIntervalMs(Math.min(session.idleSeconds, remember.idleSeconds) * 1000)
  return {
    ...found,
    basis,
    // It was minted when its session was last known to be in use.
    memory: {
      sessionId,
      userId,
      endsAt: claims.exp * 1000,
      idleMs: Infinity,
      touchEveryMs,
      seenAt: claims.iat * 1000,
    },
    isMomentary: false,
  }
}

function stampOf({ sid, sub, mode, epoch, revision, iat }: AccessTokenClaims): Stamped {
  return { sessionId: sid, userId: sub, mode, epoch, revision, issuedAt: iat }
}

/** By its signature alone. */
function fromClaims(kernel: Kernel, claims: AccessTokenClaims): Found {
  return {
    principal: kernel.tokens.principalOf(claims),
    generation: null,
    renewal: null,
    now: kernel.storeTime.now(),
    basis: null,
    memory: null,
    isMomentary: true,
  }
}

/** Issued to somebody else, for another way of holding the session, under a lower epoch, or before roles changed. */
function isSuperseded(claims: AccessTokenClaims, { session, subject }: LiveSession): boolean {
  return (
    claims.sub !== session.userId ||
    claims.mode !== session.mode ||
    claims.revision < subject.revision ||
    isOutranked(subject, { sessionId: claims.sid, epoch: claims.epoch })
  )
}

function isOver(claims: AccessTokenClaims, now: number): boolean {
  return now >= claims.exp * 1000
}

function memoryOf({ session }: LiveSession, claims: AccessTokenClaims | null): Memory {
  const { id: sessionId, userId, expiresAt, idleSeconds, lastSeenAt: seenAt } = session
  const endsAt = claims === null ? expiresAt : Math.min(expiresAt, claims.exp * 1000)
  const idleMs = idleSeconds * 1000
  return { sessionId, userId, endsAt, idleMs, touchEveryMs: touchIntervalMs(idleMs), seenAt }
}

/** Level `store` promises a read that began after the request; the others can join one. */
function readerFor({ check }: ParsedDemands): typeof findLiveSession {
  return check === 'store' ? findLiveSession : shareLiveSession
}
