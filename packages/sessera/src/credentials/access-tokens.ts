// Access tokens as the rest of Sessera uses them: minted for a session, verified into claims, read as a principal.

import { freezePrincipal, type Principal } from '../domain/principal.js'
import type { Session } from '../domain/session.js'
import type { Profile, Subject } from '../domain/user.js'
import type { Random } from '../ports/random.js'
import {
  type AccessTokenClaims,
  type AccessTokenResult,
  createTokenId,
  signAccessToken,
  verifyAccessToken,
} from './access-token.js'
import type { Keyring } from './keyring.js'

/** What a token says, all of it from one authoritative read. */
export interface TokenSubject {
  readonly session: Session
  readonly subject: Subject
  readonly profile: Profile
  /** The store's time of that read, epoch ms: becomes `iat`, so that no token outlives the entry that revokes it. */
  readonly now: number
}

export interface MintedToken {
  readonly token: string
  /** Seconds from the read that it was minted from. Never beyond the session's own limits. */
  readonly lifetimeSeconds: number
}

export interface AccessTokens {
  mint(what: TokenSubject): MintedToken
  /** The claims of a token of ours that is valid at `now` (epoch ms); null for anything else, for whatever reason. */
  verify(token: string, now: number): Promise<AccessTokenClaims | null>
  /**
   * The session of a token of ours, even one that has expired, as long as its key is there; null for anything else.
   * Good enough to end that session, and for nothing else.
   */
  sessionOf(token: string, now: number): string | null
  principalOf(claims: AccessTokenClaims): Principal<object>
}

export interface AccessTokenSettings {
  readonly keyring: Keyring
  readonly random: Random
  readonly issuer: string
  readonly audience: string
  readonly lifetimeSeconds: number
}

/** How far this node's idea of the store's time may be off, seconds. */
export const clockSkewSeconds = 5
const maxLifetimeSeconds = 900
const longestSessionSeconds = 366 * 86_400
const firstParty = 'sessera'

export function createAccessTokens({
  keyring,
  random,
  issuer,
  audience,
  lifetimeSeconds,
}: AccessTokenSettings): AccessTokens {
  const findKey = keyring.findKey
  const check = (token: string, now: number, skewSeconds = clockSkewSeconds): AccessTokenResult =>
    verifyAccessToken(token, {
      findKey,
      issuer,
      audience,
      now,
      maxLifetimeSeconds,
      skewSeconds,
    })

  return {
    mint({ session, subject, profile, now }) {
      const iat = Math.floor(now / 1000)
      const untilEnd = Math.floor(session.expiresAt / 1000) - iat
      const seconds = Math.min(lifetimeSeconds, session.idleSeconds, untilEnd)
      const token = signAccessToken(
        {
          iss: issuer,
          sub: session.userId,
          aud: audience,
          exp: iat + seconds,
          iat,
          jti: createTokenId(random),
          client_id: session.clientId ?? firstParty,
          sid: session.id,
          epoch: subject.epoch,
          revision: subject.revision,
          auth_time: session.provenAt / 1000,
          amr: session.factors,
          roles: profile.roles,
          preferred_username: profile.username,
          mode: session.mode === 'hybrid' ? 'hybrid' : 'token',
          ...(isEmpty(profile.claims) ? {} : { claims: profile.claims }),
        },
        keyring.signingKey(now),
      )
      return { token, lifetimeSeconds: seconds }
    },

    async verify(token, now) {
      const first = check(token, now)
      if (first.ok) return first.claims
      if (first.reason !== 'unknown_key') return null
      // Perhaps another node made the key a moment ago. All who ask meanwhile share one look.
      await keyring.reload()
      const second = check(token, now)
      return second.ok ? second.claims : null
    },

    sessionOf(token, now) {
      const result = check(token, now, longestSessionSeconds)
      return result.ok ? result.claims.sid : null
    },

    principalOf: (claims) =>
      freezePrincipal({
        kind: 'user',
        id: claims.sub,
        username: claims.preferred_username,
        sessionId: claims.sid,
        mode: claims.mode,
        roles: claims.roles,
        scopes: claims.scope?.split(' ') ?? [],
        factors: claims.amr,
        provenAt: claims.auth_time * 1000,
        claims: claims.claims ?? {},
      }),
  }
}

function isEmpty(claims: object): boolean {
  return Object.keys(claims).length === 0
}
