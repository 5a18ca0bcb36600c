// What a handle ought to be taken for, as the design says it: written again here, not taken from the code.

import type { Credential, Sighting } from './records.js'

export const graceMs = 10_000

export type Standing = 'current' | 'replay' | 'moved' | 'ahead' | 'stale' | 'theft'

export function standingOf(seen: Sighting, { kind, generation }: Credential): Standing {
  const isFresh = seen.at - seen.rotatedAt < graceMs
  const isSamePurpose = (kind === 'refresh') === (seen.mode === 'token')
  const behind = seen.generation - (generation ?? 0)
  if (behind < 0) return isSamePurpose ? 'ahead' : 'stale'
  if (behind === 0) return isSamePurpose ? 'current' : 'stale'
  if (behind === 1 && seen.transition !== 'refresh') return isFresh ? 'moved' : 'stale'
  if (behind === 1 && isSamePurpose && isFresh) return 'replay'
  return isFresh || kind !== 'refresh' ? 'stale' : 'theft'
}
