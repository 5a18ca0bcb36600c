// The schema as a list of steps, each applied once and recorded. All pending steps are one transaction: however many
// processes open a new database at the same moment, one of them builds it and the others find it built.

import { ConfigurationError } from '../../errors.js'
import type { Steps, Transaction } from './driver.js'
import { fillUserLists } from './fill-user-lists.js'
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
  /** What SQL alone cannot make of the rows that are there. */
  readonly fill?: () => Steps<void>
}

/** The version that `migrate` brings the schema to. */
export const latestSchema = 3

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
    if (current > latestSchema) {
      throw new ConfigurationError(
        `The database was written by a newer version of Sessera (schema ${current}, this version knows ${latestSchema}). Upgrade the sessera package, or give another database.`,
      )
    }
    for (const { version, statements, fill } of migrations.slice(current)) {
      for (const sql of statements) yield { sql, params: [] }
      if (fill !== undefined) yield* fill()
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
    {
      version: 3,
      statements: [
        "ALTER TABLE sessera_users ADD COLUMN claims TEXT NOT NULL DEFAULT '{}'",
        // What users are listed by. `email_key` is the address in lower case; `is_disabled` repeats the subject row.
        'ALTER TABLE sessera_users ADD COLUMN email_key TEXT',
        `ALTER TABLE sessera_users ADD COLUMN is_disabled ${integer} NOT NULL DEFAULT 0`,
        'CREATE INDEX sessera_users_email ON sessera_users (email_key, username_key)',
        'CREATE INDEX sessera_users_disabled ON sessera_users (username_key) WHERE is_disabled = 1',
        `CREATE TABLE sessera_user_roles (
          role TEXT NOT NULL,
          username_key TEXT NOT NULL,
          user_id TEXT NOT NULL,
          PRIMARY KEY (role, username_key)
        ) ${compactTable}`,
        `CREATE TABLE sessera_guesses (
          guess_key TEXT NOT NULL PRIMARY KEY,
          guesses ${integer} NOT NULL,
          next_at ${integer} NOT NULL,
          forget_at ${integer} NOT NULL
        ) ${compactTable}`,
        'CREATE INDEX sessera_guesses_end ON sessera_guesses (forget_at)',
        `CREATE TABLE sessera_audit_counter (
          id ${integer} NOT NULL PRIMARY KEY CHECK (id = 1),
          last ${integer} NOT NULL
        ) ${table}`,
        'INSERT INTO sessera_audit_counter (id, last) VALUES (1, 0)',
        `CREATE TABLE sessera_audit (
          seq ${integer} NOT NULL PRIMARY KEY,
          happened_at ${integer} NOT NULL,
          name TEXT NOT NULL,
          actor_id TEXT,
          user_id TEXT,
          session_id TEXT,
          ip TEXT,
          user_agent TEXT,
          request_id TEXT,
          cause TEXT
        ) ${table}`,
        'CREATE INDEX sessera_audit_time ON sessera_audit (happened_at)',
        'CREATE INDEX sessera_audit_name ON sessera_audit (name, seq)',
        'CREATE INDEX sessera_audit_user ON sessera_audit (user_id, seq) WHERE user_id IS NOT NULL',
        'CREATE INDEX sessera_audit_actor ON sessera_audit (actor_id, seq) WHERE actor_id IS NOT NULL',
      ],
      fill: fillUserLists,
    },
  ]
}
