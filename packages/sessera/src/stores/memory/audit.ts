import type { RecordedEvent } from '../../domain/audit.js'
import type { AuditQuery, AuditStore } from '../../ports/store.js'
import type { Door } from './tables.js'

export function auditBehind({ tables: { record }, step }: Door): AuditStore {
  return {
    append: (events) =>
      step(() => {
        for (const event of events) {
          record.last += 1
          record.lines.push(Object.freeze({ ...event, seq: record.last }))
        }
      }),
    list: (query) =>
      step(() => {
        const found = record.lines.filter((line) => matches(line, query))
        return (query.order === 'newest' ? found.reverse() : found).slice(0, query.limit)
      }),
    removeBefore: (at) =>
      step(() => {
        const kept = record.lines.filter((line) => line.at >= at)
        const removed = record.lines.length - kept.length
        record.lines.splice(0, record.lines.length, ...kept)
        return removed
      }),
  }
}

function matches(line: RecordedEvent, { order, after, userId, name, since, until }: AuditQuery): boolean {
  return (
    (after === null || (order === 'newest' ? line.seq < after : line.seq > after)) &&
    (userId === null || line.userId === userId || line.actorId === userId) &&
    (name === null || line.name === name) &&
    (since === null || line.at >= since) &&
    (until === null || line.at < until)
  )
}
