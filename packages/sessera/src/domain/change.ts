// The entries of the change feed, and how raises of the epoch combine: whatever any of them ended stays ended.

import type { Mode } from './principal.js'
import type { Session } from './session.js'
import type { Spared, Subject } from './user.js'

/**
 * `session_ended` · `session_moved` its handle was outdated by a raise or an exchange, perhaps with another mode ·
 * `user` epoch or revision raised · `keys` a signing key came or went · `everyone` the deployment's epoch raised.
 */
export type ChangeKind = 'session_ended' | 'session_moved' | 'user' | 'keys' | 'everyone'

export const changeKinds: readonly ChangeKind[] = [
  'session_ended',
  'session_moved',
  'user',
  'keys',
  'everyone',
]

/** One entry of the change feed. Times are epoch ms by the store's clock. */
export interface Change {
  /** Without gaps, from 1, in the order in which the changes became visible. */
  readonly seq: number
  /** 64 random bits, 11 characters of base64url, new for every entry: the same `seq` with another nonce is another history. */
  readonly nonce: string
  readonly kind: ChangeKind
  /** Session id, user id or key id; empty for `everyone`. */
  readonly subject: string
  /** Whose session, where known; null for the other kinds. */
  readonly userId: string | null
  /** After the change: the user's for `user`, the deployment's for `everyone`, else null. */
  readonly epoch: number | null
  /** The user's after the change, null unless `user`. */
  readonly revision: number | null
  /** Whom the user's epoch spares after the change, null unless `user`. */
  readonly spared: Spared | null
  /** How the session is held from now on, null unless `session_moved`. */
  readonly mode: Mode | null
  readonly at: number
  /** Until when something issued before the change may still be valid: the entry stays in the feed at least that long. */
  readonly keepUntil: number
}

/** A place in the feed. Only together the two tell one history from another. */
export type Position = Pick<Change, 'seq' | 'nonce'>

/** What a change says, before the store gives it its place and time. */
export type ChangeBody = Omit<Change, 'seq' | 'nonce' | 'at' | 'keepUntil'>

/** What a follower still knows of a change that the store has lost. */
export type LostChange = Omit<Change, 'userId' | 'at'>

const silent = { userId: null, epoch: null, revision: null, spared: null, mode: null }

export function sessionEnded({
  id,
  userId,
}: {
  readonly id: string
  readonly userId: string | null
}): ChangeBody {
  return { ...silent, kind: 'session_ended', subject: id, userId }
}

export function sessionMoved({ id, userId, mode }: Pick<Session, 'id' | 'userId' | 'mode'>): ChangeBody {
  return { ...silent, kind: 'session_moved', subject: id, userId, mode }
}

export function userChanged({ userId, epoch, revision, spared }: Subject): ChangeBody {
  return { ...silent, kind: 'user', subject: userId, epoch, revision, spared }
}

export function keysChanged(kid: string): ChangeBody {
  return { ...silent, kind: 'keys', subject: kid }
}

export function everyoneChanged(epoch: number): ChangeBody {
  return { ...silent, kind: 'everyone', subject: '', epoch }
}

/** Whether writing this session is a change for those who remember it. After a refresh, all that was issued before lives on. */
export function isMove({ lastTransition }: Pick<Session, 'lastTransition'>): boolean {
  return lastTransition !== 'refresh'
}

/** A user's row as it reads under the epoch of the deployment, which spares nobody. */
export function underDeployment(subject: Subject, deploymentEpoch: number): Subject {
  return { ...subject, ...bothRaises(subject, { epoch: deploymentEpoch, spared: null }) }
}

/**
 * A user's row after a `user` change that the store had lost is made good. Since then the store may have given the same
 * numbers again, to raises that ended other sessions, and nothing tells which of them a credential bears. Above both, and
 * sparing nobody, what either history has ended stays ended; the price is that the user signs in again.
 */
export function afterLostChange(
  subject: Subject,
  { epoch, revision }: Pick<Change, 'epoch' | 'revision'>,
): Subject {
  return {
    ...subject,
    epoch: Math.max(subject.epoch, epoch ?? 0) + 1,
    revision: Math.max(subject.revision, revision ?? 0),
    spared: null,
  }
}

type Raise = Pick<Subject, 'epoch' | 'spared'>

/** The raise that ends exactly what one or the other ends. Both may be of the same height. */
export function bothRaises(one: Raise, other: Raise): Raise {
  const [higher, lower] = one.epoch >= other.epoch ? [one, other] : [other, one]
  const { epoch, spared } = higher
  if (spared === null) return { epoch, spared }
  const fromEpoch = Math.max(spared.fromEpoch, lowestEpochFor(spared.sessionId, lower))
  return { epoch, spared: fromEpoch < epoch ? { sessionId: spared.sessionId, fromEpoch } : null }
}

/** From which epoch on a credential of this session stands. */
function lowestEpochFor(sessionId: string, { epoch, spared }: Raise): number {
  return spared?.sessionId === sessionId ? spared.fromEpoch : epoch
}
