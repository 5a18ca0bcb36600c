// THE hot path: from what a request presents to the principal it is from.
// A remembered credential answers in `recall`, synchronously; everything else reads the store in `authenticate`.

import type { AccessTokenClaims } from '../credentials/access-token.js'
import type { ParsedHandle } from '../credentials/handle.js'
import { type Channel, rememberedKey } from '../credentials/remembered.js'
import { type ParsedDemands, refuseUnmet } from '../domain/demands.js'
import { freezePrincipal, type Mode, type Principal } from '../domain/principal.js'
import { isOutranked } from '../domain/user.js'
import { AuthError } from '../errors.js'
import { findHolding } from './holding.js'
import type { Kernel } from './kernel.js'
import { findLiveSession, type LiveSession, principalOf, touch } from './live-session.js'
import { elapsedSince } from './store-time.js'

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
interface Found extends Authenticated {
  /** The store's time to judge the age of a proof by. */
  readonly now: number
  /** The read that this may be remembered from; null when it must not be. */
  readonly live: LiveSession | null
  readonly usableMs: number
}

/** Answers from memory, or null: not known here, call `authenticate`. No I/O, no promise. Throws what `refuseUnmet` throws. */
export function recall(kernel: Kernel, presented: Presented, demands: ParsedDemands): Authenticated | null {
  if (demands.check === 'store') return null
  const key = keyOf(presented)
  if (key === null) return null
  const entry = kernel.remembered.find(key)
  if (entry === null) return null
  const elapsed = elapsedSince(entry.begunAt, kernel.clock)
  if (elapsed >= entry.usableMs) {
    kernel.remembered.forget(key)
    return null
  }
  refuseUnmet(entry.authenticated.principal, demands, entry.storeNow + elapsed)
  return entry.authenticated
}

/**
 * @throws AuthError `unauthenticated` or `invalid_token` when nobody is recognised, `ambiguous_credentials` when two
 * are, `unavailable` when the store cannot tell, or what the demands ask for.
 */
export async function authenticate(
  kernel: Kernel,
  presented: Presented,
  demands: ParsedDemands,
): Promise<Authenticated> {
  const remembered = recall(kernel, presented, demands)
  if (remembered !== null) return remembered

  const ticket = kernel.remembered.begin()
  const byCookie = await fromCookies(kernel, presented, demands)
  const byBearer =
    presented.bearer === null ? null : await fromToken(kernel, presented.bearer, 'token', demands)
  if (presented.bearer !== null && byBearer === null) throw new AuthError('invalid_token')
  if (byCookie !== null && byBearer !== null && byCookie.principal.id !== byBearer.principal.id) {
    throw new AuthError('ambiguous_credentials')
  }
  const found = byBearer ?? byCookie
  if (found === null) throw new AuthError('unauthenticated')

  const { principal, generation, renewal, now } = found
  const authenticated = Object.freeze({
    principal,
    generation,
    renewal,
    channel: byCookie === null ? 'bearer' : 'cookie',
  })
  const key = keyOf(presented)
  if (key !== null && found.live !== null && renewal === null) {
    const { session, begunAt } = found.live
    const entry = {
      authenticated,
      userId: session.userId,
      sessionId: session.id,
      storeNow: now,
      begunAt,
      usableMs: found.usableMs,
    }
    kernel.remembered.fill(key, entry, ticket)
  }
  refuseUnmet(principal, demands, now)
  return authenticated
}

/** The session handle decides; an access cookie beside it only saves minting a new one. */
async function fromCookies(
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

  const holding = await findHolding(kernel, handle)
  if (holding === null) return null
  touch(kernel, holding.live)
  return holding.standing === 'moved'
    ? justMoved(handle, holding.live)
    : fromSession(kernel, holding.live, handle, companion)
}

function fromSession(
  kernel: Kernel,
  live: LiveSession,
  handle: ParsedHandle,
  companion: AccessTokenClaims | null,
): Found {
  const needsAccess =
    live.session.mode === 'hybrid' &&
    (companion === null || isSuperseded(companion, live) || isOver(companion, live.now))
  return {
    principal: principalOf(live),
    channel: 'cookie',
    generation: handle.generation,
    renewal:
      needsAccess || handle.outdatedKey
        ? { live, accessToken: needsAccess, handle: handle.outdatedKey }
        : null,
    now: live.now,
    live,
    usableMs: usableMs(kernel, live, companion),
  }
}

/** The handle was replaced by a raise a moment ago: it still says who, not any more that they proved it. */
function justMoved(handle: ParsedHandle, live: LiveSession): Found {
  return {
    principal: freezePrincipal({ ...principalOf(live), provenAt: 0, factors: [] }),
    channel: 'cookie',
    generation: handle.generation,
    renewal: null,
    now: live.now,
    live: null,
    usableMs: 0,
  }
}

async function fromToken(
  kernel: Kernel,
  token: string,
  mode: Mode,
  demands: ParsedDemands,
): Promise<Found | null> {
  const claims = await kernel.tokens.verify(token, kernel.storeTime.now())
  if (claims === null || claims.mode !== mode) return null
  if (demands.check === 'local') return fromClaims(kernel, claims)

  const live = await findLiveSession(kernel, claims.sid)
  if (live === null || isSuperseded(claims, live) || isOver(claims, live.now)) return null
  touch(kernel, live)
  const authoritative = demands.check === 'store'
  return {
    ...fromClaims(kernel, claims),
    principal: authoritative ? principalOf(live) : kernel.tokens.principalOf(claims),
    now: live.now,
    live: authoritative ? null : live,
    usableMs: usableMs(kernel, live, claims),
  }
}

/** By its signature alone. */
function fromClaims(kernel: Kernel, claims: AccessTokenClaims): Found {
  return {
    principal: kernel.tokens.principalOf(claims),
    channel: claims.mode === 'token' ? 'bearer' : 'cookie',
    generation: null,
    renewal: null,
    now: kernel.storeTime.now(),
    live: null,
    usableMs: 0,
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

/** Never beyond the age limit of the read, nor beyond the end of anything that it showed. */
function usableMs(kernel: Kernel, live: LiveSession, claims: AccessTokenClaims | null): number {
  const { expiresAt, lastSeenAt, idleSeconds } = live.session
  const ends = [expiresAt, Math.max(lastSeenAt, live.now) + idleSeconds * 1000]
  if (claims !== null) ends.push(claims.exp * 1000)
  return Math.min(kernel.policy.maxStalenessMs, ...ends.map((end) => end - live.now))
}

function keyOf({ bearer, sessionCookie, accessCookie }: Presented): string | null {
  if (bearer !== null)
    return sessionCookie === null && accessCookie === null ? rememberedKey('bearer', bearer) : null
  if (sessionCookie === null && accessCookie === null) return null
  // No cookie's value has a semicolon, so no other pair of cookies spells the same text.
  return rememberedKey('cookie', `${sessionCookie ?? ''};${accessCookie ?? ''}`)
}
