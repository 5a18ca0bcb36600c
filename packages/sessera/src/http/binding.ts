// What an adapter asks of one request, whatever its framework: each puts the answers on a response in its own way.
// Invariant: whatever reads or sets cookies refuses pages of other origins first.

import { type Demands, parseDemands } from '../domain/demands.js'
import { type Mode, modes, type Principal } from '../domain/principal.js'
import type { SignInBy, SignUpBy, StartFor } from '../domain/sign-in-by.js'
import { AuthError } from '../errors.js'
import { attribute } from '../kernel/attribution.js'
import type { Grant } from '../kernel/grant.js'
import type { Kernel } from '../kernel/kernel.js'
import type { Authenticated } from '../kernel/recognise.js'
import { signIn } from '../kernel/sign-in.js'
import { signOut } from '../kernel/sign-out.js'
import { signUp } from '../kernel/sign-up.js'
import { startSession } from '../kernel/start-session.js'
import { coreOf, type HttpCore } from './core.js'
import { corsHeaders, preflight } from './cors.js'
import { clearAll, type Delivery, deliver, renewalCookies } from './deliver.js'
import { kernelFor, logCause, seenOf } from './for-request.js'
import { authorize, authorizeNow, readOwnCookies, readPresented, refuseForeignPage } from './guard.js'
import type { HeaderList, HttpRequest, HttpResponse } from './message.js'
import { problemOf } from './problem.js'
import { signInReplacing } from './replaced.js'

/** Who passed, and with whose guard: an app of several tenants has an Auth for each, and one says nothing to another. */
export interface Pass {
  readonly core: HttpCore
  readonly who: Authenticated
}

export interface Binding {
  readonly core: HttpCore
  /** At once when the answer is at hand, else a promise. Throws or rejects with the refusal. */
  guard(demands: Demands): (request: HttpRequest) => Authenticated | Promise<Authenticated>
  /** Null when nobody is recognised. Rejects with any other refusal. */
  find(request: HttpRequest, demands: Demands): Promise<Authenticated | null>
  /** @throws AuthError `unauthenticated` unless it is a pass of this Auth. */
  principalOf(pass: Pass | undefined): Principal<object>
  /** The cookies that are due with the answer to whoever passed; mostly none. */
  cookiesFor(who: Authenticated): readonly string[]
  signUp(request: HttpRequest, who: SignUpBy): Promise<Delivery>
  signIn(request: HttpRequest, who: SignInBy): Promise<Delivery>
  startSession(request: HttpRequest, who: StartFor): Promise<Delivery>
  /** The cookies that end what the browser holds. */
  signOut(request: HttpRequest): Promise<readonly string[]>
  /** What lets pages of trusted origins call the app's own routes, and the whole answer when the request is their preflight. */
  share(request: HttpRequest): { readonly headers: HeaderList; readonly answer: HttpResponse | null }
  /** A refusal as a problem document. What was not foreseen is logged with its cause. */
  refusal(request: HttpRequest, error: unknown): HttpResponse
  /** What a refusal says besides its body, which somebody else is about to write. */
  announcement(request: HttpRequest, refusal: AuthError): Pick<HttpResponse, 'status' | 'headers'>
  /** Runs `work`, calls of the app itself, under the circumstances of a request: they are on record, and its address counts for limits. */
  attribute<T>(request: HttpRequest, work: () => T): T
}

const shared = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']

/** @throws TypeError for anything that `createAuth` did not return. */
export function createBinding(auth: object): Binding {
  const core = coreOf(auth)

  /** A new sign-in replaces what this client held before. */
  async function enterWith(
    request: HttpRequest,
    grant: (kernel: Kernel, device: string | null) => Promise<Grant>,
    refreshIn: 'body' | 'cookie' = 'body',
  ): Promise<Delivery> {
    const kernel = kernelFor(core, request)
    const granted = await signInReplacing({ core, kernel, request }, (device) => grant(kernel, device))
    return deliver(core.cookies, granted, refreshIn)
  }

  return {
    core,

    guard(demands) {
      const parsed = parseDemands(demands)
      return (request) => authorizeNow(core, request, parsed) ?? authorize(core, request, parsed)
    },

    async find(request, demands) {
      try {
        return await authorize(core, request, parseDemands(demands))
      } catch (error) {
        if (error instanceof AuthError && isNobody(error)) return null
        throw error
      }
    },

    principalOf(pass) {
      if (pass === undefined || pass.core !== core) throw nobodyPassed()
      return pass.who.principal
    },

    cookiesFor: (who) => renewalCookies(core, who),

    async signUp(request, { username, password, email = null, mode, refresh }) {
      refuseForeignPage(core, request)
      await core.ready()
      if (typeof username !== 'string') throw notText()
      const wanted = { mode: parseMode(mode), remember: false }
      const who = { username, password, email }
      return await enterWith(request, (kernel, device) => signUp(kernel, who, { ...wanted, device }), refresh)
    },

    async signIn(request, { login, password, mode, remember = false, refresh }) {
      refuseForeignPage(core, request)
      await core.ready()
      if (typeof login !== 'string') throw notText()
      const who = { login, password, mode: parseMode(mode), remember }
      return await enterWith(request, (kernel, device) => signIn(kernel, { ...who, device }), refresh)
    },

    async startSession(request, { userId, factors = [], mode, remember = false, refresh }) {
      refuseForeignPage(core, request)
      await core.ready()
      const wanted = { mode: parseMode(mode), factors, remember }
      return await enterWith(request, (kernel) => startSession(kernel, userId, wanted), refresh)
    },

    async signOut(request) {
      refuseForeignPage(core, request)
      await core.ready()
      const { bearer, sessionCookie, accessCookie } = readPresented(core, request)
      const { refresh } = readOwnCookies(core, request)
      const held = { bearer, sessionCookie, accessCookie, refreshTokens: [refresh] }
      await signOut(kernelFor(core, request), held)
      return clearAll(core.cookies)
    },

    share(request) {
      const headers = corsHeaders(request, core.origins)
      const permission = preflight(request, core.origins, shared)
      const answer = permission && { ...permission, headers: [...headers, ...permission.headers] }
      return { headers, answer }
    },

    refusal(request, error) {
      logCause(core, request, error)
      const { status, headers, body } = problemOf(error)
      const own = [...core.securityHeaders, ['X-Request-Id', request.requestId ?? ''] as const]
      return { status, headers: [...own, ...headers], body }
    },

    announcement(request, refusal) {
      logCause(core, request, refusal)
      const { status, headers } = problemOf(refusal)
      const own = headers.filter(([name]) => name !== 'Content-Type')
      return { status, headers: [['X-Request-Id', request.requestId ?? ''], ...own] }
    },

    attribute: (request, work) => attribute(seenOf(request), work),
  }
}

/** For whoever asks for a principal where no guard of the same Auth has let anyone pass. */
function nobodyPassed(): AuthError {
  return new AuthError('unauthenticated', {
    detail: 'Nobody has passed a guard here. Put guard() before this handler.',
  })
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
