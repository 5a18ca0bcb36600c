// One Auth on node:http: what forNode, forExpress and their like are made of. Never throws what it can answer.

import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Demands, parseDemands } from '../domain/demands.js'
import { type Mode, modes, type Principal } from '../domain/principal.js'
import type { SignInBy, SignUpBy, StartFor } from '../domain/sign-in-by.js'
import type { TokenPair } from '../domain/token-pair.js'
import { AuthError } from '../errors.js'
import { under } from '../kernel/circumstances.js'
import type { Grant } from '../kernel/grant.js'
import type { From } from '../kernel/kernel.js'
import type { Authenticated } from '../kernel/recognise.js'
import { signIn } from '../kernel/sign-in.js'
import { signOut } from '../kernel/sign-out.js'
import { signUp } from '../kernel/sign-up.js'
import { startSession } from '../kernel/start-session.js'
import { coreOf, type HttpCore } from './core.js'
import { corsHeaders, preflight } from './cors.js'
import { clearAll, deliver, renewalCookies } from './deliver.js'
import { addAtHeaderWrite, fromNode, writeNode } from './from-node.js'
import { authorize, authorizeNow, readOwnCookies, readPresented, refuseForeignPage } from './guard.js'
import { handle } from './handler.js'
import type { HttpRequest } from './message.js'
import { problemOf } from './problem.js'
import { signInReplacing } from './replaced.js'

// A symbol of our own: other libraries write `req.auth` and `req.user`, and one of them has let strangers in elsewhere.
const passed: unique symbol = Symbol('sessera principal')

interface GuardedRequest extends IncomingMessage {
  /** With whose guard it was: an app of several tenants has an Auth for each, and one says nothing to another. */
  [passed]?: { readonly core: HttpCore; readonly who: Authenticated }
}

export interface NodeBinding {
  /** Serves the API. False: the path is none of ours, nothing was written. */
  handle(req: IncomingMessage, res: ServerResponse): Promise<boolean>
  /** Lets pages of trusted origins call the app's own routes. True: it was a preflight, and is answered. */
  shareWithTrusted(req: IncomingMessage, res: ServerResponse): boolean
  /** Undefined at once when the answer is at hand, else a promise. Throws or rejects with the refusal. */
  guard(demands: Demands): (req: IncomingMessage, res: ServerResponse) => undefined | Promise<undefined>
  principal(req: IncomingMessage): Principal<object>
  /** Who it is, null when nobody is recognised. Writes nothing but cookies that are due. Rejects with any other refusal. */
  findPrincipal(
    req: IncomingMessage,
    res: ServerResponse,
    demands: Demands,
  ): Promise<Principal<object> | null>
  /** What the log lines and the record say of this request, and its answer in `X-Request-Id`. */
  requestId(req: IncomingMessage): string
  /** Runs `work`, and puts on record that it is done for this request, whose address counts for limits. */
  attribute<T>(req: IncomingMessage, work: () => Promise<T>): Promise<T>
  /** Answers with the refusal as a problem document. */
  refuse(req: IncomingMessage, res: ServerResponse, error: unknown): void
  /** Puts on the response what a refusal says besides its body, which somebody else is about to write. */
  announce(req: IncomingMessage, res: ServerResponse, refusal: AuthError): void
  signUp(req: IncomingMessage, res: ServerResponse, who: SignUpBy): Promise<TokenPair | null>
  signIn(req: IncomingMessage, res: ServerResponse, who: SignInBy): Promise<TokenPair | null>
  startSession(req: IncomingMessage, res: ServerResponse, who: StartFor): Promise<TokenPair | null>
  signOut(req: IncomingMessage, res: ServerResponse): Promise<void>
}

export function bindNode(auth: object): NodeBinding {
  const core = coreOf(auth)
  const { clientIp, requestId } = core
  const read = (req: IncomingMessage): HttpRequest => fromNode(req, { clientIp, requestId })

  function enter(req: GuardedRequest, res: ServerResponse, who: Authenticated): undefined {
    req[passed] = { core, who }
    if (who.renewal !== null) addAtHeaderWrite(res, renewalCookies(core.kernel, core.cookies, who.renewal))
    return undefined
  }

  return {
    async handle(req, res) {
      const response = await handle(core, read(req))
      if (response === null) return false
      writeNode(res, response)
      return true
    },

    shareWithTrusted(req, res) {
      const request = read(req)
      const headers = corsHeaders(request, core.origins)
      const permission = preflight(request, core.origins, ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'])
      if (permission !== null) {
        writeNode(res, { ...permission, headers: [...headers, ...permission.headers] })
        return true
      }
      for (const [name, value] of headers) {
        if (name === 'Vary') res.appendHeader(name, value)
        else res.setHeader(name, value)
      }
      return false
    },

    guard(demands) {
      const parsed = parseDemands(demands)
      return (req, res) => {
        const request = read(req)
        const known = authorizeNow(core, request, parsed)
        if (known !== null) return enter(req, res, known)
        return authorize(core, request, parsed).then((who) => enter(req, res, who))
      }
    },

    principal(req: GuardedRequest) {
      const pass = req[passed]
      if (pass === undefined || pass.core !== core) {
        throw new AuthError('unauthenticated', {
          detail: 'Nobody has passed a guard here. Put guard() before this handler.',
        })
      }
      return pass.who.principal
    },

    async findPrincipal(req, res, demands) {
      try {
        const who = await authorize(core, read(req), parseDemands(demands))
        enter(req, res, who)
        return who.principal
      } catch (error) {
        if (error instanceof AuthError && isNobody(error)) return null
        throw error
      }
    },

    requestId: (req) => read(req).requestId ?? '',

    attribute: (req, work) => underThose(read(req), work),

    refuse(req, res, error) {
      logCause(req, error)
      const { status, headers, body } = problemOf(error)
      const requestId = read(req).requestId ?? ''
      const own = [...core.securityHeaders, ['X-Request-Id', requestId] as const]
      writeNode(res, { status, headers: [...own, ...headers], body })
    },

    announce(req, res, refusal) {
      logCause(req, refusal)
      const { status, headers } = problemOf(refusal)
      res.statusCode = status
      res.setHeader('X-Request-Id', read(req).requestId ?? '')
      for (const [name, value] of headers) if (name !== 'Content-Type') res.setHeader(name, value)
    },

    async signUp(req, res, { username, password, email = null, mode, refresh }) {
      const request = read(req)
      refuseForeignPage(core, request)
      await core.ready()
      if (typeof username !== 'string') throw notText()
      const wanted = { mode: parseMode(mode), remember: false, from: fromOf(request) }
      return await enterWith(
        request,
        res,
        (device) => signUp(core.kernel, { username, password, email }, { ...wanted, device }),
        refresh,
      )
    },

    async signIn(req, res, { login, password, mode, remember = false, refresh }) {
      const request = read(req)
      refuseForeignPage(core, request)
      await core.ready()
      if (typeof login !== 'string') throw notText()
      const who = { login, password, mode: parseMode(mode), remember, from: fromOf(request) }
      return await enterWith(request, res, (device) => signIn(core.kernel, { ...who, device }), refresh)
    },

    async startSession(req, res, { userId, factors = [], mode, remember = false, refresh }) {
      const request = read(req)
      refuseForeignPage(core, request)
      await core.ready()
      const wanted = { mode: parseMode(mode), factors, remember, from: fromOf(request) }
      return await enterWith(request, res, () => startSession(core.kernel, userId, wanted), refresh)
    },

    async signOut(req, res) {
      const request = read(req)
      refuseForeignPage(core, request)
      await core.ready()
      const { bearer, sessionCookie, accessCookie } = readPresented(core, request)
      const { refresh } = readOwnCookies(core, request)
      const held = { bearer, sessionCookie, accessCookie, refreshTokens: [refresh] }
      await underThose(request, () => signOut(core.kernel, held))
      addAtHeaderWrite(res, clearAll(core.cookies))
    },
  }

  /** What was not foreseen is logged; the client gets a sentence from the table. */
  function logCause(req: IncomingMessage, error: unknown): void {
    if (error instanceof AuthError && error.cause === undefined) return
    core.log.error('A request failed.', {
      method: req.method,
      url: req.url?.split('?', 1)[0],
      requestId: read(req).requestId,
      error,
    })
  }

  /** A new sign-in replaces what this client held before. */
  async function enterWith(
    request: HttpRequest,
    res: ServerResponse,
    grant: (device: string | null) => Promise<Grant>,
    refreshIn: 'body' | 'cookie' = 'body',
  ): Promise<TokenPair | null> {
    const granted = await underThose(request, () => signInReplacing(core, request, grant))
    const { setCookies, tokens } = deliver(core.cookies, granted, refreshIn)
    addAtHeaderWrite(res, setCookies)
    return tokens
  }
}

/** Runs `work` under the circumstances of a request. */
function underThose<T>(request: HttpRequest, work: () => T): T {
  const { ip, userAgent, requestId } = request
  return under({ ip, userAgent, requestId }, work)
}

function fromOf(request: HttpRequest): From {
  return { ip: request.ip, userAgent: request.userAgent }
}

/** Straight from a request body, any value may stand where the types say otherwise. */
function parseMode(mode: Mode = 'session'): Mode {
  if (!modes.includes(mode))
    throw new AuthError('invalid_request', { detail: `The mode is one of: ${modes.join(', ')}.` })
  return mode
}

function notText(): AuthError {
  return new AuthError('invalid_request', { detail: 'Login and password must both be text.' })
}

/** No credential at all, or one that opens nothing (any more). */
function isNobody({ code }: AuthError): boolean {
  return code === 'unauthenticated' || code === 'invalid_token'
}
