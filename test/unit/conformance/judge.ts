// Judges the answers of nodes by the truth: nothing ended is accepted later than the bound, nothing valid is refused.

import type { Check } from '../../../packages/sessera/src/domain/principal.js'
import { issuedAt } from './issued.js'
import type { Credential, Fact, Operation } from './records.js'
import { graceMs, standingOf } from './standing.js'
import type { Truth } from './truth.js'

export const maxStalenessMs = 1000
/** What the code itself allows for clocks (`clockSkewSeconds`). */
const skewMs = 5000
/** For how long what a store has lost must still be known: a token's life. */
const knownForMs = 300_000

/** How a fact bears on a credential: from `since` on it is refused, or no proof, or its roles are outdated. */
interface Bearing {
  readonly fact: Fact
  readonly effect: 'refuse' | 'unproven' | 'roles'
  /** Counted from when the fact became visible. */
  readonly afterMs: number
}

export interface Accepted {
  readonly check: Check
  readonly provenAt: number
  /** Null: not told. */
  readonly roles: readonly string[] | null
  readonly decidedAt: number
}

export interface Outcome {
  readonly status: number
  readonly code: string
}

export class Judge {
  readonly #truth: Truth
  readonly #now: () => number

  constructor(truth: Truth, now: () => number) {
    this.#truth = truth
    this.#now = now
  }

  accepted(credential: Credential, operation: Operation, { decidedAt, ...how }: Accepted): void {
    const record = this.#truth.sessions.get(credential.sessionId)
    const endsAt = Math.min(credential.endsAt ?? Infinity, record?.expiresAt ?? Infinity)
    if (decidedAt > endsAt + skewMs) this.#blame('accepted after it had expired', credential, decidedAt)
    if (how.check === 'local') return
    for (const bearing of this.#bearings(credential)) {
      const { fact, effect } = bearing
      if (effect === 'unproven' && how.provenAt === 0) continue
      if (effect === 'roles' && (how.roles === null || this.#truth.rolesSince(how.roles) >= fact.index))
        continue
      const parted = this.#partedSince(credential, fact)
      const complaint = isTooLate({ ...bearing, parted }, operation, { decidedAt, check: how.check })
      if (complaint === null) continue
      this.#blame(`${complaint}: ${effect} because of ${fact.what} at ${fact.at}`, credential, decidedAt)
    }
  }

  /** 401 for what is valid: never, whatever else may fail. */
  refused(credential: Credential, decidedAt: number): void {
    const { sessionId, userId, endsAt, basis } = credential
    const record = this.#truth.sessions.get(sessionId)
    const isOver =
      record === undefined ||
      Math.min(endsAt ?? Infinity, record.expiresAt, record.lastSeenAt + record.idleMs) <= decidedAt
    if (isOver || this.#truth.isClouded(sessionId, userId, basis)) return
    for (const { fact, effect, afterMs } of this.#bearings(credential)) {
      if (effect === 'refuse' && fact.at + afterMs <= decidedAt) return
    }
    if (this.#isMovedTwice(credential, decidedAt)) return
    this.#blame('refused though valid', credential, decidedAt)
  }

  /** Whether a handle got what it deserved where it is the only proof, by what the last read saw. */
  renewed(operation: Operation, handle: Credential, { status, code }: Outcome): void {
    const { sessionId, userId, basis, generation } = handle
    if (this.#truth.isClouded(sessionId, userId, basis)) return
    const seen = operation.sightings.at(-1)
    const standing = seen === undefined ? null : standingOf(seen, handle)
    const say = (sentence: string): void =>
      this.#truth.blame(`generation ${generation} of ${sessionId}, which is ${standing}, ${sentence}`)
    const isCurrent = standing === 'current' || standing === 'ahead'
    const isGood = isCurrent || (standing === 'replay' && operation.kind === 'refresh')
    if (status === 200) {
      if (!isGood) say('was renewed')
      const { startedAt: decidedAt } = operation
      this.accepted(handle, operation, { check: 'store', provenAt: 0, roles: null, decidedAt })
    } else if (code === 'session_moved') {
      if (standing !== 'moved' && operation.kind === 'refresh') say('was told that it moved')
    } else if (status === 401 && !this.#isOver(handle)) {
      if (isGood) say('was refused')
      if (standing === 'moved') say('was refused instead of told that it moved')
      if (standing === 'theft') say('went unpunished')
    }
  }

  #isOver(credential: Credential): boolean {
    const record = this.#truth.sessions.get(credential.sessionId)
    const isHit = [...this.#bearings(credential)].some(({ effect }) => effect === 'refuse')
    return isHit || record === undefined || record.lastSeenAt + record.idleMs <= this.#now()
  }

  *#bearings(credential: Credential): Generator<Bearing> {
    const { sessionId, userId, basis, generation, mode } = credential
    const born = this.#truth.sessions.get(sessionId)?.born ?? 0
    const isToken = generation === null
    let moves = 0
    for (const fact of this.#truth.facts) {
      const isOwn = fact.sessionId === sessionId
      const refuse = { fact, effect: 'refuse' as const, afterMs: 0 }
      if (fact.what === 'ended' && isOwn) yield refuse
      else if (fact.what === 'everyone' && fact.index > born) yield refuse
      else if (fact.what === 'raised' && fact.userId === userId && !isOwn && fact.index > born) yield refuse
      else if (fact.what === 'revised' && fact.userId === userId && fact.index > basis) {
        if (isToken) yield refuse
        else if (!fact.lost) yield { fact, effect: 'roles', afterMs: 0 }
      } else if (fact.what === 'moved' && isOwn && !fact.lost && fact.index > basis) {
        if (isToken) {
          if (fact.mode !== mode && !this.#isBack(fact, credential)) yield refuse
        } else if (fact.outdated >= generation) {
          yield { fact, effect: 'unproven', afterMs: 0 }
          yield { fact, effect: 'refuse', afterMs: moves++ === 0 ? graceMs : 0 }
        }
      }
    }
  }

  /**
   * From when on the numbers of two histories are told apart, for what was issued after a raise that the store has lost:
   * until that raise is restored, it may bear a number that the new history has given again.
   */
  #partedSince({ userId, basis }: Credential, { index, what, lost }: Fact): number {
    let since = 0
    if (lost || what === 'ended' || what === 'moved') return since
    for (const other of this.#truth.facts) {
      const isRaise =
        other.what === 'everyone' ||
        (other.userId === userId && other.what !== 'ended' && other.what !== 'moved')
      if (isRaise && other.lost && other.index < basis && index > basis)
        since = Math.max(since, other.restored?.at ?? Infinity)
    }
    return since
  }

  /** Tokens tell time in seconds: one from the second of a move is not told from those after it, once the mode is back. */
  #isBack({ sessionId, index, at }: Fact, token: Credential): boolean {
    const isFromBefore = issuedAt(token) + 1000 <= at
    return (
      !isFromBefore && this.#movesOf(sessionId).some((move) => move.index > index && move.mode === token.mode)
    )
  }

  /** For the same reason, of two moves within a second the token of the second is refused where only the first is known. */
  #isMovedTwice({ sessionId, generation }: Credential, now: number): boolean {
    const [last, former] = this.#movesOf(sessionId).reverse()
    if (last === undefined || former === undefined || generation !== null) return false
    return last.at - former.at <= 1000 && now - last.at <= maxStalenessMs
  }

  #movesOf(sessionId: string | null): Fact[] {
    return this.#truth.facts.filter((fact) => fact.what === 'moved' && fact.sessionId === sessionId)
  }

  #blame(sentence: string, { kind, sessionId, generation }: Credential, at: number): void {
    const which = generation === null ? kind : `${kind} ${generation}`
    this.#truth.blame(`at ${at}, ${which} of ${sessionId}: ${sentence}`)
  }
}

function isTooLate(
  { fact, afterMs, parted }: Bearing & { readonly parted: number },
  { node, startIndex, startedAt }: Operation,
  { decidedAt, check }: Pick<Accepted, 'decidedAt' | 'check'>,
): string | null {
  const isBefore = (since = Infinity): boolean => since < startIndex
  const isKnown = isBefore(fact.knownTo.get(node))
  if (fact.lost && fact.restored === null) {
    // Level `store` takes roles from the store, so a token with older ones does no harm there.
    const isHarmless = fact.what === 'revised' && check === 'store'
    const isKept = isKnown && decidedAt <= fact.at + knownForMs
    return isKept && !isHarmless ? 'accepted by a node that knows better than the store' : null
  }
  const { at, index } = fact.restored ?? fact
  const since = Math.max(at + afterMs, parted)
  if (since > startedAt) return decidedAt > since + maxStalenessMs ? 'accepted later than the bound' : null
  if (check === 'store' && index < startIndex) return 'accepted by a read that began later'
  if (isKnown || isBefore(fact.returnedTo.get(node))) return 'accepted by a node that knew'
  return decidedAt > since + maxStalenessMs ? 'accepted later than the bound' : null
}
