// Users as the kernel sees them, whether they live in our table or the app's.
// Order matters: epoch and revision are read with or before what they vouch for, so that a change in between outdates it.

import { maxClaimsBytes } from '../domain/claims.js'
import type { JsonObject } from '../domain/json.js'
import type { Profile, Subject } from '../domain/user.js'
import { parseUsername } from '../domain/username.js'
import { AuthError, ConfigurationError } from '../errors.js'
import type { FoundSession, Store, UserStore } from '../ports/store.js'
import type { UserSource } from '../ports/user-source.js'

export interface UserDirectory {
  /** Whom a login names, with a subject no newer than the hash. Null when nobody. */
  findLogin(login: string): Promise<LoginCandidate | null>
  /** The profile as it is now. Null when there is no such user or the app calls them disabled. */
  load(userId: string): Promise<Profile | null>
  /** The same of a session's user, when the session has just been read: our own table was read with it. */
  profileOf(found: FoundSession): Promise<Profile | null>
  /**
   * Stores the hash and ends every session but `spare`. Null when there is no such user, or the epoch is not `ifEpoch` any
   * more: everything of theirs was ended since the old password was proven, perhaps because it was stolen.
   */
  replacePassword(change: PasswordChange): Promise<Subject | null>
  /** The password hash of a user, null when they have none, with an epoch that is not newer. */
  findHash(userId: string): Promise<HashAtEpoch>
  /**
   * Replaces one hash of the same password by another, and nothing else. False when the stored one is not `from` any
   * more: the password was changed meanwhile.
   */
  upgradePassword(upgrade: PasswordHashUpgrade): Promise<boolean>
  /** Null when they have none, or the app keeps its users itself. */
  findEmail(userId: string): Promise<string | null>
  /** Our own table; null when the app keeps its users itself. */
  readonly own: UserStore | null
}

export interface PasswordChange {
  readonly userId: string
  readonly passwordHash: string
  readonly spare: string | null
  readonly ifEpoch: number
}

export interface HashAtEpoch {
  readonly hash: string | null
  readonly epoch: number
}

export interface PasswordHashUpgrade {
  readonly userId: string
  /** By which the app's table finds them. */
  readonly login: string
  readonly from: string
  readonly to: string
}

export interface LoginCandidate {
  readonly subject: Subject
  readonly passwordHash: string | null
}

/** What `claims()` is made from. */
export interface UserForClaims {
  readonly id: string
  readonly roles: readonly string[]
  /** Those stored in our own table; none when the app keeps its users itself. */
  readonly claims: JsonObject
}

export type ClaimsOf = (user: UserForClaims) => object | Promise<object>

export function createOwnDirectory(store: Store, claimsOf: ClaimsOf): UserDirectory {
  async function describe(id: string, user: FoundSession['user']): Promise<Profile | null> {
    if (user === null) return null
    const { username, roles, claims } = user
    return { username, roles, claims: asClaims(await claimsOf({ id, roles, claims })) }
  }
  return {
    own: store.users,
    async findLogin(login) {
      const name = parseUsername(login)
      if (name === null) return null
      const { value } = await store.users.findByUsername(name.key)
      return value === null ? null : { subject: value.subject, passwordHash: value.user.passwordHash }
    },
    async load(userId) {
      return await describe(userId, (await store.users.find(userId)).value?.user ?? null)
    },
    profileOf: ({ session, user }) => describe(session.userId, user),
    async replacePassword({ userId, passwordHash, spare, ifEpoch }) {
      return (await store.users.replacePassword(userId, passwordHash, spare, ifEpoch)).value
    },
    async findHash(userId) {
      const { value } = await store.users.find(userId)
      return { hash: value?.user.passwordHash ?? null, epoch: value?.subject.epoch ?? 0 }
    },
    async upgradePassword({ userId, from, to }) {
      return (await store.users.upgradePassword(userId, from, to)).value
    },
    async findEmail(userId) {
      return (await store.users.find(userId)).value?.user.email ?? null
    },
  }
}

/** @param claimsOf when null, the claims are those that the source loads. */
export function createForeignDirectory(
  source: UserSource<object>,
  store: Store,
  claimsOf: ClaimsOf | null,
): UserDirectory {
  async function hashOf(userId: string, login: string): Promise<string | null> {
    const found = await source.findLogin(login)
    return found !== null && found.id === userId ? found.passwordHash : null
  }
  async function load(userId: string): Promise<Profile | null> {
    const user = await source.load(userId)
    if (user === null || user.disabled) return null
    const { username, roles } = user
    return {
      username,
      roles,
      claims: asClaims(claimsOf === null ? user.claims : await claimsOf({ id: userId, roles, claims: {} })),
    }
  }
  return {
    own: null,
    load,
    profileOf: ({ session }) => load(session.userId),
    async findLogin(login) {
      const found = await source.findLogin(login)
      if (found === null) {
        // The same round trips as for somebody who exists, so that time tells nothing.
        await store.subjects.find(nobody)
        await source.findLogin(login)
        return null
      }
      const { value: subject } = await store.subjects.ensure(checkUserId(found.id))
      // Read again: the hash must not be older than the epoch that the session will carry.
      return { subject, passwordHash: await hashOf(found.id, login) }
    },
    async replacePassword({ userId, passwordHash, spare, ifEpoch }) {
      // Before as well: should the app's table or our store fail halfway, what the old password opened has ended already. And
      // of those who raise it from one epoch, one may go on.
      const { value: raised } = await store.subjects.raiseEpoch(userId, spare)
      if (raised === null || raised.epoch !== ifEpoch + 1) return null
      await source.savePasswordHash(userId, passwordHash, null)
      return (await store.subjects.raiseEpoch(userId, spare)).value
    },
    async findHash(userId) {
      const { value: subject } = await store.subjects.find(userId)
      const user = await source.load(userId)
      const hash = user === null ? null : await hashOf(userId, user.username)
      return { hash, epoch: subject?.epoch ?? 0 }
    },
    async upgradePassword({ userId, login, from, to }) {
      // Verifying and hashing took a while. An app that ignores `replacing` is left with the moment between these two.
      if ((await hashOf(userId, login)) !== from) return false
      await source.savePasswordHash(userId, to, from)
      return true
    },
    findEmail: async () => null,
  }
}

const nobody = 'nobody has this id, for it has spaces'

/** @throws AuthError `invalid_request` when the id is empty, too long or has control characters (drivers cut text at NUL). */
export function checkUserId(id: string): string {
  if (!isUserId(id)) {
    throw new AuthError('invalid_request', {
      detail: 'A user id is 1 to 128 characters without control characters.',
    })
  }
  return id
}

export function isUserId(id: string): boolean {
  return id.length >= 1 && id.length <= 128 && !/\p{Cc}/u.test(id)
}

/** The claims as a token would carry them: what JSON cannot say is gone in every mode alike. */
function asClaims(claims: object): JsonObject {
  const text = JSON.stringify(claims)
  if (Buffer.byteLength(text) > maxClaimsBytes) {
    throw new ConfigurationError(
      'claims() returned more than 1 kB of JSON. Keep what is large in your own tables.',
    )
  }
  const parsed: JsonObject = JSON.parse(text)
  return parsed
}
