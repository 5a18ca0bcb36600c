// A session's data: a small JSON value beside the record, changed by compare-and-set so that no write is lost.

import type { Json } from '../domain/json.js'
import { AuthError } from '../errors.js'
import type { Kernel } from './kernel.js'

const maxBytes = 16 * 1024
const attempts = 32

/** @throws AuthError `not_found` when the session is gone. */
export async function readData(kernel: Kernel, sessionId: string): Promise<Json> {
  return (await requireData(kernel, sessionId)).data
}

/**
 * Applies `change` to the data as it is and stores the result; `change` runs again when somebody else was faster, so
 * it must not do anything but compute.
 *
 * @throws AuthError `not_found`, `payload_too_large` beyond 16 KiB of JSON, `conflict` after 32 lost races.
 */
export async function updateData(
  kernel: Kernel,
  sessionId: string,
  change: (data: Json) => Json,
): Promise<Json> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const { data, version } = await requireData(kernel, sessionId)
    const next = change(data)
    if (Buffer.byteLength(JSON.stringify(next)) > maxBytes) {
      throw new AuthError('payload_too_large', { detail: 'Session data is limited to 16 KiB of JSON.' })
    }
    const { value: written } = await kernel.store.sessions.writeData(sessionId, next, version)
    if (written) return next
  }
  throw new AuthError('conflict')
}

async function requireData(
  kernel: Kernel,
  sessionId: string,
): Promise<{ readonly data: Json; readonly version: number }> {
  const { value } = await kernel.store.sessions.readData(sessionId)
  if (value === null) throw new AuthError('not_found', { detail: 'There is no such session.' })
  return value
}
