// What the HTTP layer holds for one Auth, and how the bindings get from the public object to it.

import type { Kernel } from '../kernel/kernel.js'
import type { Log } from '../ports/log.js'
import type { ClientIp } from './client-ip.js'
import type { CookieJar } from './cookies.js'
import type { HeaderList } from './message.js'
import type { OriginPolicy } from './origin.js'
import type { RequestIdOf } from './request-id.js'
import type { Match } from './routes.js'

export interface HttpCore {
  /** Under what the app attributes at this moment; for one request see `kernelFor`. @throws AuthError `unavailable` before `ready`. */
  readonly kernel: Kernel
  readonly log: Log
  readonly basePath: string
  readonly match: (path: string) => Match | null
  readonly cookies: CookieJar
  readonly origins: OriginPolicy
  /** On every response of ours. */
  readonly securityHeaders: HeaderList
  readonly clientIp: ClientIp
  /** Whether `X-Forwarded-*` of this peer is believed. By configuration only. */
  readonly isTrustedProxy: (address: string) => boolean
  readonly requestId: RequestIdOf
  readonly jwks: () => object
  /** Resolves when store and keys are there; what memory does not answer waits for it. */
  readonly ready: () => Promise<void>
  /** The same `kernel`, null before `ready`. */
  readonly kernelNow: () => Kernel | null
}

const cores = new WeakMap<object, HttpCore>()

export function attachCore(auth: object, core: HttpCore): void {
  cores.set(auth, core)
}

/** @throws TypeError for anything that `createAuth` did not return. */
export function coreOf(auth: object): HttpCore {
  const core = cores.get(auth)
  if (core === undefined) throw new TypeError('This is not an Auth: pass what createAuth() returned.')
  return core
}
