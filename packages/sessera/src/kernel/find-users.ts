import { parseUsername } from '../domain/username.js'
import { AuthError } from '../errors.js'
import type { Kernel } from './kernel.js'
import { requireOwnUsers } from './own-users.js'
import { checkUserId } from './user-directory.js'
import { infoOf, type UserInfo } from './user-info.js'

/** Null when there is nobody of that id or name. */
export async function findUser(
  kernel: Kernel,
  who: { readonly id: string } | { readonly username: string },
): Promise<UserInfo | null> {
  const users = requireOwnUsers(kernel)
  const key = 'id' in who ? checkUserId(who.id) : parseUsername(who.username)?.key
  if (key === undefined) return null
  const { value } = await ('id' in who ? users.find(key) : users.findByUsername(key))
  return value === null ? null : infoOf(value)
}

export interface UserListing {
  readonly after?: string
  readonly limit?: number
  /** What the username or the email address begins with. */
  readonly search?: string
  readonly role?: string
  readonly disabled?: boolean
}

const maxUsers = 200

/** In the order of usernames; `next` is the `after` of the next page. */
export async function listUsers(
  kernel: Kernel,
  { after, limit = 50, search = '', role, disabled }: UserListing,
): Promise<{ readonly users: readonly UserInfo[]; readonly next: string | null }> {
  if (!Number.isInteger(limit) || limit < 1 || limit > maxUsers) {
    throw new AuthError('invalid_request', { detail: `"limit" is a whole number from 1 to ${maxUsers}.` })
  }
  const { value } = await requireOwnUsers(kernel).list({
    after: after ?? null,
    limit,
    startsWith: keyOf(search),
    role: role ?? null,
    disabled: disabled ?? null,
  })
  return { users: value.users.map(infoOf), next: value.next }
}

/** As the keys of usernames are spelt; null for nothing to look for. */
function keyOf(search: string): string | null {
  const key = search.normalize('NFKC').trimStart().toLowerCase().normalize('NFKC')
  return key === '' ? null : key
}
