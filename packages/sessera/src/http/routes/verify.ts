// Forward authentication for nginx, Traefik and Caddy. They understand 204, 401 and 403, and turn most else into 500;
// so nothing else is answered but 503. The body is never waited for: proxies announce one and do not send it.

import { noDemands } from '../../domain/demands.js'
import { AuthError } from '../../errors.js'
import type { HttpCore } from '../core.js'
import { renewalCookies } from '../deliver.js'
import { authorize } from '../guard.js'
import { duplicated, type HttpRequest, sentAs } from '../message.js'
import { type Call, open, type Reply, type Route } from '../route.js'

export const verifyRoutes: readonly Route[] = [
  open({
    method: 'GET',
    path: '{base}/verify',
    summary: 'For reverse proxies: may this request pass, and who is it from?',
    success: { status: 204, schema: null },
    answer: verify,
    narrow,
  }),
]

async function verify({ core, request }: Call): Promise<Reply> {
  const who = await authorize(core, asOriginallySent(core, request), noDemands)
  const { principal } = who
  return {
    status: 204,
    headers: [
      ['X-Auth-User-Id', encodeURIComponent(principal.id)],
      ['X-Auth-User', encodeURIComponent(principal.username ?? '')],
      ['X-Auth-Roles', principal.roles.map(encodeURIComponent).join(',')],
      ['X-Auth-Session', principal.sessionId ?? ''],
    ],
    setCookies: renewalCookies(core, who),
  }
}

/**
 * The method that the browser used, if a trusted proxy says so. Unknown counts as unsafe: CSRF protection applies. So it does to
 * the handshake of a WebSocket: proxies call it a GET and hand on its key, but drop `Upgrade`.
 */
function asOriginallySent(core: HttpCore, request: HttpRequest): HttpRequest {
  const { peer } = request
  const isHandshake = request.header('sec-websocket-key') !== null
  const told = !isHandshake && peer !== null && core.isTrustedProxy(peer) ? originalMethod(request) : null
  return sentAs(request, told ?? 'POST')
}

function originalMethod(request: HttpRequest): string | null {
  for (const name of ['x-forwarded-method', 'x-original-method']) {
    const method = request.header(name)
    if (method === duplicated) return null
    if (method !== null) return method
  }
  return null
}

function narrow(error: unknown): AuthError {
  if (error instanceof AuthError) {
    if (error.status === 401 || error.status === 403) return error
    if (error.status < 500 && error.status !== 429) return new AuthError('unauthenticated')
  }
  return new AuthError('unavailable', { cause: error, retryAfterSeconds: 1 })
}
