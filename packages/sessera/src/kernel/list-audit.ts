import type { AuditName, RecordedEvent } from '../domain/audit.js'
import { AuthError } from '../errors.js'
import type { Kernel } from './kernel.js'

export interface AuditListing {
  readonly order?: 'newest' | 'oldest'
  readonly after?: number
  readonly limit?: number
  readonly userId?: string
  readonly name?: AuditName
  readonly since?: number
  readonly until?: number
}

const maxEvents = 1000

/** What is on record, newest first unless `order` says otherwise. `after` is the `seq` to go on from. */
export async function listAudit(
  kernel: Kernel,
  { order = 'newest', after, limit = 100, userId, name, since, until }: AuditListing,
): Promise<readonly RecordedEvent[]> {
  if (!Number.isInteger(limit) || limit < 1 || limit > maxEvents) {
    throw new AuthError('invalid_request', { detail: `"limit" is a whole number from 1 to ${maxEvents}.` })
  }
  // What this process has recorded before is in it.
  await kernel.audit.flush()
  const { value } = await kernel.store.audit.list({
    order,
    after: after ?? null,
    limit,
    userId: userId ?? null,
    name: name ?? null,
    since: since ?? null,
    until: until ?? null,
  })
  return value
}
