import type { Mode } from './principal.js'

/** How a client wants to hold the session that begins. */
export interface Holding {
  /** Default `session`. */
  readonly mode?: Mode
  readonly remember?: boolean
  /** Token mode: hand the refresh token to the app (`body`, the default) or, for browsers, to an HttpOnly cookie. */
  readonly refresh?: 'body' | 'cookie'
}

/** Who proves by password that it is them. */
export interface SignInBy extends Holding {
  readonly login: string
  readonly password: string
}

/** Who makes an account, with a password, and is signed in to it. */
export interface SignUpBy extends Omit<Holding, 'remember'> {
  readonly username: string
  readonly password: string
  readonly email?: string
}

/** Whom the app itself has proven. */
export interface StartFor extends Holding {
  readonly userId: string
  /** How, as RFC 8176 `amr` values; default none. */
  readonly factors?: readonly string[]
}
