// An application's own users table, on a Map.

import type { UserSource } from '../../packages/sessera/src/ports/user-source.js'

export interface ForeignUser {
  readonly id: string
  readonly username: string
  passwordHash: string | null
  roles: readonly string[]
  disabled: boolean
  readonly claims: { readonly plan: string }
}

export interface ForeignUsers {
  readonly source: UserSource<{ plan: string }>
  add(user: Pick<ForeignUser, 'username' | 'passwordHash' | 'roles'>): string
  row(id: string): ForeignUser
}

/** Logins are matched as this app pleases: lower-cased. */
export function createForeignUsers(): ForeignUsers {
  const rows = new Map<string, ForeignUser>()
  const row = (id: string): ForeignUser => {
    const found = rows.get(id)
    if (found === undefined) throw new Error(`The table has no row ${id}.`)
    return found
  }
  return {
    source: {
      async findLogin(login) {
        const found = [...rows.values()].find(({ username }) => username === login.toLowerCase())
        return found === undefined ? null : { id: found.id, passwordHash: found.passwordHash }
      },
      load: async (id) => rows.get(id) ?? null,
      async savePasswordHash(id, passwordHash) {
        row(id).passwordHash = passwordHash
      },
    },
    add(user) {
      const id = `app user ${rows.size + 1}`
      rows.set(id, { id, disabled: false, claims: { plan: 'free' }, ...user })
      return id
    },
    row,
  }
}
