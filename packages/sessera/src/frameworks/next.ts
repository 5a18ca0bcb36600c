// Sessera on the App Router of Next.js 16. Invariant: while a page is rendered nothing is written, and whatever reads a
// credential is answered for one request alone.

import type { Auth } from '../auth.js'
import { type Demands, parseDemands } from '../domain/demands.js'
import type { Principal } from '../domain/principal.js'
import type { SignInBy, SignUpBy, StartFor } from '../domain/sign-in-by.js'
import type { TokenPair } from '../domain/token-pair.js'
import { AuthError } from '../errors.js'
import { type Authenticated, bindFetch, type Delivery, type FetchBinding } from '../http/fetch-binding.js'
import { fromFetch, toFetchResponse, withCookies, withHeaders } from '../http/from-fetch.js'
import { fromHeaders } from '../http/from-headers.js'
import { type HttpRequest, textOf } from '../http/message.js'
import { type CurrentRequest, currentRequest } from './next-request.js'
import { isForTheApp, type Refused, refusedOf } from './refused.js'

export type { Refused } from './refused.js'

/** A route handler as Next calls it. */
export type RouteHandler = (request: Request) => Promise<Response>

export interface NextAuth<out C> {
  /** The API, for `app/auth/[[...path]]/route.js` and `app/.well-known/[...path]/route.js`. */
  readonly handlers: Readonly<
    Record<'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS', RouteHandler>
  >
  /**
   * A route handler for those who meet the demands; anybody else is answered with the refusal. Answers what the functions
   * below throw in it, too.
   *
   * @example
   * export const GET = guard((request, me) => Response.json({ message: `Welcome, ${me.username}` }))
   */
  guard<R extends Request, X>(
    handler: (request: R, principal: Principal<C>, context: X) => Response | Promise<Response>,
    demands?: Demands,
  ): (request: R, context: X) => Promise<Response>
  /** A route handler for everybody, in which what the functions below throw is answered. */
  refusals<R extends Request, X>(
    handler: (request: R, context: X) => Response | Promise<Response>,
  ): (request: R, context: X) => Promise<Response>
  /** Who it is, in pages and Server Actions. @throws AuthError the refusal of whoever does not meet the demands. */
  principal(demands?: Demands): Promise<Principal<C>>
  /** Who it is, null when nobody is signed in: `(await findPrincipal()) ?? redirect('/sign-in')`. Any other refusal is thrown. */
  findPrincipal(demands?: Demands): Promise<Principal<C> | null>
  /**
   * What `POST /auth/register` does, in a Server Action or a route handler of your own: makes the account, signs in and
   * sets the cookies. Answers with the tokens in token mode, else null.
   *
   * @throws AuthError `registration_closed`, `username_taken`, `password_unacceptable`, …
   */
  signUp(who: SignUpBy): Promise<TokenPair | null>
  /**
   * Signs in, in a Server Action or a route handler of your own, and sets the cookies. Answers with the tokens in token
   * mode, else null.
   *
   * @throws AuthError `invalid_credentials`, `origin_refused`, `too_many_requests`, …
   */
  signIn(who: SignInBy): Promise<TokenPair | null>
  /**
   * Starts a session for somebody whom *you* have proven (SAML, social sign-in), without a password. Never pass on an id
   * that came with the request.
   */
  startSession(who: StartFor): Promise<TokenPair | null>
  /** Ends the session that the request holds, and clears its cookies. The same the second time. */
  signOut(): Promise<void>
  /** What our log lines and the record say of this request, for your own lines about it. Our answers carry it as `X-Request-Id`. */
  requestId(): Promise<string>
}

export interface NextOptions {
  /** Answers a refusal in route handlers in place of the problem document. `init` has its status and headers. */
  readonly onRefused?: (
    refusal: Refused,
    init: { readonly status: number; readonly headers: Headers },
    request: Request,
  ) => Response | Promise<Response>
  /**
   * The address of whoever opened the connection, which Next does not tell: behind a proxy that is the only way in, that
   * proxy's. Attempts are counted by it, `X-Forwarded-For` is believed if it is one of `trustedProxies`. Without it, all
   * clients count as one.
   */
  readonly remoteAddress?: (headers: Headers) => string | null | undefined
}

/**
 * @param auth or what makes it, when the first request comes: a build then needs neither secrets nor a database.
 * @example
 * const auth = () => (globalThis.auth ??= createAuth({ origin: 'http://localhost:3000', store: sqlite('auth.db') }))
 * export const { handlers, guard, principal, findPrincipal, signIn, signOut } = forNext(auth)
 */
export function forNext<C>(
  auth: Auth<C> | (() => Auth<C>),
  { onRefused, remoteAddress }: NextOptions = {},
): NextAuth<C> {
  let made: FetchBinding | null = typeof auth === 'function' ? null : bindFetch(auth)
  function bound(): FetchBinding {
    made ??= bindFetch(typeof auth === 'function' ? auth() : auth)
    return made
  }

  /** By the headers of the request, like what an action has set. */
  const ids = new WeakMap<Headers, string>()

  function read(current: CurrentRequest, method: string): HttpRequest {
    const { clientIp, requestId } = bound().core
    const { headers } = current
    const request = fromHeaders(headers, method)
    const peer = remoteAddress?.(headers) ?? null
    const id = ids.get(headers) ?? requestId(peer, request.header('x-request-id'))
    ids.set(headers, id)
    return {
      ...request,
      header: (name) => (name === 'cookie' ? current.cookie() : request.header(name)),
      peer,
      ip: clientIp(peer, textOf(request.header('x-forwarded-for'))),
      requestId: id,
    }
  }

  function readApi(request: Request): HttpRequest {
    const { clientIp, requestId } = bound().core
    return fromFetch(request, { peer: remoteAddress?.(request.headers) ?? null, clientIp, requestId })
  }

  async function api(request: Request): Promise<Response> {
    const { handle, share, refusal } = bound()
    const asked = readApi(request)
    const { headers, answer } = share(asked)
    const response = (await handle(asked)) ?? answer
    if (response !== null) return toFetchResponse(response, request.method)
    return withHeaders(toFetchResponse(refusal(asked, new AuthError('not_found')), request.method), headers)
  }

  /** Runs a route handler, and answers what it refuses. Pages of trusted origins may read either. */
  async function answering(
    request: Request,
    work: (current: CurrentRequest, asked: HttpRequest) => Promise<Response>,
  ): Promise<Response> {
    const current = await currentRequest()
    const asked = read(current, request.method)
    const response = await work(current, asked).catch((error: unknown) => refuse(request, asked, error))
    // Next adds the cookies to it.
    const kept = current.hasSetCookies() ? withCookies(response, []) : response
    return withHeaders(kept, bound().share(asked).headers)
  }

  async function refuse(request: Request, asked: HttpRequest, error: unknown): Promise<Response> {
    if (!(error instanceof AuthError)) throw error
    if (onRefused === undefined || !isForTheApp(error)) {
      return toFetchResponse(bound().refusal(asked, error), request.method)
    }
    const { status, headers } = bound().announcement(asked, error)
    return await onRefused(
      refusedOf(error),
      { status, headers: new Headers(headers.map(([...pair]) => pair)) },
      request,
    )
  }

  async function deliver(
    begin: (binding: FetchBinding, asked: HttpRequest) => Promise<Delivery>,
  ): Promise<TokenPair | null> {
    const current = await currentRequest()
    const { setCookies, tokens } = await begin(bound(), read(current, 'POST'))
    await current.setCookies(setCookies)
    return tokens
  }

  return {
    handlers: { GET: api, HEAD: api, POST: api, PUT: api, PATCH: api, DELETE: api, OPTIONS: api },

    guard(handler, demands = {}) {
      parseDemands(demands)
      let authorize: ReturnType<FetchBinding['guard']> | null = null
      return (request, context) =>
        answering(request, async (current, asked) => {
          authorize ??= bound().guard(demands)
          const who: Authenticated = await authorize(asked)
          const renewed = bound().cookiesFor(who)
          // Before the handler, which may sign somebody else in, or out.
          if (renewed.length > 0) await current.setCookies(renewed)
          return await handler(request, who.principal as Principal<C>, context)
        })
    },

    refusals: (handler) => (request, context) => answering(request, async () => handler(request, context)),

    async principal(demands = {}) {
      const current = await currentRequest()
      const { principal } = await bound().guard(demands)(read(current, methodOf(current)))
      return principal as Principal<C>
    },

    async findPrincipal(demands = {}) {
      const current = await currentRequest()
      const who = await bound().find(read(current, methodOf(current)), demands)
      return who === null ? null : (who.principal as Principal<C>)
    },

    signUp: (who) => deliver((binding, asked) => binding.signUp(asked, who)),
    signIn: (who) => deliver((binding, asked) => binding.signIn(asked, who)),
    startSession: (who) => deliver((binding, asked) => binding.startSession(asked, who)),

    async signOut() {
      await deliver(async (binding, asked) => ({ setCookies: await binding.signOut(asked), tokens: null }))
    },

    async requestId() {
      return read(await currentRequest(), 'GET').requestId ?? ''
    },
  }
}

/**
 * Next does not tell a page the method of its request. What a browser opens, without sending anything, is a GET; anything
 * else counts as one that changes something, and must come from a trusted page.
 */
function methodOf({ headers }: CurrentRequest): 'GET' | 'POST' {
  if (headers.has('content-type') || headers.has('next-action')) return 'POST'
  const mode = headers.get('sec-fetch-mode')
  const isOpened = mode === 'navigate' || (mode === null && !headers.has('origin'))
  return isOpened ? 'GET' : 'POST'
}
