// The primitive under every way to sign in: somebody has proven who they are, now their session begins.

import type { Mode } from '../domain/principal.js'
import { purposeOf, type Session } from '../domain/session.js'
import type { Subject } from '../domain/user.js'
import { AuthError } from '../errors.js'
import { announceEnd, recordEnd } from './end-session.js'
import { type Grant, grant } from './grant.js'
import type { Kernel } from './kernel.js'
import { findLiveSession } from './live-session.js'
import { checkUserId } from './user-directory.js'

export interface NewSession {
  readonly mode: Mode
  /** RFC 8176 `amr` values, such as `pwd`. */
  readonly factors: readonly string[]
  readonly remember: boolean
  /** The device mark as sent, null without one: the grant brings one that vouches for this user too. Left out: no mark. */
  readonly device?: string | null
}

/** Starts a session for a user whose proof was made elsewhere (own form, Passport, SAML, social). */
export async function startSession(kernel: Kernel, userId: string, wanted: NewSession): Promise<Grant> {
  const { value: subject } = await kernel.store.subjects.ensure(checkUserId(userId))
  return await startSessionFor(kernel, subject, wanted)
}

/**
 * @param subject as read with or before the proof: if the password or anything else was changed since, the session is
 * born outranked, removed, and this refuses.
 * @throws AuthError `sign_in_refused` by `beforeSignIn`, `invalid_credentials` when the user is disabled or unknown, or
 * what proved them has been changed meanwhile.
 */
export async function startSessionFor(kernel: Kernel, subject: Subject, wanted: NewSession): Promise<Grant> {
  const { userId } = subject
  if (subject.disabledAt !== null || (await kernel.users.load(userId)) === null)
    throw new AuthError('invalid_credentials')
  const { ip, userAgent } = kernel.circumstances
  await kernel.policy.beforeSignIn({ userId, from: { ip, userAgent } })

  const session = newSession(kernel, subject, wanted)
  const { value: created } = await kernel.store.sessions.create(session)
  if (!created) throw new AuthError('conflict')
  const live = await findLiveSession(kernel, session.id)
  if (live === null) {
    await kernel.store.sessions.end(session.id)
    throw new AuthError('invalid_credentials')
  }
  const granted = grant(kernel, live)
  const { id: sessionId, mode } = session
  kernel.record('session_created', { actorId: userId, userId, sessionId, cause: mode })
  await endTooMany(kernel, session)
  kernel.events.emit('signedIn', { userId, sessionId, mode })
  const { device } = wanted
  return device === undefined ? granted : { ...granted, device: kernel.devices.renew(device, userId) }
}

/** Asked after the session was made: of many that begin at once, the last to ask counts them all. */
async function endTooMany(kernel: Kernel, { id, userId }: Session): Promise<void> {
  const { sessionsPerUser: most } = kernel.policy
  const { value: sessions } = await kernel.store.sessions.list(userId)
  if (sessions.length <= most) return
  const { value: ended } = await kernel.store.sessions.endBeyond(userId, most, id)
  for (const session of ended) recordEnd(kernel, session, 'too_many')
  if (ended.length > 0) await kernel.knowledge.catchUp()
  for (const session of ended) announceEnd(kernel, session, 'too_many')
}

function newSession(kernel: Kernel, subject: Subject, { mode, factors, remember }: NewSession): Session {
  const { ip, userAgent } = kernel.circumstances
  const { idleSeconds, absoluteSeconds } = remember ? kernel.policy.remember : kernel.policy.session
  const now = kernel.storeTime.now()
  return {
    id: kernel.random.bytes(16).toString('base64url'),
    userId: subject.userId,
    clientId: null,
    mode,
    purpose: purposeOf(mode),
    generation: 1,
    seed: kernel.random.bytes(16).toString('base64url'),
    lastTransition: 'refresh',
    rotatedAt: now,
    epoch: subject.epoch,
    createdAt: now,
    provenAt: wholeSeconds(now),
    factors,
    lastSeenAt: now,
    idleSeconds,
    expiresAt: now + absoluteSeconds * 1000,
    ip,
    userAgent: userAgent?.replace(/\p{Cc}/gu, ' ').slice(0, 512) ?? null,
    label: null,
    version: 1,
  }
}

/** Down to the second, all that a token's `auth_time` can say; an older proof is the safe side. */
export function wholeSeconds(ms: number): number {
  return Math.floor(ms / 1000) * 1000
}
