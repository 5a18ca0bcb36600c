// What Sessera asks of a database, in domain verbs.
//
// Every method is total and atomic by itself. Absent is null or false; throwing means that the store failed, and the
// kernel then refuses (503). A store judges nothing: it never decides that a session has expired or a user may not
// enter. Every answer carries the store's own time, read within the same step, because one node's wrong clock must
// neither kill nor revive anybody. Reads go to the primary: an answer never predates a write that was acknowledged
// before the read began. Identifiers and texts are kept byte for byte.

import type { Json } from '../domain/json.js'
import type { Session, SessionWithSubject } from '../domain/session.js'
import type { Subject, User } from '../domain/user.js'
import type { Clock } from './clock.js'
import type { Random } from './random.js'

/** A value and the store's time (epoch ms) when it was true. */
export interface Answer<T> {
  readonly value: T
  readonly now: number
}

/** What `createAuth({ store })` takes: `sqlite('auth.db')`, `memory()`, or your own. */
export interface StoreSource {
  /** Opens the store and brings its schema up to date. Safe to call from several processes at once. */
  open(using: { readonly clock: Clock; readonly random: Random }): Promise<Store>
}

export interface Store {
  readonly subjects: SubjectStore
  readonly users: UserStore
  readonly sessions: SessionStore
  readonly keys: KeyStore
  readonly limits: LimitStore
  close(): Promise<void>
}

export interface SubjectStore {
  /** The row of this user, made with epoch 1 and revision 1 if there is none. Of many at once, one makes it. */
  ensure(userId: string): Promise<Answer<Subject>>
  find(userId: string): Promise<Answer<Subject | null>>
  /**
   * epoch + 1. With `spare`, that one session stays valid (see `isOutranked`): its `fromEpoch` is the epoch before the
   * raise, or the earlier one if the same session was spared the last time too. Without, nobody is spared.
   * Null when there is no such subject.
   */
  raiseEpoch(userId: string, spare: string | null): Promise<Answer<Subject | null>>
  /** revision + 1. */
  raiseRevision(userId: string): Promise<Answer<Subject | null>>
  /** Sets `disabledAt` to the store's time unless it is set already, and raises the epoch, sparing nobody. */
  disable(userId: string): Promise<Answer<Subject | null>>
  /** Clears `disabledAt`. The epoch stays: nothing that was ended comes back. */
  enable(userId: string): Promise<Answer<Subject | null>>
}

/** A person of our own users table and their subject row, read in one step. */
export interface UserWithSubject {
  readonly user: User
  readonly subject: Subject
}

export interface UserStore {
  /**
   * Adds the user, and their subject row (epoch 1, revision 1) unless there is one, which stays as it is. False when the id or the key is taken; nothing is written then.
   */
  create(user: User, usernameKey: string): Promise<Answer<boolean>>
  find(id: string): Promise<Answer<UserWithSubject | null>>
  findByUsername(usernameKey: string): Promise<Answer<UserWithSubject | null>>
  /** Sets the hash and raises the epoch in one step, sparing `spare`. Null when there is no such user. */
  replacePassword(id: string, passwordHash: string, spare: string | null): Promise<Answer<Subject | null>>
  /** Sets the roles and raises the revision in one step. */
  replaceRoles(id: string, roles: readonly string[]): Promise<Answer<Subject | null>>
}

export interface SessionStore {
  /** Adds a session, with data null at data version 1. False when the id exists; nothing is written then. */
  create(session: Session): Promise<Answer<boolean>>
  /** The session and its user's subject row in one step. Null when either is missing. */
  find(id: string): Promise<Answer<SessionWithSubject | null>>
  /**
   * Compare-and-set: writes `next` if the stored version is `expectedVersion`; of many at once, one wins.
   * `next.version` is what will be stored. `lastSeenAt` becomes the larger of the two. Data is left alone.
   * False when the session is gone or its version is another.
   */
  replace(next: Session, expectedVersion: number): Promise<Answer<boolean>>
  /** Moves `lastSeenAt` forward, never back, and never revives: false when the session is gone. */
  touch(id: string, seenAt: number): Promise<Answer<boolean>>
  /** Removes the session and answers with what it was; null when it was gone. Of many at once, one gets it. */
  end(id: string): Promise<Answer<Session | null>>
  /** Removes all sessions of the user but `except`, and answers with what they were. */
  endAll(userId: string, except: string | null): Promise<Answer<readonly Session[]>>
  /** All sessions of the user, latest seen first. For display: says nothing about validity. */
  list(userId: string): Promise<Answer<readonly Session[]>>
  readData(id: string): Promise<Answer<SessionData | null>>
  /** Compare-and-set on the data's own version, which becomes one higher. False when gone or outdated. */
  writeData(id: string, data: Json, expectedVersion: number): Promise<Answer<boolean>>
  /** Removes sessions past their absolute or idle end at `at`. Answers with how many. */
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
  /** Adds a key if the one with the latest `signsFrom` still is `newest` (null: there is none). Of many at once, one wins. */
  add(key: StoredKey, newest: string | null): Promise<Answer<boolean>>
  /** False when it was gone. */
  remove(kid: string): Promise<Answer<boolean>>
}

/** Attempts within one window. */
export interface Attempts {
  readonly count: number
  /** When the window ends and the count starts again, epoch ms. */
  readonly endsAt: number
}

export interface LimitStore {
  /** Counts one attempt and answers with the count, itself included. A window begins with its first attempt. */
  count(key: string, windowMs: number): Promise<Answer<Attempts>>
  /** Takes one counted attempt back, never below zero. A no-op when there is none in the running window. */
  uncount(key: string): Promise<Answer<void>>
  /** Forgets the attempts under this key. */
  clear(key: string): Promise<Answer<void>>
  /** Removes windows that ended before `at`. */
  removeEnded(at: number): Promise<Answer<number>>
}
