// Wires one Auth together, once, from the ports it is given.

import type { Auth, SessionInfo, Started } from './auth.js'
import { inTime } from './changes/in-time.js'
import { parseDemands } from './domain/demands.js'
import type { From } from './domain/from.js'
import type { Principal } from './domain/principal.js'
import type { Session } from './domain/session.js'
import { AuthError } from './errors.js'
import { createClientIp, createProxyTrust } from './http/client-ip.js'
import { createCookieJar } from './http/cookies.js'
import { attachCore, type HttpCore } from './http/core.js'
import { deliver } from './http/deliver.js'
import { fromFetch, toFetchResponse } from './http/from-fetch.js'
import { fromHeaders } from './http/from-headers.js'
import { authorize } from './http/guard.js'
import { handle } from './http/handler.js'
import { problemOf } from './http/problem.js'
import { createRequestIds } from './http/request-id.js'
import { createMatcher } from './http/routes.js'
import { createSecurityHeaders } from './http/security-headers.js'
import { attributed, unattributed } from './kernel/attribution.js'
import { recall } from './kernel/authenticate.js'
import { under } from './kernel/circumstances.js'
import { count } from './kernel/count.js'
import { endEveryone } from './kernel/end-everyone.js'
import { endAllSessions, endSession } from './kernel/end-session.js'
import { createEventHub } from './kernel/events.js'
import { readGauges } from './kernel/gauges.js'
import type { Grant } from './kernel/grant.js'
import type { Kernel } from './kernel/kernel.js'
import { listSessions } from './kernel/list-sessions.js'
import { readData, updateData } from './kernel/session-data.js'
import { signIn } from './kernel/sign-in.js'
import { startSession } from './kernel/start-session.js'
import { type OpenKernel, openKernel, type Ports } from './open-kernel.js'
import { createOpening, type Opening } from './opening.js'
import { createAuditVerbs, createKeyVerbs } from './operator-verbs.js'
import { type AuthOptions, type ParsedOptions, parseOptions } from './options.js'
import type { Log } from './ports/log.js'
import { createUserVerbs } from './user-verbs.js'

/** `createAuth` with another outside world: a clock that a test moves, passwords that cost nothing. */
export function createAuthWith<C extends object>(options: AuthOptions<C>, ports: Ports): Auth<C> {
  const parsed = parseOptions(options)
  const events = createEventHub(ports.log)
  const opening = createOpening(() => unattributed(() => openKernel(options, parsed, ports, events)))
  const kernelOf = async (from?: From): Promise<Kernel> => {
    const kernel = attributed((await openedOrUnavailable(opening)).kernel)
    return from === undefined ? kernel : under(kernel, { ip: from.ip, userAgent: from.userAgent })
  }
  const core = createCore(options, parsed, ports, opening)
  warn(options, parsed, ports)
  opening.ready().catch((error: unknown) => {
    ports.log.error('Sessera could not open its store.', { error })
  })

  const { status, headers, body } = problemOf(new AuthError('not_found'))
  const notOurs = { status, headers: [...core.securityHeaders, ...headers], body }

  const started = (granted: Grant): Started => {
    return { sessionId: granted.session.id, ...deliver(core.cookies, granted, 'body') }
  }

  const auth: Auth<C> = {
    async authenticate(headers, demands = {}, request) {
      const who = await authorize(core, fromHeaders(headers, request?.method ?? null), parseDemands(demands))
      return who.principal as Principal<C>
    },
    check(credential, demands = {}) {
      const kernel = core.kernelNow()
      if (kernel === null) return null
      const isToken = credential.includes('.')
      const presented = {
        bearer: isToken ? credential : null,
        sessionCookie: isToken ? null : credential,
        accessCookie: null,
      }
      const who = recall(kernel, presented, parseDemands(demands))
      return who === null ? null : (who.principal as Principal<C>)
    },
    sessions: {
      async start({ userId, mode = 'session', factors = [], remember = false, from }) {
        return started(await startSession(await kernelOf(from), userId, { mode, factors, remember }))
      },
      async list(userId) {
        const sessions = await listSessions(await kernelOf(), userId)
        return sessions.map(infoOf)
      },
      end: async (sessionId, cause = 'ended_by_app') => endSession(await kernelOf(), sessionId, cause),
      async endAll(userId, { except = null } = {}) {
        return endAllSessions(await kernelOf(), { userId, spare: except, cause: 'ended_by_app' })
      },
      endEveryone: async () => endEveryone(await kernelOf()),
      readData: async (sessionId) => readData(await kernelOf(), sessionId),
      updateData: async (sessionId, change) => updateData(await kernelOf(), sessionId, change),
    },
    users: {
      async signIn(login, password, { mode = 'session', remember = false, from, device = null } = {}) {
        const who = { login, password, mode, remember, device }
        return started(await signIn(await kernelOf(from), who))
      },
      ...createUserVerbs(kernelOf),
    },
    keys: createKeyVerbs(kernelOf),
    audit: createAuditVerbs(kernelOf),
    count: async () => count(await kernelOf()),
    gauges() {
      const kernel = opening.current()?.kernel
      return kernel === undefined ? null : readGauges(kernel)
    },
    onEnd: (sessionId, ended) =>
      watchSession({ opening, log: ports.log }, sessionId, () => unattributed(ended)),
    on: (event, listener) => events.on(event, listener),
    async fetch(request, { ip } = { ip: null }) {
      const response =
        (await handle(core, fromFetch(request, { clientIp: () => ip, requestId: core.requestId }))) ?? notOurs
      return toFetchResponse(response, request.method)
    },
    async ready() {
      await opening.ready()
    },
    close: () => opening.close(),
  }
  attachCore(auth, core)
  return auth
}

function infoOf(session: Session): SessionInfo {
  const { id, mode, factors, provenAt, createdAt, lastSeenAt, idleSeconds, expiresAt, ip, userAgent } =
    session
  const idleEndsAt = Math.min(lastSeenAt + idleSeconds * 1000, expiresAt)
  return { id, mode, factors, provenAt, createdAt, lastSeenAt, idleEndsAt, expiresAt, ip, userAgent }
}

function createCore(
  options: AuthOptions<object>,
  parsed: ParsedOptions,
  { log, random }: Ports,
  opening: Opening<OpenKernel>,
): HttpCore {
  const { origin, basePath, trustedOrigins, requireOrigin } = parsed
  const opened = (): OpenKernel => {
    const current = opening.current()
    if (current === null) throw new AuthError('unavailable', { retryAfterSeconds: 1 })
    return current
  }
  const trustedProxies = options.trustedProxies ?? []
  const isTrustedProxy = createProxyTrust(trustedProxies)
  return {
    get kernel() {
      return attributed(opened().kernel)
    },
    log,
    basePath,
    match: createMatcher(basePath, {
      adminRole: parsed.administration.role,
      ownUsers: options.users === undefined,
    }),
    cookies: createCookieJar({ origin, accessCookieDomain: options.accessCookieDomain ?? null }),
    origins: { origin: origin.origin, trustedOrigins, requireOrigin },
    securityHeaders: createSecurityHeaders(origin),
    clientIp: createClientIp(trustedProxies),
    isTrustedProxy,
    requestId: createRequestIds(isTrustedProxy, random),
    jwks: () => opened().keyring.jwks(),
    async ready() {
      await openedOrUnavailable(opening)
    },
    kernelNow() {
      const current = opening.current()
      return current === null ? null : attributed(current.kernel)
    },
  }
}

/** A session that cannot be looked at, because the store does not open, counts as ended. */
function watchSession(
  { opening, log }: { readonly opening: Opening<OpenKernel>; readonly log: Log },
  sessionId: string,
  ended: () => unknown,
): () => void {
  let stop = (): void => {
    stopped = true
  }
  let stopped = false
  async function begin(): Promise<void> {
    const [opened] = await Promise.allSettled([opening.ready()])
    if (stopped) return
    if (opened.status === 'fulfilled') stop = opened.value.kernel.watched.watch(sessionId, ended)
    else await ended()
  }
  begin().catch((error: unknown) => log.error('A listener threw.', { event: 'onEnd', sessionId, error }))
  return () => stop()
}

/** How long a request waits for the store to open. */
const openingMs = 10_000

/** While the store cannot be opened everybody is refused, and every request is another attempt. */
async function openedOrUnavailable<T extends { close(): Promise<void> }>(opening: Opening<T>): Promise<T> {
  try {
    return await inTime(opening.ready(), openingMs)
  } catch (cause) {
    throw new AuthError('unavailable', { cause, retryAfterSeconds: 1 })
  }
}

function warn(
  { dangerouslyAllowHttp, trustLocalFor }: AuthOptions<object>,
  parsed: ParsedOptions,
  { log }: Ports,
): void {
  if (parsed.trustLocalForMs > 0)
    log.warn('trustLocalFor lengthens the time in which a change may be ignored.', { trustLocalFor })
  if (parsed.usesDevelopmentSecret)
    log.warn('No "secrets" are set: using the development secret, which everybody knows.')
  if (dangerouslyAllowHttp === true && parsed.origin.protocol === 'http:') {
    log.warn('The origin is plain http: cookies and tokens can be read on the way.', {
      origin: parsed.origin.origin,
    })
  }
}
