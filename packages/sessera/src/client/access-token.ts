// An access token as its client holds it: whose it is, how old, for how long. Invariant: nothing is decided by what it says
// but which of two is newer and what name to show; every server decides for itself.

import type { TokenPairAnswer } from '../http/contract.js'
import { ClientError, unexpectedAnswer } from './client-error.js'
import type { Host } from './host.js'
import type { SignedIn } from './types.js'

/** As one tab tells another. `sentAt` is epoch ms: the lifetime counts from when it was asked for. */
export interface TokenNews {
  readonly token: string
  readonly seconds: number
  readonly sentAt: number
}

export interface AccessToken extends TokenNews {
  readonly who: SignedIn
  /** By the server's clock, in whole seconds. */
  readonly issuedAt: number
  /** Whether it is as good as expired. `early` asks longer before: for what cannot be sent twice. */
  isDue(early?: boolean): boolean
  isExpired(): boolean
}

export function newsOf(
  { access_token: token, expires_in: seconds }: TokenPairAnswer,
  sentAt: number,
): TokenNews {
  return { token, seconds, sentAt }
}

/** @throws ClientError where it is no access token of Sessera. */
export function readToken(news: TokenNews, { now, monotonic, random }: Host): AccessToken {
  const { token, seconds, sentAt } = news
  const { sub: id, sid: sessionId, iat, preferred_username: username, roles } = claimsOf(token)
  // When it was asked for, on both clocks; now, where one was set back meanwhile.
  const wall = Math.min(now(), sentAt)
  const steady = monotonic() - (now() - wall)
  // Tabs that are due at different moments do not ask at the same one, and a thief in lock-step with one shows.
  const margin = Math.min(5 + 30 * random(), seconds / 4)
  // One of the clocks stops while the machine sleeps, the other one may be corrected: the larger step counts.
  const left = (): number => seconds - Math.max(now() - wall, monotonic() - steady) / 1000
  return {
    ...news,
    who: { user: { id, username, roles }, sessionId },
    issuedAt: iat,
    isDue: (early = false) => left() <= (early ? Math.max(margin, Math.min(60, seconds / 2)) : margin),
    isExpired: () => left() <= 0,
  }
}

interface Claims {
  readonly sub: string
  readonly sid: string
  readonly iat: number
  readonly preferred_username: string
  readonly roles: readonly string[]
}

function claimsOf(token: string): Claims {
  try {
    const [, payload = ''] = token.split('.')
    const binary = atob(payload.replace(/-/g, '+').replace(/_/g, '/'))
    // UTF-8, without TextDecoder: not every engine of mobile apps has one.
    const encoded = binary.replace(/[%\x80-\xff]/g, (byte) => `%${byte.charCodeAt(0).toString(16)}`)
    return JSON.parse(decodeURIComponent(encoded))
  } catch {
    throw new ClientError(200, unexpectedAnswer, 'This is no access token of Sessera.')
  }
}
