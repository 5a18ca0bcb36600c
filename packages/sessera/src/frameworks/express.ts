// Sessera on Express 4 and 5. Invariant: nothing that goes wrong here escapes Express's own error handling.

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express'
import type { Auth } from '../auth.js'
import type { Demands } from '../domain/demands.js'
import type { Principal } from '../domain/principal.js'
import type { SignInBy, SignUpBy, StartFor } from '../domain/sign-in-by.js'
import type { TokenPair } from '../domain/token-pair.js'
import { AuthError, ConfigurationError } from '../errors.js'
import { bindNode } from '../http/node-binding.js'
import { markOf } from './mark.js'
import type { ExpressRequest, ExpressResponse, NodeRequest, NodeResponse } from './node-message.js'
import { isForTheApp, type Refused, refusedOf } from './refused.js'

export type { ExpressRequest, ExpressResponse, NodeRequest, NodeResponse } from './node-message.js'
export type { Refused } from './refused.js'

export interface ExpressAuth<out C> {
  /** Serves the API, and lets pages of the trusted origins call the app's own routes. Use it before them. */
  readonly routes: RequestHandler
  /** Lets a request pass that meets the demands, else answers with the refusal. */
  guard(demands?: Demands): Guard
  /** Who passed the guard. @throws AuthError `unauthenticated` when nobody did. */
  principal(req: ExpressRequest): Principal<C>
  /** Who it is, null when nobody is signed in: for pages that are for everyone. Any other refusal is thrown. */
  findPrincipal(req: ExpressRequest, res: ExpressResponse, demands?: Demands): Promise<Principal<C> | null>
  /**
   * What `POST /auth/register` does, on a route of your own: makes the account, signs in and sets the cookies. Answers
   * with the tokens in token mode, else null.
   *
   * @throws AuthError `registration_closed`, `username_taken`, `password_unacceptable`, …: `refusals` answers them.
   */
  signUp(req: ExpressRequest, res: ExpressResponse, who: SignUpBy): Promise<TokenPair | null>
  /**
   * Signs in on a route of your own and sets the cookies. Answers with the tokens in token mode, else null.
   *
   * @throws AuthError `invalid_credentials`, `origin_refused`, `too_many_requests`, …: `refusals` answers them.
   */
  signIn(req: ExpressRequest, res: ExpressResponse, who: SignInBy): Promise<TokenPair | null>
  /**
   * Starts a session for somebody whom *you* have proven (Passport, SAML, social sign-in), without a password. Never
   * pass on an id that came with the request.
   */
  startSession(req: ExpressRequest, res: ExpressResponse, who: StartFor): Promise<TokenPair | null>
  /** Ends the session that the request holds, and clears its cookies. The same the second time. */
  signOut(req: ExpressRequest, res: ExpressResponse): Promise<void>
  /** What our log lines and the record say of this request, for your own lines about it. Our answers carry it as `X-Request-Id`. */
  requestId(req: ExpressRequest): string
  /**
   * Answers, as a guard does, what the functions above threw, and bodies that `express.json()` could not read; any
   * other error goes on to the next handler. Use it after your routes. (Express 4 needs `next` called with the error.)
   */
  readonly refusals: ErrorRequestHandler
}

/** A middleware that leaves it to Express to derive the type of `req.params` from the route's path. */
export type Guard = (req: NodeRequest, res: NodeResponse, next: (error?: unknown) => void) => void

export interface ExpressOptions {
  /** Answers a refusal in place of the problem document. Status and headers (`WWW-Authenticate`, `Retry-After`) are set. */
  readonly onRefused?: (refusal: Refused, req: Request, res: Response) => void
}

/**
 * @example
 * const { routes, guard, principal, refusals } = forExpress(auth)
 * app.use(routes, express.json())
 * app.get('/dashboard', guard(), (req, res) => res.json({ message: `Welcome, ${principal(req).username}` }))
 * app.use(refusals)
 */
export function forExpress<C>(auth: Auth<C>, { onRefused }: ExpressOptions = {}): ExpressAuth<C> {
  const node = bindNode(auth)
  const mark = markOf(auth)

  function refuse(req: IncomingMessage, res: ServerResponse, error: unknown): void {
    if (onRefused !== undefined && isForTheApp(error)) {
      node.announce(req, res, error)
      onRefused(refusedOf(error), req as Request, res as Response)
    } else node.refuse(req, res, error)
  }

  return {
    routes(req, res, next) {
      if (Reflect.has(req, mark)) {
        next(mountedTwice())
        return
      }
      Reflect.set(req, mark, true)
      node
        .handle(req, res)
        .then((answered) => {
          if (!answered && !node.shareWithTrusted(req, res)) next()
        })
        .catch(next)
    },
    guard(demands = {}) {
      const enter = node.guard(demands)
      const pass = (req: IncomingMessage, res: ServerResponse, next: (error?: unknown) => void): void => {
        let waiting: undefined | Promise<undefined>
        try {
          waiting = enter(req, res)
        } catch (error) {
          refuse(req, res, error)
          return
        }
        if (waiting === undefined) next()
        else
          waiting
            .then(
              () => next(),
              (error: unknown) => refuse(req, res, error),
            )
            .catch(next)
      }
      // What Guard names is enough to tell requests of Node from others: whoever has that has the rest.
      return pass as Guard
    },
    principal: (req: Request) => node.principal(req) as Principal<C>,
    findPrincipal: async (req: Request, res: Response, demands = {}) =>
      (await node.findPrincipal(req, res, demands)) as Principal<C> | null,
    signUp: (req: Request, res: Response, who) => node.signUp(req, res, who),
    signIn: (req: Request, res: Response, who) => node.signIn(req, res, who),
    startSession: (req: Request, res: Response, who) => node.startSession(req, res, who),
    signOut: (req: Request, res: Response) => node.signOut(req, res),
    requestId: (req: Request) => node.requestId(req),
    refusals(error: unknown, req, res, next) {
      const refusal = error instanceof AuthError ? error : asUnreadableBody(error)
      if (refusal === null || res.headersSent) next(error)
      else refuse(req, res, refusal)
    },
  }
}

function mountedTwice(): ConfigurationError {
  return new ConfigurationError(
    'A request passes the routes of the same Auth twice. Call forExpress(auth) once, and app.use(routes) once, before your own routes.',
  )
}

/** What `express.json()` and its kind throw, told by `type`, or by zlib's `code` for a broken compression. Null for anything else. */
function asUnreadableBody(error: unknown): AuthError | null {
  if (!(error instanceof Error) || !('status' in error)) return null
  const kind = 'type' in error ? error.type : 'code' in error ? error.code : null
  if (!/^(?:entity\.|encoding\.|charset\.|request\.|Z_)/.test(String(kind))) return null
  if (error.status === 413) return new AuthError('payload_too_large')
  if (error.status === 415) return new AuthError('unsupported_media_type')
  return error.status === 400
    ? new AuthError('invalid_request', { detail: 'The request body cannot be read.' })
    : null
}
