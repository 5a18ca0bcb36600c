// The schema as a list of steps, each applied once and recorded. All pending steps are one transaction: however many
// processes open a new database at the same moment, one of them builds it and the others find it built.

import { ConfigurationError } from '../../errors.js'
import type { Transaction } from './driver.js'
import { integerOf } from './rows.js'

/** Where engines differ in a definition. */
export interface Dialect {
  /** A type that holds integers up to 2^53. */
  readonly integer: string
  /** What follows the columns of a table. */
  readonly table: string
  /** The same for a table of small rows found by their key alone. */
  readonly compactTable: string
}

interface Migration {
  readonly version: number
  readonly statements: readonly string[]
}

/** Brings the schema up to date. @throws ConfigurationError when it is newer than this version of Sessera. */
export function migrate(dialect: Dialect): Transaction<void> {
  const migrations = migrationsIn(dialect)
  return function* (now) {
    yield {
      sql: `CREATE TABLE IF NOT EXISTS sessera_migrations (
        version ${dialect.integer} NOT NULL PRIMARY KEY, applied_at ${dialect.integer} NOT NULL) ${dialect.table}`,
      params: [],
    }
    const rows = yield { sql: 'SELECT version FROM sessera_migrations', params: [] }
    const current = Math.max(0, ...rows.map((row) => integerOf(row, 'version')))
    const latest = migrations.length
    if (current > latest) {
      throw new ConfigurationError(
        `The database was written by a newer version of Sessera (schema ${current}, this version knows ${latest}). Upgrade the sessera package, or give another database.`,
      )
    }
    for (const { version, statements } of migrations.slice(current)) {
      for (const sql of statements) yield { sql, params: [] }
      yield {
        sql: 'INSERT INTO sessera_migrations (version, applied_at) VALUES (?, ?)',
        params: [version, now],
      }
    }
  }
}

// Published steps are never edited: a change of the schema is a new step at the end. Names carry a prefix because an
// app may keep its own `users` in the same database.
function migrationsIn({ integer, table, compactTable }: Dialect): readonly Migration[] {
  return [
    {
      version: 1,
      statements: [
        `CREATE TABLE sessera_subjects (
          user_id TEXT NOT NULL PRIMARY KEY,
          epoch ${integer} NOT NULL,
          revision ${integer} NOT NULL,
          disabled_at ${integer},
          spared_session TEXT,
          spared_from ${integer},
          CHECK ((spared_session IS NULL) = (spared_from IS NULL))
        ) ${compactTable}`,
        `CREATE TABLE sessera_users (
          id TEXT NOT NULL PRIMARY KEY REFERENCES sessera_subjects (user_id) DEFERRABLE INITIALLY DEFERRED,
          username TEXT NOT NULL,
          username_key TEXT NOT NULL UNIQUE,
          email TEXT,
          password_hash TEXT,
          roles TEXT NOT NULL,
          created_at ${integer} NOT NULL
        ) ${table}`,
        `CREATE TABLE sessera_sessions (
          id TEXT NOT NULL PRIMARY KEY,
          user_id TEXT NOT NULL,
          client_id TEXT,
          mode TEXT NOT NULL,
          purpose TEXT NOT NULL,
          generation ${integer} NOT NULL,
          seed TEXT NOT NULL,
          last_transition TEXT NOT NULL,
          rotated_at ${integer} NOT NULL,
          epoch ${integer} NOT NULL,
          created_at ${integer} NOT NULL,
          proven_at ${integer} NOT NULL,
          factors TEXT NOT NULL,
          last_seen_at ${integer} NOT NULL,
          idle_seconds ${integer} NOT NULL,
          expires_at ${integer} NOT NULL,
          ip TEXT,
          user_agent TEXT,
          label TEXT,
          version ${integer} NOT NULL,
          data TEXT NOT NULL,
          data_version ${integer} NOT NULL
        ) ${table}`,
        'CREATE INDEX sessera_sessions_user ON sessera_sessions (user_id)',
        'CREATE INDEX sessera_sessions_end ON sessera_sessions (expires_at)',
        'CREATE INDEX sessera_sessions_idle_end ON sessera_sessions ((last_seen_at + idle_seconds * 1000))',
        `CREATE TABLE sessera_signing_keys (
          kid TEXT NOT NULL PRIMARY KEY,
          algorithm TEXT NOT NULL,
          sealed TEXT NOT NULL,
          created_at ${integer} NOT NULL,
          signs_from ${integer} NOT NULL
        ) ${table}`,
        `CREATE TABLE sessera_limits (
          limit_key TEXT NOT NULL PRIMARY KEY,
          attempts ${integer} NOT NULL,
          ends_at ${integer} NOT NULL
        ) ${compactTable}`,
        'CREATE INDEX sessera_limits_end ON sessera_limits (ends_at)',
      ],
    },
    {
      version: 2,
      statements: [
        `CREATE TABLE sessera_deployment (
          id ${integer} NOT NULL PRIMARY KEY CHECK (id = 1),
          epoch ${integer} NOT NULL
        ) ${table}`,
        'INSERT INTO sessera_deployment (id, epoch) VALUES (1, 1)',
        'CREATE INDEX sessera_subjects_epoch ON sessera_subjects (epoch)',
        `CREATE TABLE sessera_feed (
          id ${integer} NOT NULL PRIMARY KEY CHECK (id = 1),
          last ${integer} NOT NULL,
          horizon ${integer} NOT NULL
        ) ${table}`,
        'INSERT INTO sessera_feed (id, last, horizon) VALUES (1, 0, 0)',
        `CREATE TABLE sessera_changes (
          seq ${integer} NOT NULL PRIMARY KEY,
          nonce TEXT NOT NULL,
          reasserts TEXT,
          kind TEXT NOT NULL,
          subject TEXT NOT NULL,
          user_id TEXT,
          epoch ${integer},
          revision ${integer},
          spared_session TEXT,
          spared_from ${integer},
          mode TEXT,
          changed_at ${integer} NOT NULL,
          keep_until ${integer} NOT NULL
        ) ${table}`,
        // Not unique: a revocation must never fail over a nonce.
        'CREATE INDEX sessera_changes_nonce ON sessera_changes (nonce)',
        'CREATE INDEX sessera_changes_reasserts ON sessera_changes (reasserts) WHERE reasserts IS NOT NULL',
      ],
    },
  ]
}
