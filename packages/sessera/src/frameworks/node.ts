// Sessera on node:http.

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Auth } from '../auth.js'
import type { Demands } from '../domain/demands.js'
import type { Principal } from '../domain/principal.js'
import type { SignInBy, SignUpBy, StartFor } from '../domain/sign-in-by.js'
import type { TokenPair } from '../domain/token-pair.js'
import { bindNode } from '../http/node-binding.js'

export interface NodeAuth<C> {
  /** Serves the API. False: the path is none of ours and nothing was written; answer it yourself. */
  handle(req: IncomingMessage, res: ServerResponse): Promise<boolean>
  /** Who it is, or null: then the refusal has been answered. */
  guard(demands?: Demands): (req: IncomingMessage, res: ServerResponse) => Promise<Principal<C> | null>
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
}

/**
 * @example
 * const { handle, guard } = forNode(auth)
 * const enter = guard()
 * http.createServer(async (req, res) => {
 *   if (await handle(req, res)) return
 *   const me = await enter(req, res)
 *   if (me !== null) res.end(`Welcome, ${me.username}`)
 * })
 */
export function forNode<C>(auth: Auth<C>): NodeAuth<C> {
  const {
    handle,
    guard,
    principal,
    findPrincipal,
    refuse,
    signUp,
    signIn,
    startSession,
    signOut,
    requestId,
    attribute,
  } = bindNode(auth)
  return {
    handle,
    guard(demands = {}) {
      const enter = guard(demands)
      return async (req, res) => {
        try {
          await enter(req, res)
          return principal(req) as Principal<C>
        } catch (error) {
          refuse(req, res, error)
          return null
        }
      }
    },
    findPrincipal: async (req, res, demands = {}) =>
      (await findPrincipal(req, res, demands)) as Principal<C> | null,
    signUp,
    signIn,
    startSession,
    signOut,
    requestId,
    attribute,
  }
}
