// The public object that createAuth returns, written out by hand. One type parameter: C, the app's own claims.

import type { KeyInfo } from './credentials/keyring.js'
import type { AuditName, RecordedEvent } from './domain/audit.js'
import type { Demands } from './domain/demands.js'
import type { From } from './domain/from.js'
import type { Json, JsonObject } from './domain/json.js'
import type { Mode, Principal } from './domain/principal.js'
import type { TokenPair } from './domain/token-pair.js'
import type { RequestHeaders } from './http/message.js'
import type { Gauges } from './kernel/gauges.js'
import type { ImportedUser, ImportVerdict } from './kernel/import-users.js'
import type { Invitation } from './kernel/invite-user.js'
import type { UserInfo } from './kernel/user-info.js'
import type { Events } from './ports/events.js'
import type { Counts } from './ports/store.js'

/** A session that has just begun, as its client can hold it. */
export interface Started {
  readonly sessionId: string
  /** `Set-Cookie` values. Send all of them, whatever the mode: they set or clear every cookie of ours. */
  readonly setCookies: readonly string[]
  /** Null unless the mode is `token`. */
  readonly tokens: TokenPair | null
}

/** A session as its owner may see it. Times are epoch ms by the store's clock. */
export interface SessionInfo {
  readonly id: string
  readonly mode: Mode
  /** How the person proved who they are: RFC 8176 `amr` values. */
  readonly factors: readonly string[]
  readonly provenAt: number
  readonly createdAt: number
  /** Written down at most once a minute. */
  readonly lastSeenAt: number
  /** When it ends if it is not used. */
  readonly idleEndsAt: number
  /** When it ends in any case. */
  readonly expiresAt: number
  readonly ip: string | null
  readonly userAgent: string | null
}

/** Who acts, for the record. What is left out is as around the call. */
export interface ActingAs {
  /** A user id, or what the app calls itself. */
  readonly actorId?: string | null | undefined
  /** Attempts with invitations are counted by it. */
  readonly ip?: string | null | undefined
  readonly requestId?: string | null | undefined
}

/**
 * Sessions and tokens for one origin.
 *
 * @example
 * const auth = createAuth({ origin: 'http://localhost:3000', store: sqlite('auth.db') })
 * const started = await auth.users.signIn('ada', 'a long enough passphrase', { mode: 'token' })
 * const me = await auth.authenticate({ authorization: `Bearer ${started.tokens?.access_token}` })
 */
// biome-ignore lint/complexity/noBannedTypes: {} is the honest "no claims of its own" default.
export interface Auth<out C = {}> {
  /**
   * Who a request is from. Give `method`: without it a request that carries cookies counts as one that changes
   * something, and must come from a trusted page.
   *
   * @throws AuthError 400, 401 or 403 as in `docs/errors.md`; 503 when the store cannot tell.
   */
  authenticate(
    headers: RequestHeaders,
    demands?: Demands,
    request?: { readonly method: string },
  ): Promise<Principal<C>>
  /**
   * The hot path: an access token or a session handle that was seen a moment ago, from memory, synchronously.
   * Null: not known here, call `authenticate`. It sees one credential, not a request: protection against forged
   * requests from other pages is the caller's.
   */
  check(credential: string, demands?: Demands): Principal<C> | null
  readonly sessions: {
    /** You have proven who it is (own table, Passport, SAML, social): start a session. */
    start(who: {
      readonly userId: string
      readonly mode?: Mode
      /** RFC 8176 `amr` values; default none. */
      readonly factors?: readonly string[]
      readonly remember?: boolean
      readonly from?: From
    }): Promise<Started>
    /** Those that can still be used, latest seen first. */
    list(userId: string): Promise<readonly SessionInfo[]>
    /** False when it had ended already. */
    end(sessionId: string, cause?: string): Promise<boolean>
    /** How many ended. `except` one session id lives on. */
    endAll(userId: string, options?: { readonly except?: string }): Promise<number>
    /** Ends every session of every user, tokens included, with one change: after restoring a backup. */
    endEveryone(): Promise<void>
    readData(sessionId: string): Promise<Json>
    /** Atomic: `change` may run again when somebody else was faster. At most 16 KiB of JSON. */
    updateData(sessionId: string, change: (data: Json) => Json): Promise<Json>
  }
  readonly users: {
    signIn(
      login: string,
      password: string,
      how?: {
        readonly mode?: Mode
        readonly remember?: boolean
        readonly from?: From
        /** The value of the device cookie, if one came: guesses with a browser that is known count apart from strangers'. */
        readonly device?: string | null
      },
    ): Promise<Started>
    create(user: {
      readonly username: string
      readonly password?: string
      readonly email?: string
      readonly roles?: readonly string[]
      readonly claims?: JsonObject
    }): Promise<{ readonly id: string }>
    /** Our own table only, as everything below that is not said to be for both. Null when there is nobody. */
    find(who: { readonly id: string } | { readonly username: string }): Promise<UserInfo | null>
    /** In the order of usernames; `next` is the `after` of the next page. At most 200 at once, default 50. */
    list(query?: {
      readonly after?: string
      readonly limit?: number
      /** What the username or the email address begins with. */
      readonly search?: string
      readonly role?: string
      readonly disabled?: boolean
    }): Promise<{ readonly users: readonly UserInfo[]; readonly next: string | null }>
    /**
     * For a first password (valid for 7 days), or a new one when it is lost or locked (30 minutes); `validFor` is a minute
     * to 30 days. Earlier invitations of this user end; the sessions of whoever has a password live on until it is replaced.
     *
     * @throws AuthError `not_found`, `conflict` for a user who is disabled.
     * @example
     * const { link } = await auth.users.invite(userId, { validFor: '2d' })
     */
    invite(userId: string, how?: { readonly validFor?: string | number }): Promise<Invitation>
    /**
     * Sets the password; everything of this user ends, and nobody is signed in. Attempts are limited by the address in
     * `auth.audit.attribute`.
     *
     * @throws AuthError `invitation_refused`, `password_unacceptable`, `too_many_requests`.
     */
    acceptInvitation(how: { readonly token: string; readonly password: string }): Promise<void>
    /**
     * Replaces the roles. Access tokens issued before are refused, sessions live on.
     *
     * @throws AuthError `last_administrator` unless `force`.
     */
    setRoles(userId: string, roles: readonly string[], how?: { readonly force?: boolean }): Promise<void>
    /** Replaces the stored claims, at most 1 kB of JSON. Access tokens issued before are refused, sessions live on. */
    setClaims(userId: string, claims: JsonObject): Promise<void>
    /** Both tables. Roles, claims or name changed in your own table: access tokens issued before are refused, sessions live on. */
    changed(userId: string): Promise<void>
    /**
     * Both tables. Everything of this user ends, and they cannot sign in until `enable`.
     *
     * @throws AuthError `last_administrator` unless `force`.
     */
    disable(userId: string, how?: { readonly force?: boolean }): Promise<void>
    /** Both tables. They may sign in again. What was ended stays ended. */
    enable(userId: string): Promise<void>
    /** Both tables. Forgets failed guesses at the password: they may try again at once. */
    unlock(userId: string): Promise<void>
    /**
     * Everything of this user ends and is removed. The id is never given to another.
     *
     * @throws AuthError `last_administrator` unless `force`.
     */
    delete(userId: string, how?: { readonly force?: boolean }): Promise<void>
    /** At most 1,000 at once, with the hashes they have. For each, in order, what became of it. `dryRun` writes nothing. */
    import(
      users: readonly ImportedUser[],
      how?: { readonly dryRun?: boolean },
    ): Promise<readonly ImportVerdict[]>
    /** A token for the first administrator; null when somebody has `administration.role`, or there is no such option. */
    inviteFirstAdministrator(): Promise<Invitation | null>
    /** Creates the first administrator. @throws AuthError `invitation_refused` when there is one by now. */
    createFirstAdministrator(who: {
      readonly token: string
      readonly username: string
      readonly password: string
    }): Promise<{ readonly id: string }>
  }
  readonly keys: {
    list(): Promise<readonly KeyInfo[]>
    /** Adds a key that signs ten minutes from now, when everyone who caches the public keys knows it. Answers with its `kid`. */
    rotate(): Promise<string>
    /** Emergency: tokens under this key are refused from now on. False when there is no such key. */
    revoke(kid: string): Promise<boolean>
  }
  readonly audit: {
    /** At most 1,000 at once, default 100, newest first unless `order` says otherwise. `after` is the `seq` to go on from. */
    list(query?: {
      readonly order?: 'newest' | 'oldest'
      readonly after?: number
      readonly limit?: number
      readonly userId?: string
      readonly name?: AuditName
      readonly since?: number
      readonly until?: number
    }): Promise<readonly RecordedEvent[]>
    /**
     * Runs `work`, and puts on record who did what it does. Attempts count at this address, and sessions begin from it, unless
     * `from` says otherwise.
     *
     * @example
     * await auth.audit.attribute({ actorId: admin.id, ip: req.ip }, () => auth.users.disable(userId))
     */
    attribute<T>(who: ActingAs, work: () => Promise<T>): Promise<T>
  }
  /** How much there is in the store. */
  count(): Promise<Counts>
  /** What this process is busy with; null until its store is open. */
  gauges(): Gauges | null
  /**
   * For what stays open, such as a WebSocket: calls `ended` once when the session has ended, for whatever reason, within
   * milliseconds of this process hearing of it and within a second in any case. If the store cannot tell any more whether
   * it is live, it counts as ended: a second after the store failed, a few seconds after it fell silent. Being open is
   * not being in use: a session that nothing else uses ends by idleness. Answers with the function that stops watching.
   * A WebSocket that is told to close may still talk until its client agrees: forget it first, then close it.
   *
   * @example
   * const stop = auth.onEnd(principal.sessionId, () => socket.close(4401, 'Session ended'))
   * socket.on('close', stop)
   */
  onEnd(sessionId: string, ended: () => unknown): () => void
  /** Returns the function that stops listening. What a listener throws is logged, and changes nothing. */
  on<E extends keyof Events>(event: E, listener: (event: Events[E]) => unknown): () => void
  /**
   * The routes, for anything Fetch-shaped. Give the client's address, as your platform knows it: limits on attempts are
   * counted by it, and without it all clients count as one.
   */
  fetch(request: Request, connection?: { readonly ip: string | null }): Promise<Response>
  /** Resolves when store and keys are open; rejects with a sentence when they cannot be. Everything waits for it by itself. */
  ready(): Promise<void>
  close(): Promise<void>
}
