// What is true, told by the writes as they became visible on the store, and by nothing that a node believes.

import type { LostChange } from '../../../packages/sessera/src/domain/change.js'
import type { Session } from '../../../packages/sessera/src/domain/session.js'
import type { FeedPage } from '../../../packages/sessera/src/ports/store.js'
import type { Performed } from './authority.js'
import type { Cloud, Fact, Operation, SessionRecord, Sighting } from './records.js'
import { standingOf } from './standing.js'

type Fields = { readonly [K in 'sessionId' | 'userId' | 'outdated' | 'mode']?: Fact[K] | undefined }

export class Truth {
  readonly facts: Fact[] = []
  readonly clouds: Cloud[] = []
  readonly sessions = new Map<string, SessionRecord>()
  readonly violations: string[] = []
  /** Of the last one. */
  #reassertedAt = 0
  readonly #rolesSince = new Map<string, number>()
  /** How many sessions were ended as stolen. */
  accusations = 0

  performed(call: Performed): void {
    const { name, args, value, operation } = call
    const [first, second, third] = args as readonly string[]
    const one = operation as Operation | null
    if (name === 'users.findByUsername' || name === 'subjects.ensure') {
      if (one !== null) one.provenBy = call.index
    } else if (name === 'sessions.find') {
      if (value !== null && first !== undefined) one?.sightings.push(this.#sighting(first, call))
    } else if (value === null || value === false) return
    else if (name === 'sessions.create') this.#created(args[0] as Session, call)
    else if (name === 'sessions.replace') this.#replaced(args[0] as Session, call)
    else if (name === 'sessions.touch') this.#touched(first ?? '', Number(second))
    else if (name === 'sessions.end') this.#ended(first ?? '', call)
    else if (name === 'subjects.raiseEpoch') this.#note('raised', call, { userId: first, sessionId: second })
    else if (name === 'subjects.disable') this.#note('raised', call, { userId: first })
    else if (name === 'users.replacePassword') this.#note('raised', call, { userId: first, sessionId: third })
    else if (name === 'users.replaceRoles') {
      this.#rolesSince.set(String(second), call.index)
      this.#note('revised', call, { userId: first })
    } else if (name === 'deployment.raiseEpoch') this.#note('everyone', call, {})
    else if (name === 'feed.reassert') this.#reasserted(args[0] as readonly LostChange[], call)
  }

  /** A node has applied these entries. */
  heard(node: object, entries: FeedPage['entries'], index: number): void {
    const nonces = new Set(entries.map(({ nonce }) => nonce))
    for (const fact of this.facts) if (nonces.has(fact.nonce)) know(fact.knownTo, node, index)
  }

  /** Whoever made a change knows it once the call has returned. */
  acknowledged({ node }: Operation, operation: object, index: number): void {
    for (const fact of this.facts) if (fact.operation === operation) know(fact.returnedTo, node, index)
  }

  /** Everything behind this index is lost. */
  failedOver(before: number): void {
    // What a node has restored is known to others by numbers that nobody will restore as they were.
    if (this.#reassertedAt > before) this.clouds.push({ sessionId: null, userId: null, until: Infinity })
    for (const fact of this.facts) {
      const isLostAgain = fact.restored !== null && fact.restored.index > before
      if (isLostAgain) fact.restored = null
      else if (fact.index <= before || fact.lost) continue
      fact.lost = true
      const isOfUser = fact.what === 'raised' || fact.what === 'revised' || fact.what === 'everyone'
      this.clouds.push({ sessionId: isOfUser ? null : fact.sessionId, userId: fact.userId, until: null })
    }
    for (const { sessionId, created, rotations, userId } of this.sessions.values()) {
      const lost = rotations.filter(({ index }) => index > before)
      for (const rotation of lost) rotation.lost = true
      if (lost.length > 0 || created > before) this.clouds.push({ sessionId, userId, until: null })
    }
  }

  /** Null as long as it lives. */
  endOf(sessionId: string): Fact | null {
    return (
      this.facts.find(({ what, sessionId: id, lost }) => what === 'ended' && id === sessionId && !lost) ??
      null
    )
  }

  isClouded(sessionId: string, userId: string, basis: number): boolean {
    return this.clouds.some(
      (cloud) =>
        (cloud.sessionId ?? sessionId) === sessionId &&
        (cloud.userId ?? userId) === userId &&
        basis <= (cloud.until ?? Infinity),
    )
  }

  /** Index of the change that brought these roles; they are new with every change. */
  rolesSince(roles: readonly string[]): number {
    return this.#rolesSince.get(String(roles)) ?? 0
  }

  blame(sentence: string): void {
    this.violations.push(sentence)
  }

  #created(session: Session, { index, at, operation }: Performed): void {
    const { id: sessionId, userId, mode, idleSeconds, expiresAt, lastSeenAt } = session
    this.sessions.set(sessionId, {
      sessionId,
      userId,
      born: (operation as Operation | null)?.provenBy ?? index,
      created: index,
      createdAt: at,
      mode,
      idleMs: idleSeconds * 1000,
      expiresAt,
      rotations: [],
      lastSeenAt,
    })
  }

  #sighting(sessionId: string, { index, at }: Performed): Sighting {
    const record = this.sessions.get(sessionId)
    const last = record?.rotations.findLast(({ lost }) => !lost)
    return {
      sessionId,
      index,
      at,
      generation: last?.generation ?? 1,
      rotatedAt: last?.at ?? record?.createdAt ?? 0,
      transition: last?.transition ?? 'refresh',
      mode: last?.mode ?? record?.mode ?? 'session',
    }
  }

  #replaced(next: Session, call: Performed): void {
    const { id: sessionId, userId, generation, lastTransition: transition, mode } = next
    const before = this.#sighting(sessionId, call).generation
    if (this.endOf(sessionId) !== null) this.blame(`${sessionId} was rotated after its end`)
    if (generation <= before) this.blame(`generation ${before} of ${sessionId} was rotated twice`)
    const { index, at, change, operation } = call
    const record = this.sessions.get(sessionId)
    record?.rotations.push({ index, at, generation, transition, mode, lost: false })
    if (record !== undefined) record.lastSeenAt = Math.max(record.lastSeenAt, next.lastSeenAt)
    if ((transition !== 'refresh') !== (change !== null)) this.blame('a move was not told, or a refresh was')
    const one = operation as Operation | null
    if (change !== null && one !== null) one.movedAt = at
    if (change !== null) this.#note('moved', call, { sessionId, userId, outdated: before, mode })
  }

  #touched(sessionId: string, seenAt: number): void {
    const record = this.sessions.get(sessionId)
    if (this.endOf(sessionId) !== null) this.blame(`${sessionId} was revived by a touch`)
    if (record !== undefined) record.lastSeenAt = Math.max(record.lastSeenAt, seenAt)
  }

  #ended(sessionId: string, call: Performed): void {
    const userId = this.sessions.get(sessionId)?.userId ?? null
    this.#note('ended', call, { sessionId, userId })
    const { kind, presented, sightings } = (call.operation as Operation | null) ?? { kind: 'end' }
    if (kind === 'forgery') this.blame(`${sessionId} was ended by a handle that it never had`)
    if (kind === 'end' || kind === 'sign in' || presented?.generation == null) return
    this.accusations += 1
    const seen = sightings?.at(-1)
    if (seen === undefined || standingOf(seen, presented) !== 'theft')
      this.blame(`${sessionId} was ended as stolen, for generation ${presented.generation}, and was not`)
  }

  #reasserted(lost: readonly LostChange[], { at, index }: Performed): void {
    this.#reassertedAt = index
    for (const { kind, subject, nonce } of lost) {
      const upTo = this.facts.findLast((fact) => fact.nonce === nonce)?.index ?? 0
      for (const fact of this.facts) {
        const isSame = kind === 'user' ? fact.userId === subject && fact.index <= upTo : fact.nonce === nonce
        const isKind = kind === 'user' ? fact.what === 'raised' || fact.what === 'revised' : true
        if (fact.lost && isSame && isKind) fact.restored ??= { at, index }
      }
      for (const cloud of this.clouds) {
        const isOfUser = kind === 'user' && cloud.sessionId === null && cloud.userId === subject
        if (cloud.until !== Infinity && (isOfUser || kind === 'everyone')) cloud.until = index
      }
      if (kind === 'user') this.clouds.push({ sessionId: null, userId: subject, until: index })
      if (kind === 'everyone') this.clouds.push({ sessionId: null, userId: null, until: index })
    }
  }

  #note(what: Fact['what'], { index, at, change, operation }: Performed, fields: Fields): void {
    if (change === null) this.blame(`nothing was told of what ${what}`)
    this.facts.push({
      what,
      index,
      at,
      nonce: change?.nonce ?? '',
      operation,
      sessionId: fields.sessionId ?? null,
      userId: fields.userId ?? null,
      outdated: fields.outdated ?? 0,
      mode: fields.mode ?? null,
      lost: false,
      restored: null,
      knownTo: new Map(),
      returnedTo: new Map(),
    })
  }
}

function know(nodes: Map<object, number>, node: object, index: number): void {
  if (!nodes.has(node)) nodes.set(node, index)
}
