-- The schema as versions 1 and 2 made it. Never edited: what was written then must open for ever.

CREATE TABLE sessera_migrations (
        version INTEGER NOT NULL PRIMARY KEY, applied_at INTEGER NOT NULL) STRICT;

CREATE TABLE sessera_subjects (
          user_id TEXT NOT NULL PRIMARY KEY,
          epoch INTEGER NOT NULL,
          revision INTEGER NOT NULL,
          disabled_at INTEGER,
          spared_session TEXT,
          spared_from INTEGER,
          CHECK ((spared_session IS NULL) = (spared_from IS NULL))
        ) STRICT, WITHOUT ROWID;

CREATE TABLE sessera_users (
          id TEXT NOT NULL PRIMARY KEY REFERENCES sessera_subjects (user_id) DEFERRABLE INITIALLY DEFERRED,
          username TEXT NOT NULL,
          username_key TEXT NOT NULL UNIQUE,
          email TEXT,
          password_hash TEXT,
          roles TEXT NOT NULL,
          created_at INTEGER NOT NULL
        ) STRICT;

CREATE TABLE sessera_sessions (
          id TEXT NOT NULL PRIMARY KEY,
          user_id TEXT NOT NULL,
          client_id TEXT,
          mode TEXT NOT NULL,
          purpose TEXT NOT NULL,
          generation INTEGER NOT NULL,
          seed TEXT NOT NULL,
          last_transition TEXT NOT NULL,
          rotated_at INTEGER NOT NULL,
          epoch INTEGER NOT NULL,
          created_at INTEGER NOT NULL,
          proven_at INTEGER NOT NULL,
          factors TEXT NOT NULL,
          last_seen_at INTEGER NOT NULL,
          idle_seconds INTEGER NOT NULL,
          expires_at INTEGER NOT NULL,
          ip TEXT,
          user_agent TEXT,
          label TEXT,
          version INTEGER NOT NULL,
          data TEXT NOT NULL,
          data_version INTEGER NOT NULL
        ) STRICT;

CREATE INDEX sessera_sessions_user ON sessera_sessions (user_id);

CREATE INDEX sessera_sessions_end ON sessera_sessions (expires_at);

CREATE INDEX sessera_sessions_idle_end ON sessera_sessions ((last_seen_at + idle_seconds * 1000));

CREATE TABLE sessera_signing_keys (
          kid TEXT NOT NULL PRIMARY KEY,
          algorithm TEXT NOT NULL,
          sealed TEXT NOT NULL,
          created_at INTEGER NOT NULL,
          signs_from INTEGER NOT NULL
        ) STRICT;

CREATE TABLE sessera_limits (
          limit_key TEXT NOT NULL PRIMARY KEY,
          attempts INTEGER NOT NULL,
          ends_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

CREATE INDEX sessera_limits_end ON sessera_limits (ends_at);

CREATE TABLE sessera_deployment (
          id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
          epoch INTEGER NOT NULL
        ) STRICT;

INSERT INTO sessera_deployment (id, epoch) VALUES (1, 1);

CREATE INDEX sessera_subjects_epoch ON sessera_subjects (epoch);

CREATE TABLE sessera_feed (
          id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
          last INTEGER NOT NULL,
          horizon INTEGER NOT NULL
        ) STRICT;

INSERT INTO sessera_feed (id, last, horizon) VALUES (1, 0, 0);

CREATE TABLE sessera_changes (
          seq INTEGER NOT NULL PRIMARY KEY,
          nonce TEXT NOT NULL,
          reasserts TEXT,
          kind TEXT NOT NULL,
          subject TEXT NOT NULL,
          user_id TEXT,
          epoch INTEGER,
          revision INTEGER,
          spared_session TEXT,
          spared_from INTEGER,
          mode TEXT,
          changed_at INTEGER NOT NULL,
          keep_until INTEGER NOT NULL
        ) STRICT;

CREATE INDEX sessera_changes_nonce ON sessera_changes (nonce);

CREATE INDEX sessera_changes_reasserts ON sessera_changes (reasserts) WHERE reasserts IS NOT NULL;

