// The public object that createAuth returns, written out by hand. One type parameter: C, the app's own claims.

import type { Demands } from './domain/demands.js'
import type { Json } from './domain/json.js'
import type { Mode, Principal } from './domain/principal.js'
import type { TokenPair } from './domain/token-pair.js'
import type { RequestHeaders } from './http/message.js'
import type { From } from './kernel/kernel.js'
import type { Events } from './ports/events.js'

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

/**
 * Sessions and tokens for one origin.
 *
 * @example
 * const auth = createAuth({ origin: 'http://localhost:3000', store: sqlite('auth.db') })
 * const started = await auth.users.signIn('ada', 'a long enough passphrase', { mode: 'token' })
 * const me = await auth.authenticate({ authorization: `Bearer ${started.tokens?.access_token}` })
 */
// biome-ignore lint/complexity/noBannedTypes: {} is the honest "no claims of its own" default.
export interface Auth<C = {}> {
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
      how?: { readonly mode?: Mode; readonly remember?: boolean; readonly from?: From },
    ): Promise<Started>
    create(user: {
      readonly username: string
      readonly password?: string
      readonly email?: string
      readonly roles?: readonly string[]
    }): Promise<{ readonly id: string }>
    /** Our own table only: replaces the roles. Access tokens issued before are refused, sessions live on. */
    setRoles(userId: string, roles: readonly string[]): Promise<void>
    /** Roles, claims or name changed in your own table: access tokens issued before are refused, sessions live on. */
    changed(userId: string): Promise<void>
    /** Everything of this user ends, and they cannot sign in until `enable`. */
    disable(userId: string): Promise<void>
    /** They may sign in again. What was ended stays ended. */
    enable(userId: string): Promise<void>
  }
  /**
   * For what stays open, such as a WebSocket: calls `ended` once when the session has ended, for whatever reason, within
   * milliseconds of this process hearing of it and within a second in any case. If the store cannot tell any more whether
   * it is live, it counts as ended: a second after the store failed, a few seconds after it fell silent. Being open is
   * not being in use: a session that nothing else uses ends by idleness. Answers with the function that stops watching.
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
