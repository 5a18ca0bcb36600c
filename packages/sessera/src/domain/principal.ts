// Who a request is from. Holds only what a token carries too, so that no mode needs a store for it.

/** How a client holds its session: a cookie; an access/refresh token pair; both as cookies. */
export type Mode = 'session' | 'token' | 'hybrid'

export const modes: readonly Mode[] = ['session', 'token', 'hybrid']

/**
 * How much a decision rests on:
 * `local` signature and expiry only; `feed` also not revoked as far as this node knows, within `maxStaleness`;
 * `store` a read of the store begun after the request arrived, roles included.
 */
export type Check = 'local' | 'feed' | 'store'

/** Who a request is from. The same in every mode, frozen. */
// biome-ignore lint/complexity/noBannedTypes: {} is the honest "no claims of its own" default.
export interface Principal<C = {}> {
  readonly kind: 'user' | 'client'
  /** User id or client id. */
  readonly id: string
  /** `preferred_username`; null for service clients. */
  readonly username: string | null
  /** Null for service clients. */
  readonly sessionId: string | null
  readonly mode: Mode | null
  readonly roles: readonly string[]
  readonly scopes: readonly string[]
  /** How the person proved who they are: RFC 8176 `amr` values. */
  readonly factors: readonly string[]
  /** When they last proved it, epoch ms, whole seconds (a token's `auth_time` knows no more). */
  readonly provenAt: number
  readonly claims: Readonly<C>
}

/** Deep: one principal is shared by every request that presents the same credential. */
export function freezePrincipal(principal: Principal<object>): Principal<object> {
  return Object.freeze({
    ...principal,
    roles: Object.freeze([...principal.roles]),
    scopes: Object.freeze([...principal.scopes]),
    factors: Object.freeze([...principal.factors]),
    claims: deepFreeze(structuredClone(principal.claims)),
  })
}

function deepFreeze(value: object): object {
  for (const member of Object.values(value)) {
    if (typeof member === 'object' && member !== null) deepFreeze(member)
  }
  return Object.freeze(value)
}
