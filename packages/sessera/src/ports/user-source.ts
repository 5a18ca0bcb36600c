/**
 * The app's own users table in place of Sessera's. Every method is total: null means unknown, throwing means fault
 * (503). Sessera keeps epoch and revision for each id beside it.
 *
 * @example
 * const users: UserSource<{ plan: string }> = {
 *   findLogin: async (login) => db.findByEmail(login),
 *   load: async (id) => db.findById(id),
 *   savePasswordHash: async (id, hash) => db.setHash(id, hash),
 * }
 */
// biome-ignore lint/complexity/noBannedTypes: {} is the honest "no claims of its own" default.
export interface UserSource<C = {}> {
  /** Whom this login names. `id` is opaque text of at most 128 characters without control characters. */
  findLogin(login: string): Promise<{ readonly id: string; readonly passwordHash: string | null } | null>
  load(id: string): Promise<{
    readonly username: string
    readonly roles: readonly string[]
    readonly disabled: boolean
    readonly claims: C
  } | null>
  savePasswordHash(id: string, passwordHash: string): Promise<void>
}
