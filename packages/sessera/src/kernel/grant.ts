// What a client receives for a session it may hold: the current handle and, outside session mode, an access token.

import type { Mode, Principal } from '../domain/principal.js'
import type { Session } from '../domain/session.js'
import { AuthError } from '../errors.js'
import type { Kernel } from './kernel.js'
import { isFresh, type LiveSession, principalOf } from './live-session.js'

export interface Grant {
  readonly mode: Mode
  readonly principal: Principal<object>
  readonly handle: string
  /** Null in session mode. */
  readonly accessToken: string | null
  readonly accessTokenSeconds: number
  /** Seconds until the session's absolute end. */
  readonly sessionSeconds: number
  /** Whether the browser should keep the cookie when it is closed ("remember me"). */
  readonly persistent: boolean
  readonly session: Session
  /** What the browser keeps from now on as its device mark. Null: what it has. */
  readonly device: string | null
}

/**
 * Grants from an authoritative read: the token's times are that read's, never later ones.
 *
 * @throws AuthError `unavailable` when the read has become too old to sign on.
 */
export function grant(kernel: Kernel, live: LiveSession): Grant {
  if (!isFresh(kernel, live)) throw new AuthError('unavailable', { retryAfterSeconds: 1 })
  const { session, now } = live
  const minted = session.mode === 'session' ? null : kernel.tokens.mint(live)
  return {
    mode: session.mode,
    // Made when it is asked for: a refresh answers without it.
    get principal() {
      return principalOf(live)
    },
    handle: kernel.handles.issue(session),
    accessToken: minted?.token ?? null,
    accessTokenSeconds: minted?.lifetimeSeconds ?? 0,
    sessionSeconds: Math.max(0, Math.floor((session.expiresAt - now) / 1000)),
    persistent: session.expiresAt - session.createdAt > kernel.policy.session.absoluteSeconds * 1000,
    session,
    device: null,
  }
}
