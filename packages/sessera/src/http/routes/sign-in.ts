// Coming and going: register, log in, refresh, log out, and holding the session another way.

import { noDemands } from '../../domain/demands.js'
import { AuthError } from '../../errors.js'
import { exchange } from '../../kernel/exchange.js'
import type { Grant } from '../../kernel/grant.js'
import { reauthenticate } from '../../kernel/reauthenticate.js'
import { refresh } from '../../kernel/refresh.js'
import { signIn } from '../../kernel/sign-in.js'
import { signOut } from '../../kernel/sign-out.js'
import { signUp } from '../../kernel/sign-up.js'
import * as shape from '../contract.js'
import { clearAll, deliver } from '../deliver.js'
import { readOwnCookies, readPresented } from '../guard.js'
import { signInReplacing } from '../replaced.js'
import { type Call, guarded, open, type Reply, type Route } from '../route.js'

// ASVS 5.0 14.3.1. Not "cookies": that would take those of other apps on the same domain.
const forgetPages = [['Clear-Site-Data', '"cache"']] as const

export const signInRoutes: readonly Route[] = [
  open({
    method: 'POST',
    path: '{base}/register',
    summary: 'Create an account and sign in. Open only where the operator says so.',
    body: shape.registerBody,
    success: { status: 201, schema: shape.signedIn },
    async answer(call, { username, password, email = null, mode = 'session', refresh: refreshIn = 'body' }) {
      const wanted = { mode, remember: false }
      const granted = await signInReplacing(call, (device) =>
        signUp(call.kernel, { username, password, email }, { ...wanted, device }),
      )
      return signedInReply(call, granted, { status: 201, refreshIn })
    },
  }),
  open({
    method: 'POST',
    path: '{base}/login',
    summary: 'Sign in with username and password, and choose how to hold the session.',
    body: shape.loginBody,
    success: { status: 200, schema: shape.signedIn },
    async answer(
      call,
      { username, password, mode = 'session', remember = false, refresh: refreshIn = 'body' },
    ) {
      const who = { login: username, password, mode, remember }
      const granted = await signInReplacing(call, (device) => signIn(call.kernel, { ...who, device }))
      return signedInReply(call, granted, { status: 200, refreshIn })
    },
  }),
  open({
    method: 'POST',
    path: '{base}/refresh',
    summary: 'Trade a refresh token, from the body or its cookie, for a new pair.',
    body: shape.refreshTokenBody,
    bodyOptional: true,
    success: { status: 200, schema: shape.tokenPair },
    async answer(call, { refresh_token: sent }) {
      const inCookie = sent === undefined ? readOwnCookies(call.core, call.request).refresh : null
      const text = sent ?? inCookie
      if (text === null)
        throw new AuthError('refresh_refused', { detail: 'Send the refresh token as refresh_token.' })
      const granted = await refresh(call.kernel, text)
      const { tokens, setCookies } = deliver(
        call.core.cookies,
        granted,
        inCookie === null ? 'body' : 'cookie',
      )
      return { status: 200, json: { ...tokens }, setCookies: inCookie === null ? [] : setCookies }
    },
  }),
  open({
    method: 'POST',
    path: '{base}/logout',
    summary: 'End the session behind whichever credential is sent. The same the second time.',
    body: shape.refreshTokenBody,
    bodyOptional: true,
    success: { status: 204, schema: null },
    async answer(call, { refresh_token: sent }) {
      const { bearer } = readPresented(call.core, call.request)
      const cookies = readOwnCookies(call.core, call.request)
      await signOut(call.kernel, {
        bearer,
        sessionCookie: cookies.session,
        accessCookie: cookies.access,
        refreshTokens: [sent ?? null, cookies.refresh],
      })
      return { status: 204, setCookies: clearAll(call.core.cookies), headers: forgetPages }
    },
  }),
  guarded({
    method: 'POST',
    path: '{base}/reauthenticate',
    summary: 'Prove it is you again. The old credential ends, the answer carries the new one.',
    demands: noDemands,
    body: shape.reauthenticateBody,
    success: { status: 200, schema: shape.signedIn },
    async answer(call, { password }) {
      const granted = await reauthenticate(call.kernel, call.who, password)
      const refreshIn = readOwnCookies(call.core, call.request).refresh === null ? 'body' : 'cookie'
      return signedInReply(call, granted, { status: 200, refreshIn })
    },
  }),
  open({
    method: 'POST',
    path: '{base}/exchange',
    summary: 'Hold the same session another way. Takes the session cookie or the refresh token.',
    body: shape.exchangeBody,
    success: { status: 200, schema: shape.signedIn },
    async answer(call, { mode, refresh_token: sent, refresh: refreshIn = 'body' }) {
      const cookies = readOwnCookies(call.core, call.request)
      const refreshToken = sent ?? cookies.refresh
      if (refreshToken !== null && cookies.session !== null) throw new AuthError('ambiguous_credentials')
      const held =
        refreshToken === null
          ? { text: cookies.session ?? '', purpose: 'session' as const }
          : { text: refreshToken, purpose: 'refresh' as const }
      const granted = await exchange(call.kernel, held, mode)
      return signedInReply(call, granted, { status: 200, refreshIn })
    },
  }),
]

interface How {
  readonly status: number
  readonly refreshIn: 'body' | 'cookie'
}

function signedInReply({ core }: Call, granted: Grant, { status, refreshIn }: How): Reply {
  const { setCookies, tokens } = deliver(core.cookies, granted, refreshIn)
  const { session, principal } = granted
  return {
    status,
    json: {
      user: { id: principal.id, username: principal.username ?? '', roles: principal.roles },
      session: {
        id: session.id,
        mode: session.mode,
        expiresAt: session.expiresAt,
        provenAt: session.provenAt,
      },
      ...tokens,
    },
    setCookies,
  }
}
