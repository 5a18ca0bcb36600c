// The JSON shapes of administering the deployment: keys, the record, figures. Times are epoch ms.

import * as v from 'valibot'
import { type AuditName, auditNames, type RecordedEvent } from '../domain/audit.js'
import type { Gauges } from '../kernel/gauges.js'
import type { AuditListing } from '../kernel/list-audit.js'
import type { Counts } from '../ports/store.js'
import { integer, text, whole } from './shapes.js'

export interface KeyListAnswer {
  readonly keys: readonly {
    readonly kid: string
    readonly algorithm: string
    readonly createdAt: number
    readonly signsFrom: number
    readonly state: 'pending' | 'signing' | 'retiring'
  }[]
}

export interface RotatedAnswer {
  readonly kid: string
}

export type AuditListQuery = AuditListing

export interface AuditListAnswer {
  readonly events: readonly RecordedEvent[]
  /** The `after` of the next page; null when this was the last. */
  readonly next: number | null
}

export interface StatsAnswer {
  /** Of the whole store. */
  readonly counts: Counts
  /** Of the process that answered. */
  readonly process: Gauges
}

const auditName: v.GenericSchema<AuditName> = v.picklist(auditNames)

export const keyList: v.GenericSchema<KeyListAnswer> = v.strictObject({
  keys: v.array(
    v.strictObject({
      kid: v.string(),
      algorithm: v.string(),
      createdAt: integer,
      signsFrom: integer,
      state: v.picklist(['pending', 'signing', 'retiring']),
    }),
  ),
})

export const rotated: v.GenericSchema<RotatedAnswer> = v.strictObject({ kid: v.string() })

export const auditListQuery: v.GenericSchema<unknown, AuditListQuery> = v.strictObject({
  order: v.exactOptional(v.picklist(['newest', 'oldest'], 'Write newest or oldest')),
  after: v.exactOptional(whole(0, Number.MAX_SAFE_INTEGER)),
  limit: v.exactOptional(whole(1, 1000)),
  userId: v.exactOptional(text(128)),
  name: v.exactOptional(auditName),
  since: v.exactOptional(whole(0, Number.MAX_SAFE_INTEGER)),
  until: v.exactOptional(whole(0, Number.MAX_SAFE_INTEGER)),
})

export const auditList: v.GenericSchema<AuditListAnswer> = v.strictObject({
  events: v.array(
    v.strictObject({
      seq: integer,
      at: integer,
      name: auditName,
      actorId: v.nullable(v.string()),
      userId: v.nullable(v.string()),
      sessionId: v.nullable(v.string()),
      ip: v.nullable(v.string()),
      userAgent: v.nullable(v.string()),
      requestId: v.nullable(v.string()),
      cause: v.nullable(v.string()),
    }),
  ),
  next: v.nullable(integer),
})

export const stats: v.GenericSchema<StatsAnswer> = v.strictObject({
  counts: v.strictObject({
    users: integer,
    disabledUsers: integer,
    sessions: integer,
    changes: integer,
    auditEvents: integer,
  }),
  process: v.strictObject({
    leaseAgeMs: v.nullable(v.number()),
    feedPosition: integer,
    remembered: v.strictObject({ entries: integer, bytes: integer, hits: integer, misses: integer }),
    passwords: v.strictObject({ running: integer, waiting: integer, refused: integer }),
    audit: v.strictObject({ waiting: integer, dropped: integer }),
  }),
})
