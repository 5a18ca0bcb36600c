// Idempotent refresh. Whoever presents the same generation within the grace gets the same successor;
// every check runs again on every path, and each caller gets an access token of its own.

import { AuthError } from '../errors.js'
import { type Grant, grant } from './grant.js'
import { findHolding } from './holding.js'
import type { Kernel } from './kernel.js'
import { rotate } from './rotate.js'

const attempts = 4

/**
 * @throws AuthError `refresh_refused`; `session_moved` when a raise or an exchange has just replaced the handle;
 * `conflict` when others kept changing the session meanwhile.
 */
export async function refresh(kernel: Kernel, text: string): Promise<Grant> {
  const handle = kernel.handles.parse(text, 'refresh')
  if (handle === null) throw new AuthError('refresh_refused')

  for (let attempt = 0; attempt < attempts; attempt++) {
    const holding = await findHolding(kernel, handle)
    if (holding === null) throw new AuthError('refresh_refused')
    if (holding.standing === 'moved') throw new AuthError('session_moved')
    if (holding.standing !== 'current') return grant(kernel, holding.live)
    const rotated = await rotate(kernel, holding.live, { transition: 'refresh' })
    if (rotated !== null) return grant(kernel, rotated)
  }
  throw new AuthError('conflict')
}
