// Sessera on Hono 4. Invariant: nothing that goes wrong here escapes Hono's own error handling, and no cookie that is due
// is lost: where Node writes the headers it joins them there, elsewhere `routes` and guards add it to the final response.

import type { Context, ErrorHandler, MiddlewareHandler } from 'hono'
import type { Auth } from '../auth.js'
import type { Demands } from '../domain/demands.js'
import type { Principal } from '../domain/principal.js'
import type { SignInBy, SignUpBy, StartFor } from '../domain/sign-in-by.js'
import type { TokenPair } from '../domain/token-pair.js'
import { AuthError } from '../errors.js'
import { type Authenticated, bindFetch, type Delivery } from '../http/fetch-binding.js'
import { fromFetch } from '../http/from-fetch.js'
import { addAtHeaderWrite, fromNode } from '../http/from-node.js'
import type { HttpRequest, HttpResponse } from '../http/message.js'
import {
  addHeaders,
  announce,
  type BoundContext,
  due,
  type NodeEnv,
  nodeOf,
  passed,
  peerOf,
  replaceResponse,
  sendDue,
  served,
} from './hono-context.js'
import { isForTheApp, type Refused, refusedOf } from './refused.js'

export type { Refused } from './refused.js'

export interface HonoAuth<out C> {
  /** Serves the API, and lets pages of the trusted origins call the app's own routes. Use it before them, once. */
  readonly routes: MiddlewareHandler
  /** Lets a request pass that meets the demands, else answers with the refusal. WebSocket upgrades too. */
  guard(demands?: Demands): MiddlewareHandler
  /** Who passed the guard. @throws AuthError `unauthenticated` when nobody did. */
  principal(c: Context): Principal<C>
  /** Who it is, null when nobody is signed in: for pages that are for everyone. Any other refusal is thrown. */
  findPrincipal(c: Context, demands?: Demands): Promise<Principal<C> | null>
  /**
   * What `POST /auth/register` does, on a route of your own: makes the account, signs in and sets the cookies. Answers
   * with the tokens in token mode, else null.
   *
   * @throws AuthError `registration_closed`, `username_taken`, `password_unacceptable`, …: `refusals` answers them.
   */
  signUp(c: Context, who: SignUpBy): Promise<TokenPair | null>
  /**
   * Signs in on a route of your own and sets the cookies. Answers with the tokens in token mode, else null.
   *
   * @throws AuthError `invalid_credentials`, `origin_refused`, `too_many_requests`, …: `refusals` answers them.
   */
  signIn(c: Context, who: SignInBy): Promise<TokenPair | null>
  /**
   * Starts a session for somebody whom *you* have proven (Passport, SAML, social sign-in), without a password. Never
   * pass on an id that came with the request.
   */
  startSession(c: Context, who: StartFor): Promise<TokenPair | null>
  /** Ends the session that the request holds, and clears its cookies. The same the second time. */
  signOut(c: Context): Promise<void>
  /** What our log lines and the record say of this request, for your own lines about it. Our answers carry it as `X-Request-Id`. */
  requestId(c: Context): string
  /**
   * For `app.onError`: answers, as a guard does, what the functions above threw. Any other error is answered as Hono
   * answers it by itself: an `HTTPException` with its response, the rest with 500, and their cause in our log.
   */
  readonly refusals: ErrorHandler
}

export interface HonoOptions {
  /** Answers a refusal in place of the problem document: `c.json(…)` has its status and headers (`WWW-Authenticate`, `Retry-After`). */
  readonly onRefused?: (refusal: Refused, c: Context) => Response | Promise<Response>
  /**
   * The address of whoever opened the connection, where that is not @hono/node-server: `(c) => getConnInfo(c).remote.address`.
   * Attempts are counted by it, `X-Forwarded-For` is believed if it is one of `trustedProxies`. Without it, all clients
   * count as one.
   */
  readonly remoteAddress?: (c: Context) => string | null | undefined
}

/**
 * @example
 * const { routes, guard, principal, refusals } = forHono(auth)
 * app.use(routes)
 * app.get('/dashboard', guard(), (c) => c.json({ message: `Welcome, ${principal(c).username}` }))
 * app.onError(refusals)
 */
export function forHono<C>(auth: Auth<C>, { onRefused, remoteAddress }: HonoOptions = {}): HonoAuth<C> {
  const binding = bindFetch(auth)
  const { core } = binding
  const { clientIp, requestId } = core

  function read(c: Context, node: NodeEnv | null = nodeOf(c)): HttpRequest {
    return node === null ? readFetch(c) : fromNode(node.incoming, { clientIp, requestId })
  }

  /** With the body, which Hono may have read already. */
  function readFetch(c: Context): HttpRequest {
    const { raw, bodyCache } = c.req
    const peer = peerOf(c) ?? remoteAddress?.(c) ?? null
    const isRead = Object.keys(bodyCache).length > 0
    const readBody = (): Promise<string> | undefined => (isRead ? c.req.text() : undefined)
    return fromFetch(raw, { peer, clientIp, requestId, readBody })
  }

  /** A renewal that finds no way out is due again next time. */
  function deliver(c: BoundContext, setCookies: readonly string[]): void {
    const node = nodeOf(c)
    if (node === null) c[due]?.push(...setCookies)
    else if (setCookies.length > 0) addAtHeaderWrite(node.outgoing, setCookies)
  }

  /** Before a session begins or ends. */
  function requireWayOut(c: BoundContext): void {
    if (c[due] !== undefined || nodeOf(c) !== null) return
    throw new Error(
      'Nothing would send the cookies. Say app.use(routes) before the routes that sign in or out.',
    )
  }

  function hand(c: BoundContext, { setCookies, tokens }: Delivery): TokenPair | null {
    deliver(c, setCookies)
    return tokens
  }

  function enter(c: BoundContext, who: Authenticated): void {
    c[passed] = { core, who }
    if (who.renewal !== null) deliver(c, binding.cookiesFor(who))
  }

  /** By the context's own means, so that what the app has set on it stays. */
  function answer(c: BoundContext, { status, headers, body }: HttpResponse): Response {
    announce(c, status, headers)
    deliver(
      c,
      headers.filter(([name]) => name === 'Set-Cookie').map(([, value]) => value),
    )
    return status === 204 || status === 304 ? c.body(null) : c.body(body)
  }

  function refuse(c: BoundContext, error: unknown): Response | Promise<Response> {
    const request = read(c)
    if (onRefused === undefined || !isForTheApp(error)) return answer(c, binding.refusal(request, error))
    const { status, headers } = binding.announcement(request, error)
    announce(c, status, headers)
    return onRefused(refusedOf(error), c)
  }

  return {
    async routes(c: BoundContext, next) {
      if (c[served] === core) {
        throw new Error('A request came through the routes of Sessera twice. Say app.use(routes) once.')
      }
      c[served] = core
      const request = read(c)
      const response = binding.isOurs(request.path) ? await binding.handle(readFetch(c)) : null
      if (response !== null) {
        await sendDue(c, async () => replaceResponse(c, answer(c, response)))
        return undefined
      }
      const { headers, answer: permission } = binding.share(request)
      if (permission !== null) return answer(c, permission)
      await sendDue(c, next)
      addHeaders(c, headers)
      return undefined
    },

    guard(demands = {}) {
      const authorize = binding.guard(demands)
      return (c: BoundContext, next) => {
        const node = nodeOf(c)
        const proceed = (who: Authenticated): Promise<void> => {
          if (node === null) {
            return sendDue(c, () => {
              enter(c, who)
              return next()
            })
          }
          enter(c, who)
          return next()
        }
        let who: Authenticated | Promise<Authenticated>
        try {
          who = authorize(read(c, node))
        } catch (error) {
          return Promise.resolve(refuse(c, error))
        }
        return who instanceof Promise ? who.then(proceed, (error) => refuse(c, error)) : proceed(who)
      }
    },

    principal: (c: BoundContext) => binding.principalOf(c[passed]) as Principal<C>,

    async findPrincipal(c, demands = {}) {
      const who = await binding.find(read(c), demands)
      if (who === null) return null
      enter(c, who)
      return who.principal as Principal<C>
    },

    async signUp(c, who) {
      requireWayOut(c)
      return hand(c, await binding.signUp(read(c), who))
    },

    async signIn(c, who) {
      requireWayOut(c)
      return hand(c, await binding.signIn(read(c), who))
    },

    async startSession(c, who) {
      requireWayOut(c)
      return hand(c, await binding.startSession(read(c), who))
    },

    async signOut(c) {
      requireWayOut(c)
      deliver(c, await binding.signOut(read(c)))
    },

    requestId: (c) => read(c).requestId ?? '',

    refusals(error, c) {
      if (error instanceof AuthError) return refuse(c, error)
      if ('getResponse' in error) {
        const response = error.getResponse()
        return c.newResponse(response.body, response)
      }
      const { method, path, requestId } = read(c)
      core.log.error('A request failed.', { method, path, requestId, error })
      return c.text('Internal Server Error', 500)
    },
  }
}
