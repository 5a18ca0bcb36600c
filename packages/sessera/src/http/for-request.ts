// What the kernel does for one request is on record as that request's, and what fails in it is logged with its id.

import { AuthError } from '../errors.js'
import type { Seen } from '../kernel/authenticate.js'
import { under } from '../kernel/circumstances.js'
import type { Kernel } from '../kernel/kernel.js'
import type { Authenticated } from '../kernel/recognise.js'
import type { HttpCore } from './core.js'
import type { HttpRequest } from './message.js'

export function seenOf({ ip, userAgent, requestId }: HttpRequest): Seen {
  return { ip, userAgent, requestId }
}

/** @throws AuthError `unavailable` before `core.ready`. */
export function kernelFor(core: HttpCore, request: HttpRequest, who: Authenticated | null = null): Kernel {
  return under(core.kernel, { ...seenOf(request), ...(who !== null && { actorId: who.principal.id }) })
}

/** Logs what was not foreseen. The client gets a sentence from the table. */
export function logCause({ log }: HttpCore, { method, path, requestId }: HttpRequest, error: unknown): void {
  if (error instanceof AuthError && error.cause === undefined) return
  log.error('A request failed.', { method, path, requestId, error })
}
