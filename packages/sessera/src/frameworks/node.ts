// Sessera on node:http.

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Auth } from '../auth.js'
import type { Demands } from '../domain/demands.js'
import type { Principal } from '../domain/principal.js'
import type { SignInBy, SignUpBy, StartFor } from '../domain/sign-in-by.js'
import type { TokenPair } from '../domain/token-pair.js'
import { AuthError } from '../errors.js'
import { bindNode } from '../http/node-binding.js'
import { isForTheApp, type Refused, refusedOf } from './refused.js'

export interface NodeAuth<out C> {
  /**
   * Serves the API, and lets pages of the trusted origins call the app's own routes. False: the path is none of ours and
   * nothing was written but headers; answer it yourself.
   */
  routes(req: IncomingMessage, res: ServerResponse): Promise<boolean>
  /** Serves the API and does nothing else. False: the path is none of ours and nothing was written; answer it yourself. */
  handle(req: IncomingMessage, res: ServerResponse): Promise<boolean>
  /** Who it is, or null: then the refusal has been answered. */
  guard(demands?: Demands): (req: IncomingMessage, res: ServerResponse) => Promise<Principal<C> | null>
  /**
   * Who opens a WebSocket, or null: then the refusal has been answered on the socket, and it is closed. Cookies count only
   * from a page of this origin or a trusted one. Roles and claims are those of this moment.
   *
   * @example
   * const enter = guardUpgrade()
   * server.on('upgrade', async (req, socket, head) => {
   *   const me = await enter(req, socket, head)
   *   if (me !== null) sockets.handleUpgrade(req, socket, head, (ws) => greet(ws, me))
   * })
   */
  guardUpgrade(
    demands?: Demands,
  ): (req: IncomingMessage, socket: Duplex, head?: Uint8Array) => Promise<Principal<C> | null>
  /** Who passed the guard. @throws AuthError `unauthenticated` when nobody did. */
  principal(req: IncomingMessage): Principal<C>
  /**
   * Who it is, null when nobody is signed in: for pages that are for everyone.
   *
   * @throws AuthError every refusal that is not for lack of a valid credential: `origin_refused`, `unavailable`, or what
   * the demands ask for.
   */
  findPrincipal(req: IncomingMessage, res: ServerResponse, demands?: Demands): Promise<Principal<C> | null>
  /**
   * What `POST /auth/register` does, on a route of your own: makes the account, signs in and sets the cookies on `res`.
   * Answers with the tokens in token mode, else null.
   *
   * @throws AuthError `registration_closed`, `username_taken`, `password_unacceptable`, `origin_refused`, `too_many_requests`, …
   */
  signUp(req: IncomingMessage, res: ServerResponse, who: SignUpBy): Promise<TokenPair | null>
  /** Signs in and sets the cookies on `res`. Answers with the tokens in token mode, else null. */
  signIn(req: IncomingMessage, res: ServerResponse, who: SignInBy): Promise<TokenPair | null>
  /**
   * Starts a session for somebody whom *you* have proven (Passport, SAML, social sign-in), without a password. Never
   * pass on an id that came with the request.
   */
  startSession(req: IncomingMessage, res: ServerResponse, who: StartFor): Promise<TokenPair | null>
  /** Ends the session that the request holds, and clears its cookies. */
  signOut(req: IncomingMessage, res: ServerResponse): Promise<void>
  /** What our log lines and the record say of this request, for your own lines about it. Our answers carry it as `X-Request-Id`. */
  requestId(req: IncomingMessage): string
  /**
   * Runs `work`, and puts on record that it is done for this request, whose address counts for limits: for what you call on
   * `auth` yourself, such as `auth.users.acceptInvitation`.
   */
  attribute<T>(req: IncomingMessage, work: () => Promise<T>): Promise<T>
  /** Answers, as a guard does, what the functions above threw. False: it is an error of the app, and nothing was written. */
  refusals(error: unknown, req: IncomingMessage, res: ServerResponse): boolean
}

export interface NodeOptions {
  /** Answers a refusal in place of the problem document. Status and headers (`WWW-Authenticate`, `Retry-After`) are set. */
  readonly onRefused?: (refusal: Refused, req: IncomingMessage, res: ServerResponse) => void
}

/**
 * @example
 * const { routes, guard } = forNode(auth)
 * const enter = guard()
 * http.createServer(async (req, res) => {
 *   if (await routes(req, res)) return
 *   const me = await enter(req, res)
 *   if (me !== null) res.end(`Welcome, ${me.username}`)
 * })
 */
export function forNode<C>(auth: Auth<C>, { onRefused }: NodeOptions = {}): NodeAuth<C> {
  const {
    handle,
    guard,
    guardUpgrade,
    principal,
    findPrincipal,
    shareWithTrusted,
    announce,
    refuse: answer,
    signUp,
    signIn,
    startSession,
    signOut,
    requestId,
    attribute,
  } = bindNode(auth)

  function refuse(req: IncomingMessage, res: ServerResponse, error: unknown): void {
    if (onRefused !== undefined && isForTheApp(error)) {
      announce(req, res, error)
      onRefused(refusedOf(error), req, res)
    } else answer(req, res, error)
  }

  return {
    routes: async (req, res) => (await handle(req, res)) || shareWithTrusted(req, res),
    handle,
    guard(demands = {}) {
      const enter = guard(demands)
      return async (req, res) => {
        try {
          const waiting = enter(req, res)
          if (waiting !== undefined) await waiting
          return principal(req) as Principal<C>
        } catch (error) {
          refuse(req, res, error)
          return null
        }
      }
    },
    guardUpgrade(demands = {}) {
      const enter = guardUpgrade(demands)
      return async (req, socket) => (await enter(req, socket)) as Principal<C> | null
    },
    principal: (req) => principal(req) as Principal<C>,
    findPrincipal: async (req, res, demands = {}) =>
      (await findPrincipal(req, res, demands)) as Principal<C> | null,
    signUp,
    signIn,
    startSession,
    signOut,
    requestId,
    attribute,
    refusals(error, req, res) {
      if (!(error instanceof AuthError) || res.headersSent) return false
      refuse(req, res, error)
      return true
    },
  }
}
