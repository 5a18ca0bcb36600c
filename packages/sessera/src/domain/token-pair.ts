/** What a client holds in token mode, as OAuth spells it (RFC 6749 §5.1). */
export interface TokenPair {
  readonly access_token: string
  readonly token_type: 'Bearer'
  /** Seconds. */
  readonly expires_in: number
  /** Absent when it travels in its own HttpOnly cookie. */
  readonly refresh_token?: string
}
