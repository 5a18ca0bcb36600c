// THE hot path: from what a request presents to the principal it is from.
// A remembered credential answers in `recall`, synchronously; what is not is recognised, decided on and remembered here.

import { instant } from '../changes/instant.js'
import { keyOfBearer, keyOfCookies } from '../credentials/remembered.js'
import { type ParsedDemands, refuseUnmet } from '../domain/demands.js'
import type { Principal } from '../domain/principal.js'
import { AuthError } from '../errors.js'
import type { Circumstances } from './circumstances.js'
import type { Kernel } from './kernel.js'
import { isFresh } from './live-session.js'
import {
  type Authenticated,
  type Found,
  fromCookies,
  fromToken,
  type Memory,
  type Presented,
} from './recognise.js'

/** Where a request comes from, read only when that has to be told. */
export type Seen = Omit<Circumstances, 'actorId'>

/** Throws where a request is not to be taken for theirs, before it is told what they may. */
export type Admit = (who: Authenticated) => void

const anyRequest: Admit = () => {}

/** Answers from memory, or null: not known here, call `authenticate`. No I/O, no promise. Throws what `admit` and `refuseUnmet` throw. */
export function recall(
  kernel: Kernel,
  presented: Presented,
  demands: ParsedDemands,
  seen: Seen | null = null,
  admit: Admit = anyRequest,
): Authenticated | null {
  return recallKey(kernel, keyOf(presented), demands, seen, admit)
}

function recallKey(
  kernel: Kernel,
  key: string | null,
  demands: ParsedDemands,
  seen: Seen | null,
  admit: Admit,
): Authenticated | null {
  if (demands.check === 'store') return null
  const entry = key === null ? null : kernel.remembered.find(key)
  if (key === null || entry === null) return null
  const moment = instant(kernel.clock)
  if (!kernel.knowledge.isLive(moment)) return null
  const now = kernel.storeTime.at(moment)
  // Idle as far as memory goes: other processes may have seen it since, so the store is asked.
  if (now >= entry.endsAt || now >= entry.seenAt + entry.idleMs) {
    kernel.remembered.forget(key)
    return null
  }
  kernel.remembered.tally.hits += 1
  admit(entry.authenticated)
  try {
    refuseUnmet(entry.authenticated.principal, demands, now)
  } catch (refusal) {
    recordRefusal(kernel, entry.authenticated.principal, { refusal, seen })
    throw refusal
  }
  if (noteUse(kernel, entry.authenticated, entry, now)) entry.seenAt = now
  return entry.authenticated
}

/**
 * @throws AuthError `unauthenticated` or `invalid_token` when nobody is recognised, `ambiguous_credentials` when two
 * are, `unavailable` when the store cannot tell, what `admit` throws, or what the demands ask for.
 */
export async function authenticate(
  kernel: Kernel,
  presented: Presented,
  demands: ParsedDemands,
  seen: Seen | null = null,
  admit: Admit = anyRequest,
): Promise<Authenticated> {
  if (isEmpty(presented)) throw new AuthError('unauthenticated')
  if (demands.check === 'feed' && !kernel.knowledge.isLive()) await kernel.knowledge.confirm()
  const key = keyOf(presented)
  const remembered = recallKey(kernel, key, demands, seen, admit)
  if (remembered !== null) return remembered
  if (demands.check !== 'store') kernel.remembered.tally.misses += 1

  const byCookie = await fromCookies(kernel, presented, demands)
  const byBearer =
    presented.bearer === null ? null : await fromToken(kernel, presented.bearer, 'token', demands)
  if (presented.bearer !== null && byBearer === null) throw new AuthError('invalid_token')
  if (byCookie !== null && byBearer !== null && byCookie.principal.id !== byBearer.principal.id) {
    throw new AuthError('ambiguous_credentials')
  }
  const found = byBearer ?? byCookie
  if (found === null) throw new AuthError('unauthenticated')

  refuseOutdated(kernel, found, demands)
  const { principal, generation, renewal, memory, now } = found
  const channel = byCookie === null ? 'bearer' : 'cookie'
  const authenticated = Object.freeze({ principal, channel, generation, renewal })
  if (memory !== null) {
    const seenAt = noteUse(kernel, authenticated, memory, now) ? now : memory.seenAt
    if (key !== null && isLasting(kernel, found)) {
      kernel.remembered.fill(key, { ...memory, seenAt, authenticated })
    }
  }
  admit(authenticated)
  try {
    refuseUnmet(principal, demands, now)
  } catch (refusal) {
    recordRefusal(kernel, principal, { refusal, seen })
    throw refusal
  }
  return authenticated
}

/** What is refused to somebody who is known is on record (ASVS 5.0 16.3.2). Only then is looked at where it came from. */
function recordRefusal(
  { record }: Kernel,
  { id: actorId, sessionId }: Principal<object>,
  { refusal, seen }: { readonly refusal: unknown; readonly seen: Seen | null },
): void {
  if (!(refusal instanceof AuthError) || refusal.status !== 403) return
  const { ip = null, userAgent = null, requestId = null } = seen ?? {}
  record('authz_fail', { actorId, sessionId, ip, userAgent, requestId, cause: refusal.code })
}

/** The decision is made here, in one step: what it rests on must hold now, whatever was awaited meanwhile. */
function refuseOutdated(kernel: Kernel, { basis }: Found, { check }: ParsedDemands): void {
  if (basis === null) {
    if (check !== 'local') throw new AuthError('unavailable', { retryAfterSeconds: 1 })
  } else if ('begunAt' in basis) {
    if (!isFresh(kernel, basis)) throw new AuthError('unavailable', { retryAfterSeconds: 1 })
  } else {
    if (!kernel.knowledge.isLive()) throw new AuthError('unavailable', { retryAfterSeconds: 1 })
    if (kernel.knowledge.refuses(basis)) throw new AuthError('invalid_token')
  }
}

/** What was read does not last if a change that was applied since the read began may be about it. */
function isLasting(kernel: Kernel, { memory, basis, renewal, isMomentary }: Found): boolean {
  if (memory === null || basis === null || renewal !== null || isMomentary) return false
  return !('begunAt' in basis) || kernel.knowledge.admits(memory.sessionId, memory.userId, basis.since)
}

/** Whether the use was worth recording. */
function noteUse(
  kernel: Kernel,
  { principal: { sessionId } }: Authenticated,
  { seenAt, touchEveryMs }: Pick<Memory, 'seenAt' | 'touchEveryMs'>,
  now: number,
): boolean {
  if (now - seenAt < touchEveryMs || sessionId === null) return false
  kernel.touches.note(sessionId, now)
  return true
}

function isEmpty({ bearer, sessionCookie, accessCookie }: Presented): boolean {
  return bearer === null && sessionCookie === null && accessCookie === null
}

function keyOf({ bearer, sessionCookie, accessCookie }: Presented): string | null {
  if (bearer === null) return keyOfCookies(sessionCookie, accessCookie)
  return sessionCookie === null && accessCookie === null ? keyOfBearer(bearer) : null
}
