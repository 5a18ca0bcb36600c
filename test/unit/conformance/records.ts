// What the oracle keeps: credentials ever issued, operations under way, and facts that end or outdate something.

import type { Check, Mode } from '../../../packages/sessera/src/domain/principal.js'
import type { Transition } from '../../../packages/sessera/src/domain/session.js'

export type CredentialKind = 'bearer' | 'access' | 'session' | 'refresh'

/** Times are epoch ms by the store's clock; an index is a place in the order of everything that matters. */
export interface Credential {
  readonly text: string
  readonly kind: CredentialKind
  readonly sessionId: string
  readonly userId: string
  /** How its session was held when it was issued. */
  readonly mode: Mode
  /** Of a handle; null for tokens. */
  readonly generation: number | null
  /** Of a token; null for handles. */
  readonly endsAt: number | null
  /** Index of the read that it was granted on. */
  readonly basis: number
}

/** What a read of the store found a session to be, as far as it concerns handles. */
export interface Sighting {
  readonly sessionId: string
  readonly index: number
  readonly at: number
  readonly generation: number
  readonly rotatedAt: number
  readonly transition: Transition
  readonly mode: Mode
}

export type OperationKind = 'sign in' | 'request' | 'refresh' | 'prove' | 'exchange' | 'end' | 'forgery'

/** One request from its arrival to its answer. */
export interface Operation {
  readonly kind: OperationKind
  /** One life of one machine: after a restart it is another. */
  readonly node: object
  readonly presented: Credential | null
  /** What it asks of the one who presents it. */
  readonly check: Check
  /** Whether the store was hard to reach for it. */
  troubled: boolean
  readonly startedAt: number
  readonly startIndex: number
  /** Calls to the store, sightings of use left out. */
  readonly names: string[]
  readonly sightings: Sighting[]
  /** Index of the last read of the row that proves the user. */
  provenBy: number | null
  /** When it raised or exchanged the session's handle, null when it did not. */
  movedAt: number | null
}

/** A change that ends or outdates, from the moment when it became visible. */
export interface Fact {
  readonly what: 'ended' | 'raised' | 'revised' | 'moved' | 'everyone'
  /** The one that ended or moved; the one that a raise spared; null: none. */
  readonly sessionId: string | null
  readonly userId: string | null
  readonly index: number
  readonly at: number
  readonly nonce: string
  /** The generation that a move outdated. */
  readonly outdated: number
  /** How a moved session is held from then on. */
  readonly mode: Mode | null
  readonly operation: object | null
  /** The primary that took over does not have it. */
  lost: boolean
  /** When the store had it again. */
  restored: { readonly at: number; readonly index: number } | null
  /** Which nodes have applied it, and since when. */
  readonly knownTo: Map<object, number>
  /** The node that made it, since the call has returned. */
  readonly returnedTo: Map<object, number>
}

/** What a failover has left in doubt: whoever it covers may be refused. */
export interface Cloud {
  /** Null: any. */
  readonly sessionId: string | null
  readonly userId: string | null
  /** What was granted on a later read is not covered; null as long as it is not over, Infinity: for good. */
  until: number | null
}

export interface Rotation {
  readonly index: number
  readonly at: number
  readonly generation: number
  readonly transition: Transition
  readonly mode: Mode
  lost: boolean
}

export interface SessionRecord {
  readonly sessionId: string
  readonly userId: string
  /** Index of the read that its sign-in was proven by. */
  readonly born: number
  readonly created: number
  readonly createdAt: number
  readonly mode: Mode
  readonly idleMs: number
  readonly expiresAt: number
  readonly rotations: Rotation[]
  lastSeenAt: number
}
