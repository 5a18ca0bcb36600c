// What the memory store holds, and one opened door to it. Records are frozen, so that nobody outside can change them.

import type { RecordedEvent } from '../../domain/audit.js'
import type { Change, ChangeBody, LostChange } from '../../domain/change.js'
import type { KnownGuesses } from '../../domain/guesses.js'
import type { Session } from '../../domain/session.js'
import type { Subject, User } from '../../domain/user.js'
import type { Answer, Attempts, StoredKey, StoreMeans } from '../../ports/store.js'

export interface Tables {
  readonly subjects: Map<string, Subject>
  readonly users: Map<string, User>
  /** Username key to user id. */
  readonly userIds: Map<string, string>
  readonly sessions: Map<string, Session>
  /** User id to the ids of their sessions. */
  readonly sessionIds: Map<string, readonly string[]>
  /** Session data as JSON text, as a database would keep it. */
  readonly data: Map<string, { readonly text: string; readonly version: number }>
  readonly keys: Map<string, StoredKey>
  readonly limits: Map<string, Attempts>
  readonly guesses: Map<string, KnownGuesses>
  readonly record: AuditRecord
  readonly deployment: { epoch: number }
  readonly feed: Feed
}

/** Who did what. */
export interface AuditRecord {
  readonly lines: RecordedEvent[]
  /** `seq` of the last line there ever was. */
  last: number
}

export interface Feed {
  /** Without gaps: the first one follows the horizon. */
  readonly entries: Entry[]
  horizon: number
}

export interface Entry {
  readonly change: Change
  /** The nonce of the lost entry that this one makes good. */
  readonly reasserts: string | null
}

export function createTables(): Tables {
  return {
    subjects: new Map(),
    users: new Map(),
    userIds: new Map(),
    sessions: new Map(),
    sessionIds: new Map(),
    data: new Map(),
    keys: new Map(),
    limits: new Map(),
    guesses: new Map(),
    record: { lines: [], last: 0 },
    deployment: { epoch: 1 },
    feed: { entries: [], horizon: 0 },
  }
}

export interface Door {
  readonly tables: Tables
  /** Runs one step of the store at the store's time. */
  step<T>(work: (now: number) => T): Promise<Answer<T>>
  /** Makes a change known. The last thing that a step does. */
  append(body: ChangeBody, now: number): void
  /** The same for a change that was lost. */
  appendAgain(body: ChangeBody, now: number, lost: LostChange): void
  close(): void
}

export function openDoor(tables: Tables, { clock, random, keepChangesMs }: StoreMeans): Door {
  const { feed } = tables
  let isClosed = false
  const add = (
    body: ChangeBody,
    { now, keepUntil, reasserts }: { now: number; keepUntil: number; reasserts: string | null },
  ): void => {
    const seq = headOf(feed) + 1
    const nonce = random.bytes(8).toString('base64url')
    const spared = body.spared === null ? null : Object.freeze({ ...body.spared })
    feed.entries.push({
      change: Object.freeze({ ...body, spared, seq, nonce, at: now, keepUntil }),
      reasserts,
    })
  }
  return {
    tables,
    async step(work) {
      if (isClosed) throw new Error('The store is closed.')
      const now = clock.now()
      return { value: work(now), now }
    },
    append(body, now) {
      add(body, { now, keepUntil: now + keepChangesMs, reasserts: null })
    },
    appendAgain(body, now, lost) {
      add(body, { now, keepUntil: Math.max(now + keepChangesMs, lost.keepUntil), reasserts: lost.nonce })
    },
    close() {
      isClosed = true
    },
  }
}

/** `seq` of the last entry. */
export function headOf({ entries, horizon }: Feed): number {
  return horizon + entries.length
}
