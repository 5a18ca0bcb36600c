// What Sessera asks of a database, in domain verbs.
//
// Every method is total and atomic by itself. Absent is null or false; throwing means that the store failed, and the
// kernel then refuses (503). A store judges nothing: it never decides that a session has expired or a user may not
// enter. Every answer carries the store's own time, read within the same step, because one node's wrong clock must
// neither kill nor revive anybody. Reads go to the primary: an answer never predates a write that was acknowledged
// before the read began. Identifiers and texts are kept byte for byte.
//
// A write that others must hear of appends its entry to the change feed by itself: in the same transaction, last in it,
// and only if the write took effect. Each such method says so.

import type { AuditEvent, AuditName, RecordedEvent } from '../domain/audit.js'
import type { Change, LostChange, Position } from '../domain/change.js'
import type { BackOff, Guess } from '../domain/guesses.js'
import type { Json, JsonObject } from '../domain/json.js'
import type { Session, SessionWithSubject } from '../domain/session.js'
import type { Subject, User } from '../domain/user.js'
import type { Clock } from './clock.js'
import type { Random } from './random.js'

export type { BackOff, Guess } from '../domain/guesses.js'

/** A value and the store's time (epoch ms) when it was true. */
export interface Answer<T> {
  readonly value: T
  readonly now: number
}

/** What `createAuth({ store })` takes: `sqlite('auth.db')`, `memory()`, or your own. */
export interface StoreSource {
  /** Opens the store and brings its schema up to date. Safe to call from several processes at once. */
  open(using: StoreMeans): Promise<Store>
}

/** What a store needs of whoever opens it. */
export interface StoreMeans {
  readonly clock: Clock
  readonly random: Random
  /**
   * How long a change must stay known, ms: as long as an access token issued before it may be taken for valid
   * (its lifetime, the skew between clocks, and a margin). Becomes `keepUntil` of the entries that this one writes.
   */
  readonly keepChangesMs: number
}

export interface Store {
  readonly subjects: SubjectStore
  readonly users: UserStore
  readonly sessions: SessionStore
  readonly keys: KeyStore
  readonly limits: LimitStore
  readonly audit: AuditStore
  readonly deployment: DeploymentStore
  readonly feed: FeedStore
  close(): Promise<void>
}

/**
 * Every answer shows the subject under the deployment's epoch: `epoch` is the higher of the two, and `spared` is null
 * where the deployment's was raised later (`underDeployment`).
 */
export interface SubjectStore {
  /** The row of this user, made at the deployment's epoch with revision 1 if there is none. Of many at once, one makes it. */
  ensure(userId: string): Promise<Answer<Subject>>
  find(userId: string): Promise<Answer<Subject | null>>
  /**
   * epoch + 1. With `spare`, that one session stays valid (see `isOutranked`): its `fromEpoch` is the epoch before the
   * raise, or the earlier one if the same session was spared the last time too. Without, nobody is spared.
   * Null when there is no such subject. Appends `user`.
   */
  raiseEpoch(userId: string, spare: string | null): Promise<Answer<Subject | null>>
  /** revision + 1. Appends `user`. */
  raiseRevision(userId: string): Promise<Answer<Subject | null>>
  /**
   * Sets `disabledAt` to the store's time unless it is set already, and raises the epoch, sparing nobody. Appends `user`.
   * `last` and nothing written, when they are the last of `keep` (`LastOf`).
   */
  disable(userId: string, keep: string | null): Promise<Answer<Subject | LastOf | null>>
  /** Clears `disabledAt`. The epoch stays: nothing that was ended comes back. Appends nothing: nobody remembers a refusal. */
  enable(userId: string): Promise<Answer<Subject | null>>
}

/** A person of our own users table and their subject row, read in one step. */
export interface UserWithSubject {
  readonly user: User
  readonly subject: Subject
}

/**
 * A role that must not be lost: where a method takes one as `keep`, it answers `last` and writes nothing if the user has
 * that role, is enabled, and no other enabled user of our table has it and a password: who never could sign in is nobody
 * to rely on. With null it asks nothing. Of two at once who would each leave the other as the last, one is refused.
 *
 * An app that signs its administrators in by a way of its own may have given none of them a password. The store cannot know
 * of that way, so each of them is the last, and goes only where somebody insists (`force`).
 */
export type LastOf = 'last'

/** What became of the user whose roles were replaced, and which they had until that step. */
export interface ReplacedRoles {
  readonly subject: Subject
  readonly before: readonly string[]
}

/** Somebody to add, with the key that makes their username unique. */
export interface NewUserRow {
  readonly user: User
  readonly usernameKey: string
  /** True: their subject row is made with the store's time as `disabledAt`, in the same step. */
  readonly disabled: boolean
}

export interface UserQuery {
  /** Username key of the last one of the page before; null: from the beginning. */
  readonly after: string | null
  /** At least 1. */
  readonly limit: number
  /** What the username key, or the email address in lower case, begins with, character for character. Null: everybody. */
  readonly startsWith: string | null
  readonly role: string | null
  readonly disabled: boolean | null
}

export interface UserPage {
  /** In the order of their username keys, compared byte for byte as UTF-8. */
  readonly users: readonly UserWithSubject[]
  /** What to go on after; null when that was all. */
  readonly next: string | null
}

export interface UserStore {
  /**
   * Adds the user, and a subject row as `subjects.ensure` makes it. False when the id or the key is taken; nothing is
   * written then. An id is taken by a user, and by a subject row too: what once named somebody never names another, least
   * of all somebody who was removed.
   */
  create(user: User, usernameKey: string): Promise<Answer<boolean>>
  /** The same, if nobody has `role`, disabled or not; else `exists`. Of many at once, one creates. */
  createFirst(user: User, usernameKey: string, role: string): Promise<Answer<'created' | 'taken' | 'exists'>>
  /** Adds many in one step; one that is taken is left out, and so is the second of two in the list. For each: was it added. */
  createMany(users: readonly NewUserRow[]): Promise<Answer<readonly boolean[]>>
  list(query: UserQuery): Promise<Answer<UserPage>>
  find(id: string): Promise<Answer<UserWithSubject | null>>
  findByUsername(usernameKey: string): Promise<Answer<UserWithSubject | null>>
  /**
   * Sets the hash and raises the epoch in one step, sparing `spare`. With `ifEpoch`, only if that is the subject's epoch
   * (as `find` shows it): of many at once with one epoch, one wins. Null, and nothing written, otherwise or when there is no
   * such user. Appends `user`.
   */
  replacePassword(
    id: string,
    passwordHash: string,
    spare: string | null,
    ifEpoch: number | null,
  ): Promise<Answer<Subject | null>>
  /**
   * Compare-and-set: `to` becomes the hash if the stored one is `from`, byte for byte. For another hash of the same
   * password, so neither epoch nor revision is raised. Of many at once with one `from`, one wins. False when there is no
   * such user, they have no hash, or it is another one; nothing is written then. Appends nothing.
   */
  upgradePassword(id: string, from: string, to: string): Promise<Answer<boolean>>
  /**
   * Sets the roles and raises the revision in one step, and answers with those that were there before, so that of many at
   * once each knows what it alone has changed. Appends `user`. `last`: see `LastOf`; roles that hold `keep` are never refused.
   */
  replaceRoles(
    id: string,
    roles: readonly string[],
    keep: string | null,
  ): Promise<Answer<ReplacedRoles | LastOf | null>>
  /** Sets the claims and raises the revision in one step. Appends `user`. */
  replaceClaims(id: string, claims: JsonObject): Promise<Answer<Subject | null>>
  /**
   * Removes the user, their sessions and what these hold, and raises the epoch, sparing nobody. The subject row stays,
   * disabled: whatever still names this id is refused, and nobody else gets it (`create`). Answers with the sessions that ended; null when there is
   * no such user; `last`: see `LastOf`. Appends `user`.
   */
  remove(id: string, keep: string | null): Promise<Answer<readonly Session[] | LastOf | null>>
}

/** What one read tells of a session: itself, its user's subject row, and who that is. */
export interface FoundSession extends SessionWithSubject {
  /** From our own users table; null when the user is not there, as when the app keeps its users itself. */
  readonly user: Pick<User, 'username' | 'roles' | 'claims'> | null
}

export interface SessionStore {
  /** Adds a session, with data null at data version 1. False when the id exists; nothing is written then. */
  create(session: Session): Promise<Answer<boolean>>
  /** The session, its user's subject row and the user in one step. Null when one of the first two is missing. */
  find(id: string): Promise<Answer<FoundSession | null>>
  /**
   * Compare-and-set: writes what a generation may change (mode, purpose, generation, last transition, epoch, proof,
   * factors, version) as `next` has it if the stored version is `expectedVersion`; of many at once, one wins. What a
   * session is born with, its end above all, is left alone. `rotatedAt` becomes the store's time of this write, whatever
   * `next` says, and is the answer's `now`: counted from the read before it, a server that pauses between the two would
   * use up the grace. `lastSeenAt` becomes the larger of the two. Data is left alone. False when the session is gone or
   * its version is another. Appends `session_moved` unless `next` came by a refresh (`isMove`).
   */
  replace(next: Session, expectedVersion: number): Promise<Answer<boolean>>
  /** Moves `lastSeenAt` forward, never back, and never revives: false when the session is gone. */
  touch(id: string, seenAt: number): Promise<Answer<boolean>>
  /** Removes the session and answers with what it was; null when it was gone. Of many at once, one gets it. Appends `session_ended`. */
  end(id: string): Promise<Answer<Session | null>>
  /**
   * Removes the user's sessions whose `epoch` is below `belowEpoch`, never `except`, and answers with what they were.
   * Appends nothing: it tidies up after the raise of the user's epoch to `belowEpoch`, which is what ends them. A session
   * that has begun since then bears that epoch, and stays.
   */
  endAll(userId: string, except: string | null, belowEpoch: number): Promise<Answer<readonly Session[]>>
  /**
   * Removes the user's sessions beyond the `most` that were seen latest, never `spare`, and answers with what they were.
   * `most` is at least 1, and `spare` is one of them. Appends `session_ended` for each.
   */
  endBeyond(userId: string, most: number, spare: string): Promise<Answer<readonly Session[]>>
  /** All sessions of the user, latest seen first. For display: says nothing about validity. */
  list(userId: string): Promise<Answer<readonly Session[]>>
  readData(id: string): Promise<Answer<SessionData | null>>
  /** Compare-and-set on the data's own version, which becomes one higher. False when gone or outdated. */
  writeData(id: string, data: Json, expectedVersion: number): Promise<Answer<boolean>>
  /** Removes sessions past their absolute or idle end at `at`. Answers with how many. Appends nothing: all know when they end. */
  removeExpired(at: number): Promise<Answer<number>>
}

export interface SessionData {
  readonly data: Json
  readonly version: number
}

/** A signing key at rest. `sealed` is opaque to the store. */
export interface StoredKey {
  readonly kid: string
  readonly algorithm: string
  readonly sealed: string
  readonly createdAt: number
  /** From when it signs, epoch ms. Before, it is only published. */
  readonly signsFrom: number
}

export interface KeyStore {
  /** All keys, oldest `signsFrom` first. */
  list(): Promise<Answer<readonly StoredKey[]>>
  /** Adds a key if the one with the latest `signsFrom` still is `newest` (null: there is none). Of many at once, one wins. Appends `keys`. */
  add(key: StoredKey, newest: string | null): Promise<Answer<boolean>>
  /** False when it was gone. Appends `keys`. */
  remove(kid: string): Promise<Answer<boolean>>
}

/** Attempts within one window. */
export interface Attempts {
  readonly count: number
  /** When the window ends and the count starts again, epoch ms. */
  readonly endsAt: number
}

export interface LimitStore {
  /**
   * Asks for one more guess, and answers as `judgeGuess` does. Counted before it is tried, and until `clear` taken for
   * wrong, so that of a hundred at once no more go than may.
   */
  guess(key: string, backOff: BackOff): Promise<Answer<Guess>>
  /** Takes one counted guess back, which could not be tried, and its wait with it: see `withoutLatest`. */
  unguess(key: string): Promise<Answer<void>>
  /** Counts one attempt and answers with the count, itself included. A window begins with its first attempt. */
  count(key: string, windowMs: number): Promise<Answer<Attempts>>
  /** Takes one counted attempt back, never below zero. A no-op when there is none in the running window. */
  uncount(key: string): Promise<Answer<void>>
  /** Forgets the attempts and guesses under this key. */
  clear(key: string): Promise<Answer<void>>
  /** Removes windows that ended, and guesses that are forgotten, before `at`. */
  removeEnded(at: number): Promise<Answer<number>>
}

export interface AuditQuery {
  readonly order: 'newest' | 'oldest'
  /** `seq` to go on from, not itself included; null: from the end that `order` begins with. */
  readonly after: number | null
  /** At least 1. */
  readonly limit: number
  /** Whoever did it or had it done to them. */
  readonly userId: string | null
  readonly name: AuditName | null
  /** Epoch ms, inclusive. */
  readonly since: number | null
  /** Epoch ms, exclusive. */
  readonly until: number | null
}

/** The record only grows at one end and shrinks at the other: there is no way to change or remove a line in between. */
export interface AuditStore {
  /** Adds all or none, in this order. */
  append(events: readonly AuditEvent[]): Promise<Answer<void>>
  list(query: AuditQuery): Promise<Answer<readonly RecordedEvent[]>>
  /** Removes what happened before `at`. Answers with how many. */
  removeBefore(at: number): Promise<Answer<number>>
}

/** How many there are, of one moment. */
export interface Counts {
  readonly users: number
  readonly disabledUsers: number
  /** Records, those included that nobody can use any more and that are not swept yet. */
  readonly sessions: number
  readonly changes: number
  readonly auditEvents: number
}

/** What holds for every user at once. */
export interface DeploymentStore {
  count(): Promise<Answer<Counts>>
  /**
   * Ends everything of everyone: the deployment's epoch becomes one higher than it, every user's and `above`, sparing nobody.
   * Answers with it. Appends `everyone`, one entry however many users there are.
   */
  raiseEpoch(above: number): Promise<Answer<number>>
}

export interface FeedStore {
  /**
   * One read of the feed, all of one moment; it never waits behind a writer. `limit`, at least 1, is the most entries
   * behind `after` to answer with.
   */
  read(after: number, limit: number): Promise<Answer<FeedPage>>
  /**
   * After a failover or a restore: makes good what a follower knows and the store has lost, all of it in one step. The
   * state first: a session is gone; a user's epoch is one above the store's and the lost one, sparing nobody
   * (`afterLostChange`), their revision at least the lost one; the deployment's epoch is one above the lost one, its own
   * and every user's. Where a handle moved or a key changed, the feed alone can tell. Then an entry for each, kept at
   * least as long as the lost one.
   *
   * Higher than both, because each history has given the same numbers to changes of its own: at the height of either,
   * what the other had ended would stand.
   *
   * What a change does not say does not come back: a user who was disabled or removed is signed out everywhere, and may
   * sign in again until that is done once more; a new password, new roles or new claims are those from before. What was
   * issued before is over in any case.
   *
   * The entry bears a nonce of its own, so that a place in the feed never belongs to two histories. The lost nonce is
   * noted beside it: of many followers that assert the same change, one appends, and what the store has is left alone.
   */
  reassert(lost: readonly LostChange[]): Promise<Answer<void>>
  /**
   * Removes the oldest entries, as long as their `keepUntil` is before `at`, never the last one of all, and moves the
   * horizon. Answers with how many.
   */
  prune(at: number): Promise<Answer<number>>
}

export interface FeedPage {
  /** The place of the entry at `after` as it is now, null when there is none: never was, or pruned. */
  readonly at: Position | null
  /** Those behind `after`, oldest first. */
  readonly entries: readonly Change[]
  /** `seq` of the last entry, 0 when there was none yet. */
  readonly head: number
  /** `seq` of the last entry that was pruned, 0 when none was. */
  readonly horizon: number
}
