// Refusals are cheap to cause: of each who is refused, so many are kept in a minute at this process, so that nobody fills a
// disk. Strangers have addresses without number, so all of them together count as one, for each name.

import type { AuditEvent, AuditName } from '../domain/audit.js'

export interface RefusalCap {
  /** Whether it is one too many of its minute. What is no refusal never is. */
  leavesOut(event: AuditEvent): boolean
  /** How many refusals of strangers were left out in a minute that is over by `at`; 0 when that was told before. */
  takeLeftOut(at: number): number
}

const minuteMs = 60_000
const mostOfOneActor = 60
const mostOfStrangers = 600
const strangersNames: ReadonlySet<AuditName> = new Set([
  'authn_login_fail',
  'authn_password_change_fail',
  'authz_fail',
  'excess_rate_limit_exceeded',
])

export function createRefusalCap(): RefusalCap {
  const ofActors = new Map<string, number>()
  const ofStrangers = new Map<AuditName, number>()
  let from = -Infinity
  let leftOut = 0

  const isOver = (at: number): boolean => Math.abs(at - from) >= minuteMs

  return {
    leavesOut({ name, actorId, at }) {
      if (isOver(at)) {
        ofActors.clear()
        ofStrangers.clear()
        from = at
      }
      if (actorId !== null) return name === 'authz_fail' && add(ofActors, actorId) > mostOfOneActor
      if (!strangersNames.has(name) || add(ofStrangers, name) <= mostOfStrangers) return false
      leftOut += 1
      return true
    },
    takeLeftOut(at) {
      const taken = isOver(at) ? leftOut : 0
      leftOut -= taken
      return taken
    },
  }
}

function add<K>(counts: Map<K, number>, key: K): number {
  const count = (counts.get(key) ?? 0) + 1
  counts.set(key, count)
  return count
}
