// What Sessera asks of the table: whom a login names, who somebody is, and to keep a hash. It never sees another column.

import { and, eq } from 'drizzle-orm'
import { people } from './people.js'

/**
 * @param {ReturnType<typeof import('./people.js').openPeople>} db
 * @returns {import('sessera').UserSource<{ name: string }>}
 */
export function createUserSource(db) {
  return {
    async findLogin(login) {
      const [found] = await db.select().from(people).where(eq(people.email, login.trim().toLowerCase()))
      return found === undefined ? null : { id: String(found.id), passwordHash: found.passwordHash }
    },

    async load(id) {
      const [found] = await db
        .select()
        .from(people)
        .where(eq(people.id, Number(id)))
      if (found === undefined) return null
      const { email, name, role, blocked } = found
      return { username: email, roles: [role], disabled: blocked, claims: { name } }
    },

    async savePasswordHash(id, passwordHash, replacing) {
      // A hash that is only renewed gives way to a password that was changed at the same moment.
      const unchanged = replacing === null ? undefined : eq(people.passwordHash, replacing)
      await db
        .update(people)
        .set({ passwordHash })
        .where(and(eq(people.id, Number(id)), unchanged))
    },
  }
}
