// A grant becomes what its client can hold: cookies, a token pair, or both. Every sign-in sets or clears all of ours.

import type { TokenPair } from '../domain/token-pair.js'
import { type Grant, grant } from '../kernel/grant.js'
import type { Authenticated } from '../kernel/recognise.js'
import { type CookieJar, clearCookie, writeCookie } from './cookies.js'
import type { HttpCore } from './core.js'

/** 400 days, the longest that browsers keep a cookie (RFC 6265bis §5.5). */
const deviceSeconds = 34_560_000

export interface Delivery {
  readonly setCookies: readonly string[]
  /** Null unless the client holds the tokens itself. */
  readonly tokens: TokenPair | null
}

/** @param refreshIn where a token-mode client keeps its refresh token; other modes have none. */
export function deliver(cookies: CookieJar, granted: Grant, refreshIn: 'body' | 'cookie'): Delivery {
  const maxAge = granted.persistent ? granted.sessionSeconds : null
  const { mode, handle, accessToken, accessTokenSeconds } = granted
  const inCookie = mode === 'token' && refreshIn === 'cookie'
  return {
    setCookies: [
      mode === 'token' ? clearCookie(cookies, 'session') : writeCookie(cookies, 'session', handle, maxAge),
      mode === 'hybrid' && accessToken !== null
        ? writeCookie(cookies, 'access', accessToken, maxAge === null ? null : accessTokenSeconds)
        : clearCookie(cookies, 'access'),
      inCookie ? writeCookie(cookies, 'refresh', handle, maxAge) : clearCookie(cookies, 'refresh'),
      ...(granted.device === null ? [] : [writeCookie(cookies, 'device', granted.device, deviceSeconds)]),
    ],
    tokens:
      mode !== 'token' || accessToken === null
        ? null
        : {
            access_token: accessToken,
            token_type: 'Bearer',
            expires_in: accessTokenSeconds,
            ...(inCookie ? {} : { refresh_token: handle }),
          },
  }
}

/** The cookies that the answer to whoever passed carries so that the next request needs no renewal; mostly none. */
export function renewalCookies(core: HttpCore, { renewal }: Authenticated): readonly string[] {
  return renewal === null ? [] : deliver(core.cookies, grant(core.kernel, renewal.live), 'body').setCookies
}

/** The device mark stays: it opens nothing, and shields whoever signs in here again. */
export function clearAll(cookies: CookieJar): readonly string[] {
  return (['session', 'access', 'refresh'] as const).map((kind) => clearCookie(cookies, kind))
}
