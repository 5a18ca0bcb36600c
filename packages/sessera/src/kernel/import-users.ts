// Users that come from elsewhere with the hashes they have. Each is judged by itself; what cannot come says why.

import type { User } from '../domain/user.js'
import { AuthError } from '../errors.js'
import type { NewUserRow } from '../ports/store.js'
import type { Kernel } from './kernel.js'
import { checkNewUser, type NewUser, withId } from './new-user.js'
import { requireOwnUsers } from './own-users.js'
import { recordNewUser } from './record-roles.js'

/** Somebody from elsewhere. */
export interface ImportedUser {
  readonly username: string
  readonly email?: string | null
  /** Argon2, bcrypt, scrypt or PBKDF2, as PHC, Django or Werkzeug write it. Null: they need an invitation. */
  readonly passwordHash?: string | null
  readonly roles?: readonly string[]
  readonly claims?: Readonly<Record<string, unknown>>
  readonly disabled?: boolean
}

/** `exists`: the username is taken, here or earlier in the list; nothing was changed, so that an import can be run again. */
export type ImportVerdict =
  | { readonly verdict: 'imported'; readonly id: string }
  | { readonly verdict: 'acceptable' }
  | { readonly verdict: 'exists' }
  | { readonly verdict: 'rejected'; readonly reason: string }

const maxUsers = 1000
const mostLines = 1000
const exists: ImportVerdict = Object.freeze({ verdict: 'exists' })

/**
 * For each, in order, what became of it. `dryRun` writes nothing.
 *
 * @throws AuthError `invalid_request` for more than 1,000 at once.
 */
export async function importUsers(
  kernel: Kernel,
  imported: readonly ImportedUser[],
  { dryRun }: { readonly dryRun: boolean },
): Promise<readonly ImportVerdict[]> {
  requireOwnUsers(kernel)
  if (imported.length > maxUsers) {
    throw new AuthError('invalid_request', { detail: `At most ${maxUsers} users are imported at once.` })
  }
  const judged = imported.map((user) => judge(kernel, user))
  const rows = judged.filter((row) => 'user' in row)
  const verdicts = (dryRun ? await foresee(kernel, rows) : await add(kernel, rows)).values()
  return judged.map((row) => ('user' in row ? (verdicts.next().value ?? exists) : row))
}

async function add(kernel: Kernel, rows: readonly NewUserRow[]): Promise<readonly ImportVerdict[]> {
  if (rows.length === 0) return []
  const { value: added } = await requireOwnUsers(kernel).createMany(rows)
  const users = rows.flatMap(({ user }, index) => (added[index] === true ? [user] : []))
  if (users.length > 0) kernel.record('user_imported', { cause: String(users.length) })
  await recordPrivileged(kernel, users)
  for (const { id: userId } of users) kernel.events.emit('userCreated', { userId })
  return rows.map(({ user: { id } }, index) => (added[index] === true ? { verdict: 'imported', id } : exists))
}

/** Whoever comes with roles or claims is named. More lines than the record can hold at once would be lost, so it keeps up. */
async function recordPrivileged(kernel: Kernel, users: readonly User[]): Promise<void> {
  for (const user of users) {
    if (user.roles.length === 0 && Object.keys(user.claims).length === 0) continue
    recordNewUser(kernel, user)
    if (kernel.audit.waiting >= mostLines) await kernel.audit.flush()
  }
}

/** What `add` would answer, as far as can be told beforehand. */
async function foresee(kernel: Kernel, rows: readonly NewUserRow[]): Promise<readonly ImportVerdict[]> {
  const users = requireOwnUsers(kernel)
  const seen = new Set<string>()
  const verdicts: ImportVerdict[] = []
  for (const { usernameKey } of rows) {
    const taken = seen.has(usernameKey) || (await users.findByUsername(usernameKey)).value !== null
    verdicts.push(taken ? exists : { verdict: 'acceptable' })
    seen.add(usernameKey)
  }
  return verdicts
}

type Rejected = Extract<ImportVerdict, { readonly verdict: 'rejected' }>

function judge(kernel: Kernel, imported: unknown): NewUserRow | Rejected {
  try {
    const { passwordHash, disabled, ...who } = parseImported(imported)
    const reason = passwordHash === null ? null : kernel.passwords.isImportable(passwordHash)
    if (reason !== null) throw wrong(reason)
    const checked = checkNewUser(who)
    return { user: withId(kernel, checked, passwordHash), usernameKey: checked.usernameKey, disabled }
  } catch (error) {
    if (error instanceof AuthError && error.code === 'invalid_request')
      return { verdict: 'rejected', reason: error.message }
    throw error
  }
}

const members: Readonly<Record<keyof ImportedUser, true>> = {
  username: true,
  email: true,
  passwordHash: true,
  roles: true,
  claims: true,
  disabled: true,
}

/** From files and requests of others: nothing is taken for what its type says. */
function parseImported(
  imported: unknown,
): NewUser & { readonly passwordHash: string | null; readonly disabled: boolean } {
  if (typeof imported !== 'object' || imported === null || Array.isArray(imported))
    throw wrong('A user is an object.')
  // A misspelt member would be left out without a word, and the user would have no password, or too much.
  const unknown = Object.keys(imported).some((name) => !Object.hasOwn(members, name))
  if (unknown) throw wrong(`There is a member that is none of ${Object.keys(members).join(', ')}.`)
  const {
    username,
    email = null,
    passwordHash = null,
    roles = [],
    claims = {},
    disabled = false,
  } = imported as Readonly<Record<keyof ImportedUser, unknown>>
  if (typeof username !== 'string') throw wrong('The username is missing or not text.')
  if (!isTextOrNull(email)) throw wrong('The email address is not text.')
  if (!isTextOrNull(passwordHash)) throw wrong('The password hash is not text.')
  if (!Array.isArray(roles) || !roles.every((role) => typeof role === 'string'))
    throw wrong('Roles are a list of texts.')
  if (typeof disabled !== 'boolean') throw wrong('"disabled" is true or false.')
  return { username, email, passwordHash, roles, claims, disabled }
}

function isTextOrNull(value: unknown): value is string | null {
  return value === null || typeof value === 'string'
}

function wrong(detail: string): AuthError {
  return new AuthError('invalid_request', { detail })
}
