// What somebody who is known was refused is on record with its reason. Faults of ours are not their doing.

import type { AuditName } from '../domain/audit.js'
import { AuthError } from '../errors.js'
import type { About } from './audit-trail.js'
import type { Kernel } from './kernel.js'

/** Runs `work`; what it refuses is recorded under that name, with the refusal's code as the cause. */
export async function recordingRefusal<T>(
  kernel: Kernel,
  { name, ...about }: About & { readonly name: AuditName },
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work()
  } catch (error) {
    // Whoever is slowed down is on record for that, not once more for each attempt.
    if (error instanceof AuthError && error.status < 500 && error.code !== 'too_many_requests') {
      kernel.record(name, { ...about, cause: error.code })
    }
    throw error
  }
}
