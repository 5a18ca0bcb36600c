// From a request to its principal: read the credentials, recognise them, and refuse other people's web pages.

import type { ParsedDemands } from '../domain/demands.js'
import type { Principal } from '../domain/principal.js'
import { AuthError } from '../errors.js'
import { authenticate, recall } from '../kernel/authenticate.js'
import type { Authenticated, Presented } from '../kernel/recognise.js'
import { peekBearer, readBearer } from './bearer.js'
import { type Cookies, readCookies } from './cookies.js'
import type { HttpCore } from './core.js'
import { seenOf } from './for-request.js'
import { duplicated, type HttpRequest } from './message.js'
import { refuseCrossSite } from './origin.js'

/** @throws AuthError `ambiguous_credentials` when one of ours came twice. */
export function readOwnCookies(core: HttpCore, request: HttpRequest): Cookies {
  const header = request.header('cookie')
  if (header === duplicated) throw new AuthError('ambiguous_credentials')
  return readCookies(core.cookies, header)
}

/** @throws AuthError `ambiguous_credentials`, `invalid_token` or `headers_too_large` for what cannot be read safely. */
export function readPresented(core: HttpCore, request: HttpRequest): Presented {
  const { session, access } = readOwnCookies(core, request)
  return { bearer: readBearer(request.header('authorization')), sessionCookie: session, accessCookie: access }
}

/** The answer from memory, or null when it takes `authorize` to know. Throws every refusal that it can tell. */
export function authorizeNow(
  core: HttpCore,
  request: HttpRequest,
  demands: ParsedDemands,
): Authenticated | null {
  // Memory never answers for the store: what is read here would be read once more.
  if (demands.check === 'store') return null
  const kernel = core.kernelNow()
  if (kernel === null) return null
  // Nothing malformed is remembered: what the token looks like need not be judged here.
  const bearer = peekBearer(request.header('authorization'))
  if (bearer === undefined) return null
  const { session, access } = readOwnCookies(core, request)
  const presented = { bearer, sessionCookie: session, accessCookie: access }
  return recall(kernel, presented, demands, request, (who) => refuseForgery(core, request, who))
}

/** @throws AuthError everything that `authenticate` throws, and `origin_refused`. */
export async function authorize(
  core: HttpCore,
  request: HttpRequest,
  demands: ParsedDemands,
): Promise<Authenticated> {
  await core.ready()
  const presented = readPresented(core, request)
  return await authenticate(core.kernel, presented, demands, request, (who) =>
    refuseForgery(core, request, who),
  )
}

/** A browser adds cookies by itself, a bearer token never: only the former can be somebody else's doing. */
function refuseForgery(core: HttpCore, request: HttpRequest, { channel, principal }: Authenticated): void {
  if (channel === 'cookie') refuseForeignPage(core, request, principal)
}

/**
 * Refuses what a page of another origin made a browser send, and puts it on record (ASVS 5.0 16.3.3).
 *
 * @param principal whose browser it is, as far as that is known yet.
 * @throws AuthError `origin_refused`.
 */
export function refuseForeignPage(
  core: HttpCore,
  request: HttpRequest,
  principal: Principal<object> | null = null,
): void {
  try {
    refuseCrossSite(request, core.origins)
  } catch (refusal) {
    core.kernelNow()?.record('authz_fail', {
      actorId: null,
      userId: principal?.id ?? null,
      sessionId: principal?.sessionId ?? null,
      ...seenOf(request),
      cause: 'origin_refused',
    })
    throw refusal
  }
}
