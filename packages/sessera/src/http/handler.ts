// One request to the API, readable top to bottom. Null when the path is none of ours.

import { AuthError } from '../errors.js'
import type { HttpCore } from './core.js'
import { corsHeaders, preflight } from './cors.js'
import { renewalCookies } from './deliver.js'
import { kernelFor, logCause } from './for-request.js'
import { authorize, refuseForeignPage } from './guard.js'
import { readJson } from './json-body.js'
import type { HttpRequest, HttpResponse } from './message.js'
import { problemOf } from './problem.js'
import type { Reply } from './route.js'
import type { Match } from './routes.js'

export async function handle(core: HttpCore, request: HttpRequest): Promise<HttpResponse | null> {
  const match = core.match(request.path)
  if (match === null && !isBelow(core.basePath, request.path)) return null

  const { requestId } = request
  const { status, headers, body } = await respond(core, request, match)
  return {
    status,
    headers: [
      ...core.securityHeaders,
      ...(requestId === null ? [] : [['X-Request-Id', requestId] as const]),
      ...corsHeaders(request, core.origins),
      ...headers,
    ],
    body,
  }
}

/** Whether `handle` answers it, told without a promise. */
export function isOurs(core: HttpCore, path: string): boolean {
  return core.match(path) !== null || isBelow(core.basePath, path)
}

async function respond(core: HttpCore, request: HttpRequest, match: Match | null): Promise<HttpResponse> {
  if (match === null) return problemOf(new AuthError('not_found'))
  const route = match.byMethod.get(request.method === 'HEAD' ? 'GET' : request.method)
  if (route === undefined) {
    const methods = methodsOf(match)
    return preflight(request, core.origins, methods) ?? notAllowed(methods)
  }

  try {
    refuseForeignPage(core, request)
    refuseTokenInQuery(request)
    await core.ready()
    const who = route.demands === null ? null : await authorize(core, request, route.demands)
    // Before the route does anything: what was read may be too old to sign on afterwards, and that must not undo its answer.
    const renewed = who === null ? [] : renewalCookies(core, who)
    const json = route.body === null ? undefined : await readJson(request, { optional: route.body.optional })
    const kernel = kernelFor(core, request, who)
    return render(await route.run({ core, kernel, request, id: match.id, who }, json), renewed)
  } catch (error) {
    const refusal = route.narrow === undefined ? error : route.narrow(error)
    logCause(core, request, refusal)
    return problemOf(refusal)
  }
}

/** The reply as sent, with the cookies that were due unless it brings its own. */
function render(
  { status, json, setCookies = [], headers: own = [] }: Reply,
  renewed: readonly string[],
): HttpResponse {
  const headers: (readonly [string, string])[] = [...own]
  if (json !== undefined) headers.push(['Content-Type', 'application/json'])
  for (const cookie of setCookies.length > 0 ? setCookies : renewed) headers.push(['Set-Cookie', cookie])
  return { status, headers, body: json === undefined ? '' : JSON.stringify(json) }
}

/** RFC 6750 §2.3 lets tokens into the URL, where logs and histories keep them. We do not. */
function refuseTokenInQuery({ query }: HttpRequest): void {
  if (/(?:^|&)(?:access|refresh)_token=/i.test(query)) {
    throw new AuthError('invalid_request', {
      detail: 'Send tokens in the Authorization header or the body, never in the URL.',
    })
  }
}

function methodsOf({ byMethod }: Match): readonly string[] {
  return [...byMethod.keys()].flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]))
}

function notAllowed(methods: readonly string[]): HttpResponse {
  const { status, headers, body } = problemOf(new AuthError('method_not_allowed'))
  return { status, headers: [...headers, ['Allow', methods.join(', ')]], body }
}

function isBelow(basePath: string, path: string): boolean {
  return path === basePath || path.startsWith(`${basePath}/`)
}
