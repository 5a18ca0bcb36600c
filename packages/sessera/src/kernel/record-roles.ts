// Who got or lost which role is on record, one line for each: none is cut off, and each can be searched for.

import type { User } from '../domain/user.js'
import type { Kernel } from './kernel.js'

export interface RolesChange {
  readonly before: readonly string[]
  readonly after: readonly string[]
}

/** Records what came and what went; nothing when they are the same. */
export function recordRoles({ record }: Kernel, userId: string, { before, after }: RolesChange): void {
  const causes = [
    ...after.filter((role) => !before.includes(role)).map((role) => `+${role}`),
    ...before.filter((role) => !after.includes(role)).map((role) => `-${role}`),
  ]
  for (const cause of causes) record('privilege_permissions_changed', { userId, cause })
}

/** Records somebody who was not there before, and what they may do. */
export function recordNewUser(kernel: Kernel, { id: userId, roles }: Pick<User, 'id' | 'roles'>): void {
  kernel.record('user_created', { userId })
  recordRoles(kernel, userId, { before: [], after: roles })
}
