// Records to store. The texts are those that have come back changed from some database somewhere.

import type { AuditEvent } from '../../domain/audit.js'
import type { LostChange } from '../../domain/change.js'
import type { BackOff } from '../../domain/guesses.js'
import type { Session } from '../../domain/session.js'
import type { User } from '../../domain/user.js'
import type { StoredKey } from '../../ports/store.js'

const newYear = Date.UTC(2026, 0, 1)

export function userRecord(fields: Partial<User> = {}): User {
  return {
    id: 'u-1',
    username: 'Ada',
    email: 'ada@example.org',
    passwordHash: '$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$aGFzaGhhc2hoYXNoaGFzaA',
    roles: ['teller', 'pro'],
    claims: { plan: 'gold', limits: { perDay: 3, regions: ['eu', null] } },
    createdAt: newYear,
    ...fields,
  }
}

export function sessionRecord(fields: Partial<Session> = {}): Session {
  return {
    id: 's-1',
    userId: 'u-1',
    clientId: 'app',
    mode: 'hybrid',
    purpose: 'session',
    generation: 4,
    seed: 'AAECAwQFBgcICQoLDA0ODw',
    lastTransition: 'exchange',
    rotatedAt: newYear + 1,
    epoch: 2,
    createdAt: newYear + 2,
    provenAt: newYear + 3000,
    factors: ['pwd', 'otp'],
    lastSeenAt: newYear + 4,
    idleSeconds: 3600,
    expiresAt: newYear + 86_400_000,
    ip: '2001:db8::1',
    userAgent: 'Mozilla/5.0',
    label: 'Work laptop',
    version: 7,
    ...fields,
  }
}

export function keyRecord(fields: Partial<StoredKey> = {}): StoredKey {
  return {
    kid: 'k-1',
    algorithm: 'EdDSA',
    sealed: 'c2VhbGVk',
    createdAt: newYear,
    signsFrom: newYear + 60_000,
    ...fields,
  }
}

export function auditEvent(fields: Partial<AuditEvent> = {}): AuditEvent {
  return {
    at: newYear,
    name: 'session_ended',
    actorId: 'u-9',
    userId: 'u-1',
    sessionId: 's-1',
    ip: '2001:db8::1',
    userAgent: 'Mozilla/5.0',
    requestId: 'r-1',
    cause: 'theft',
    ...fields,
  }
}

/** Short, because a store with a clock of its own really waits. */
export const backOff: BackOff = {
  free: 3,
  firstWaitMs: 200,
  longestWaitMs: 500,
  most: 7,
  forgetMs: 2000,
}

/** What a follower remembers of an entry that the store under test has never had, as after a failover. */
export function lostChange(fields: Partial<LostChange> = {}): LostChange {
  return {
    seq: 9,
    nonce: 'lost-000009',
    kind: 'session_ended',
    subject: 's-1',
    epoch: null,
    revision: null,
    spared: null,
    mode: null,
    keepUntil: newYear + 60_000,
    ...fields,
  }
}

/** Texts that must come back byte for byte, and must not be taken for each other. */
export const spellings: readonly string[] = [
  '',
  ' ',
  'a',
  'A',
  'ä',
  // The same letter as two code points.
  'a\u0308',
  ' a',
  'a ',
  '__proto__',
  'constructor',
  'null',
  '0',
  '00',
  '1e3',
  `it's "quoted" \`thrice\``,
  `Robert'); DROP TABLE sessera_users; --`,
  '%_?$1:name@x\\',
  'line\nbreak\r\ttab',
  '\u2028\u200f\ufeff',
  '日本語 العربية ไทย',
  '👩🏽‍🚀🏳️‍🌈',
  '{"json":true}',
  'x'.repeat(4096),
]
