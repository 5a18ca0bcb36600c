// What an app sees of the client.

import type { Mode } from '../domain/principal.js'
import type { SignedInAnswer } from '../http/contract.js'

/** As much of fetch as the client needs. */
export type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>

/** Where a client outside of browsers keeps its refresh token: the system's key store, or a file that only its user reads. */
export interface RefreshTokenStorage {
  /** Null: there is none. */
  load(): string | null | Promise<string | null>
  /** Keeps it in place of the one before; null: forgets it. The next access token is used once this has resolved. */
  save(refreshToken: string | null): void | Promise<void>
}

export interface ClientOptions {
  /** How this client holds its session. */
  readonly mode: Mode
  /** Of the API: `https://api.example`. Default: the page's own. */
  readonly origin?: string
  /** As on the server. Default `/auth`. */
  readonly basePath?: string
  /**
   * More origins whose requests carry the access token: in hybrid mode by the cookie, where its domain reaches them. All
   * others never see it.
   */
  readonly sendTokenTo?: readonly string[]
  /** Token mode outside of browsers. Default there: memory. In a browser: an HttpOnly cookie unless this is given. */
  readonly storage?: RefreshTokenStorage
  /** In place of the global one. */
  readonly fetch?: Fetch
}

export interface SignedIn {
  readonly user: SignedInAnswer['user']
  readonly sessionId: string
}

/** Undefined while it is not known yet, null for nobody. The same object until something in it changes. */
export type Current = SignedIn | null | undefined

export interface Session {
  readonly current: Current
  /** Calls back after every change, those made in other tabs too; asks until it is known. Answers with what ends that. */
  subscribe(listener: () => void): () => void
  /** Who it is, asked of the server if need be. @throws what fetch throws, or ClientError, where it could not be asked. */
  ready(): Promise<SignedIn | null>
}

export interface Client {
  readonly session: Session
  /** @throws ClientError `invalid_credentials`, `too_many_requests` and others of docs/errors.md */
  signIn(who: {
    readonly username: string
    readonly password: string
    readonly remember?: boolean
  }): Promise<SignedIn>
  /** Makes an account and signs in. @throws ClientError `registration_closed`, `username_taken`, `password_unacceptable` … */
  signUp(who: {
    readonly username: string
    readonly password: string
    readonly email?: string
  }): Promise<SignedIn>
  /** Proves once more who it is, for what demands a recent proof (`reauthentication_required`). */
  reauthenticate(password: string): Promise<SignedIn>
  /** Here and in all other tabs. @throws where the server could not be told: then everybody is still signed in. */
  signOut(): Promise<void>
  /**
   * As the global fetch, with the session's credential where it belongs. A relative address is one of the API's origin.
   * In token mode, an answer of 401 for an outdated token is not seen: the request is sent once more with the next.
   */
  fetch: Fetch
  /** Stops listening to other tabs, and asking by itself. */
  close(): void
}
