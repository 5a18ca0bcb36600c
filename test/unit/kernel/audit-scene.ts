// The record on a store that works, fails or waits as the test says, and what listeners and the log were told.

import type { AuditEvent } from '../../../packages/sessera/src/domain/audit.js'
import { type AuditTrail, createAuditTrail } from '../../../packages/sessera/src/kernel/audit-trail.js'
import { createEventHub } from '../../../packages/sessera/src/kernel/events.js'

export interface Scene {
  readonly trail: AuditTrail
  /** What the store has, one list for each append that succeeded. */
  readonly appends: (readonly AuditEvent[])[]
  /** What listeners were told. */
  readonly told: AuditEvent[]
  now: number
  readonly log: { readonly message: string; readonly fields: Readonly<Record<string, unknown>> | undefined }[]
  attempts: number
  /** What the next appends wait for or fail with. */
  before: () => Promise<void>
}

export const works = async (): Promise<void> => undefined
export const fails = async (): Promise<void> => {
  throw new Error('The disk is full.')
}

export function setScene(): Scene {
  const log: Scene['log'] = []
  const write = (message: string, fields?: Readonly<Record<string, unknown>>): void =>
    void log.push({ message, fields })
  const events = createEventHub({ info: write, warn: write, error: write })
  const scene: Scene = {
    appends: [],
    told: [],
    log,
    attempts: 0,
    now: 1_700_000_000_000,
    before: works,
    trail: createAuditTrail({
      store: {
        async append(batch) {
          scene.attempts += 1
          await scene.before()
          scene.appends.push([...batch])
          return { value: undefined, now: 0 }
        },
      },
      storeTime: { now: () => scene.now },
      events,
      log: { info: write, warn: write, error: write },
    }),
  }
  events.on('audited', (event) => scene.told.push(event))
  return scene
}

/** Records `count` events that can be told apart. */
export function recordMany(trail: AuditTrail, count: number, from = 0): void {
  for (let i = from; i < from + count; i++) trail.record('user_updated', { cause: String(i) })
}

export const causesOf = (events: readonly AuditEvent[]): (string | null)[] => events.map(({ cause }) => cause)
export const numbers = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, i) => String(from + i))
