// The table that was there before, as an app would have it: numbers for ids, addresses to sign in with, one role.

import { DatabaseSync } from '@photostructure/sqlite'
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { drizzle } from 'drizzle-orm/sqlite-proxy'

export const people = sqliteTable('people', {
  id: integer('id').primaryKey(),
  email: text('email').notNull().unique(),
  name: text('name').notNull(),
  passwordHash: text('password_hash'),
  role: text('role').notNull().default('member'),
  blocked: integer('blocked', { mode: 'boolean' }).notNull().default(false),
})

/** @param {string} path */
export function openPeople(path) {
  const database = new DatabaseSync(path)
  database.exec(`CREATE TABLE IF NOT EXISTS people (
    id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE, name TEXT NOT NULL, password_hash TEXT,
    role TEXT NOT NULL DEFAULT 'member', blocked INTEGER NOT NULL DEFAULT 0)`)
  return drizzle(async (sql, params, method) => {
    const statement = database.prepare(sql)
    if (method === 'run') statement.run(...params)
    const rows = method === 'run' ? [] : statement.all(...params).map((row) => Object.values(row ?? {}))
    return { rows: method === 'get' ? (rows[0] ?? []) : rows }
  })
}
