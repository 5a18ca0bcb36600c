// Sessera on Fastify 5. Invariant: whatever is answered here goes through Fastify's reply and its hooks, and a route that
// asks for a guard has one or is not declared.

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyPluginCallback, FastifyReply, FastifyRequest } from 'fastify'
import type { Auth } from '../auth.js'
import type { Demands } from '../domain/demands.js'
import type { Principal } from '../domain/principal.js'
import type { SignInBy, SignUpBy, StartFor } from '../domain/sign-in-by.js'
import type { TokenPair } from '../domain/token-pair.js'
import { AuthError, ConfigurationError } from '../errors.js'
import { bindNode } from '../http/node-binding.js'
import { asUnreadableBody, send, servesApi } from './fastify-api.js'
import { markOf } from './mark.js'
import { isForTheApp, type Refused, refusedOf } from './refused.js'

export interface FastifyAuth<out C> {
  /** Serves the API, and lets pages of the trusted origins call the app's own routes. Await `register(routes)`, once, first. */
  readonly routes: FastifyPluginCallback
  /** A hook (`onRequest`, `preHandler`) that lets a request pass that meets the demands, else answers with the refusal. */
  guard(demands?: Demands): Guard
  /**
   * The same as a route's `config`, for those who keep demands there; spread it beside others.
   *
   * @throws ConfigurationError when `routes` is not loaded in this app yet: nobody would guard the route.
   */
  guarded(app: Loaded, demands?: Demands): GuardedConfig
  /** Who passed the guard. @throws AuthError `unauthenticated` when nobody did. */
  principal(request: Asking): Principal<C>
  /** Who it is, null when nobody is signed in: for pages that are for everyone. Any other refusal is thrown. */
  findPrincipal(request: Asking, reply: Answering, demands?: Demands): Promise<Principal<C> | null>
  /**
   * What `POST /auth/register` does, on a route of your own: makes the account, signs in and sets the cookies. Answers
   * with the tokens in token mode, else null.
   *
   * @throws AuthError `registration_closed`, `username_taken`, `password_unacceptable`, …: `refusals` answers them.
   */
  signUp(request: Asking, reply: Answering, who: SignUpBy): Promise<TokenPair | null>
  /**
   * Signs in on a route of your own and sets the cookies. Answers with the tokens in token mode, else null.
   *
   * @throws AuthError `invalid_credentials`, `origin_refused`, `too_many_requests`, …: `refusals` answers them.
   */
  signIn(request: Asking, reply: Answering, who: SignInBy): Promise<TokenPair | null>
  /**
   * Starts a session for somebody whom *you* have proven (Passport, SAML, social sign-in), without a password. Never
   * pass on an id that came with the request.
   */
  startSession(request: Asking, reply: Answering, who: StartFor): Promise<TokenPair | null>
  /** Ends the session that the request holds, and clears its cookies. The same the second time. */
  signOut(request: Asking, reply: Answering): Promise<void>
  /** What our log lines and the record say of this request, for your own lines about it. Our answers carry it as `X-Request-Id`. */
  requestId(request: Asking): string
  /**
   * For `setErrorHandler`: answers, as a guard does, what the functions above threw, and bodies that Fastify could not read.
   * Any other error is thrown on, to the error handler of the app around.
   */
  readonly refusals: (error: unknown, request: FastifyRequest, reply: FastifyReply) => Promise<void>
}

/** As much of a request, and of a reply, as is needed, so that a route's own types fit. */
export interface Asking {
  readonly raw: IncomingMessage
}

export interface Answering {
  readonly raw: ServerResponse
}

/** As much of an app as tells it from other things. */
export interface Loaded {
  hasDecorator(name: symbol): boolean
}

/** A hook that leaves it to Fastify to derive the types of a route. */
export type Guard = (request: Asking, reply: Answering, done: (error?: Error) => void) => void

/** What `guarded` puts into a route's `config`. */
export type GuardedConfig = Readonly<Record<symbol, Guard>>

export interface FastifyOptions {
  /** Answers a refusal in place of the problem document. Status and headers (`WWW-Authenticate`, `Retry-After`) are set. */
  readonly onRefused?: (refusal: Refused, request: FastifyRequest, reply: FastifyReply) => unknown
}

/**
 * @example
 * const { routes, guard, principal, refusals } = forFastify(auth)
 * app.setErrorHandler(refusals)
 * await app.register(routes)
 * app.get('/dashboard', { preHandler: guard() }, async (request) => ({ message: `Welcome, ${principal(request).username}` }))
 */
export function forFastify<C>(auth: Auth<C>, { onRefused }: FastifyOptions = {}): FastifyAuth<C> {
  const node = bindNode(auth)
  const { binding, read } = node
  const mark = markOf(auth)

  async function refuse(request: FastifyRequest, reply: FastifyReply, error: unknown): Promise<void> {
    if (onRefused === undefined || !isForTheApp(error)) {
      send(reply, binding.refusal(read(request.raw), error))
      return
    }
    const { status, headers } = binding.announcement(read(request.raw), error)
    reply.code(status)
    for (const [name, value] of headers) reply.header(name, value)
    await onRefused(refusedOf(error), request, reply)
  }

  function guard(demands: Demands = {}): Guard {
    const enter = node.guard(demands)
    return (request, reply, done) => {
      const turnAway = (error: unknown): void => {
        refuse(request as FastifyRequest, reply as FastifyReply, error).catch(done)
      }
      let waiting: undefined | Promise<undefined>
      try {
        waiting = enter(request.raw, reply.raw)
      } catch (error) {
        turnAway(error)
        return
      }
      if (waiting === undefined) done()
      else waiting.then(() => done(), turnAway)
    }
  }

  return {
    routes: servesApi(node, mark),
    guard,
    guarded(app, demands = {}) {
      const unplaced: unknown = Reflect.get(app, mark)
      if (!(unplaced instanceof Set)) throw notServed()
      const own = guard(demands)
      unplaced.add(own)
      return { [mark]: own }
    },
    principal: ({ raw }) => node.principal(raw) as Principal<C>,
    findPrincipal: async (request, reply, demands = {}) =>
      (await node.findPrincipal(request.raw, reply.raw, demands)) as Principal<C> | null,
    signUp: (request, reply, who) => node.signUp(request.raw, reply.raw, who),
    signIn: (request, reply, who) => node.signIn(request.raw, reply.raw, who),
    startSession: (request, reply, who) => node.startSession(request.raw, reply.raw, who),
    signOut: (request, reply) => node.signOut(request.raw, reply.raw),
    requestId: ({ raw }) => node.requestId(raw),
    async refusals(error, request, reply) {
      const refusal = error instanceof AuthError ? error : asUnreadableBody(error)
      if (refusal === null || reply.raw.headersSent) throw error
      await refuse(request, reply, refusal)
    },
  }
}

function notServed(): ConfigurationError {
  return new ConfigurationError(
    'A route asks for a guard in its config before `routes` is loaded, so nobody would guard it. Await app.register(routes) first.',
  )
}
