/**
 * The app's own users table in place of Sessera's. Every method is total: null means unknown, throwing means fault
 * (503). Sessera keeps epoch and revision for each id beside it.
 *
 * @example
 * const users: UserSource<{ plan: string }> = {
 *   findLogin: async (login) => db.findByEmail(login),
 *   load: async (id) => db.findById(id),
 *   savePasswordHash: async (id, hash, replacing) => db.setHash(id, hash, replacing),
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
  /**
   * `replacing` is null when the password is changed. Otherwise the password is the same and only its hash is renewed:
   * save it only if the stored hash still is `replacing` (`UPDATE … WHERE id = ? AND password_hash = ?`), because the
   * password may be changed at the same moment. It is no fault when it is not.
   */
  savePasswordHash(id: string, passwordHash: string, replacing: string | null): Promise<void>
}
