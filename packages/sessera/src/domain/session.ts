// The session record behind every sign-in, and the rules that need nothing but it, the subject and the store's time.

import type { Mode } from './principal.js'
import { isOutranked, type Subject } from './user.js'

/** What a handle is for. It is part of the handle's MAC: a refresh handle never serves as a session cookie. */
export type Purpose = 'session' | 'refresh'

/** What made the current generation. Only a `refresh` replays its successor to those who come late. */
export type Transition = 'refresh' | 'raise' | 'exchange'

/** One sign-in by one user on one device. Times are epoch ms by the store's clock. */
export interface Session {
  /** 128 random bits, 22 characters of base64url. Not a secret. */
  readonly id: string
  readonly userId: string
  readonly clientId: string | null
  readonly mode: Mode
  readonly purpose: Purpose
  /** Counts the handles issued for this session; only the latest is current. */
  readonly generation: number
  /** 128 random bits, 22 characters of base64url: with the server key it makes the handles, alone it opens nothing. */
  readonly seed: string
  readonly lastTransition: Transition
  /** When the current generation began. */
  readonly rotatedAt: number
  readonly epoch: number
  readonly createdAt: number
  /** When the person last proved who they are, in whole seconds (expressed in ms). */
  readonly provenAt: number
  readonly factors: readonly string[]
  readonly lastSeenAt: number
  readonly idleSeconds: number
  /** The absolute end. Never slides (ASVS 5.0 7.3.2). */
  readonly expiresAt: number
  readonly ip: string | null
  readonly userAgent: string | null
  readonly label: string | null
  /** Raised by every compare-and-set, so that of two writers one loses. */
  readonly version: number
}

/** A session together with its user's subject row, read in one step. */
export interface SessionWithSubject {
  readonly session: Session
  readonly subject: Subject
}

export type SessionState = 'live' | 'expired' | 'idle' | 'outranked' | 'disabled'

export function purposeOf(mode: Mode): Purpose {
  return mode === 'token' ? 'refresh' : 'session'
}

/** Whether a session may still be used at `now`, the store's time. Anything but `live` refuses. */
export function stateOf({ session, subject }: SessionWithSubject, now: number): SessionState {
  if (subject.disabledAt !== null) return 'disabled'
  if (isOutranked(subject, { sessionId: session.id, epoch: session.epoch })) return 'outranked'
  if (now >= session.expiresAt) return 'expired'
  if (now >= session.lastSeenAt + session.idleSeconds * 1000) return 'idle'
  return 'live'
}

/** How old the record of the last use may get before it is worth a write, ms: min(60 s, idle/10). */
export function touchIntervalMs(idleMs: number): number {
  return Math.min(60_000, idleMs / 10)
}
