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
export interface Principal<out C = {}> {
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
  const { kind, id, username, sessionId, mode, roles, scopes, factors, provenAt, claims } = principal
  // Field by field: Node 20 makes a hash table, three times as large, of a spread that is frozen.
  return Object.freeze({
    kind,
    id,
    username,
    sessionId,
    mode,
    roles: freezeTexts(roles),
    scopes: freezeTexts(scopes),
    factors: freezeTexts(factors),
    provenAt,
    claims: isEmpty(claims) ? noClaims : deepFreeze(structuredClone(claims)),
  })
}

/** Whether other principals hold this very list or object too. */
export function isShared(part: object): boolean {
  return sharedParts.has(part)
}

const noClaims = Object.freeze({})
/** Few sets of roles are held by many. Beyond this many, a list is its principal's own. */
const maxSharedLists = 256
const maxSharedText = 256
const sharedLists = new Map<string, readonly string[]>()
const sharedParts = new WeakSet<object>([noClaims])

function freezeTexts(texts: readonly string[]): readonly string[] {
  // A member that only spells a text could otherwise stand for it.
  if (!texts.every((text) => typeof text === 'string')) return Object.freeze([...texts])
  const text = JSON.stringify(texts)
  const shared = sharedLists.get(text)
  if (shared !== undefined) return shared
  const own = Object.freeze([...texts])
  if (sharedLists.size < maxSharedLists && text.length <= maxSharedText) {
    sharedLists.set(text, own)
    sharedParts.add(own)
  }
  return own
}

function isEmpty(claims: object): boolean {
  return Object.getPrototypeOf(claims) === Object.prototype && Object.keys(claims).length === 0
}

function deepFreeze(value: object): object {
  for (const member of Object.values(value)) {
    if (typeof member === 'object' && member !== null) deepFreeze(member)
  }
  return Object.freeze(value)
}
