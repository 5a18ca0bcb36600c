// What a presented handle means, given the session record. Pure: the heart of refresh, replay and theft detection.
// Its caller has already verified the handle's secret against the record; this never runs on a guess.

import type { Purpose, Session } from './session.js'

/** The part of a verified handle that the decision needs. */
export interface PresentedGeneration {
  readonly purpose: Purpose
  readonly generation: number
}

/**
 * `current` the latest handle · `young` the latest, issued less than the grace ago: answer with itself ·
 * `replay` the one before, just refreshed: answer with the same successor ·
 * `moved` the one before, just outdated by a raise or an exchange: it receives nothing ·
 * `ahead` newer than the record: the store lost the write that made it ·
 * `stale` outdated, harmless · `theft` an old refresh handle used again: somebody else holds it.
 */
export type Standing = 'current' | 'young' | 'replay' | 'moved' | 'ahead' | 'stale' | 'theft'

export function standingOf(
  session: Pick<Session, 'purpose' | 'generation' | 'lastTransition' | 'rotatedAt'>,
  presented: PresentedGeneration,
  time: { readonly now: number; readonly graceMs: number },
): Standing {
  // A clock that was set back must not stretch the grace: a rotation in the future is as far away as one in the past.
  const withinGrace = Math.abs(time.now - session.rotatedAt) < time.graceMs
  const behind = session.generation - presented.generation
  const samePurpose = presented.purpose === session.purpose

  if (behind < 0) return samePurpose ? 'ahead' : 'stale'
  if (behind === 0) return samePurpose ? (withinGrace ? 'young' : 'current') : 'stale'
  if (behind === 1 && session.lastTransition !== 'refresh') return withinGrace ? 'moved' : 'stale'
  if (behind === 1 && samePurpose && withinGrace) return 'replay'
  // Two or more behind while a rotation is fresh: an honest request that was overtaken twice. Never an accusation.
  if (withinGrace) return 'stale'
  // Session cookies are only ever replaced by a raise or an exchange; an old one is no sign of a second holder.
  return presented.purpose === 'refresh' ? 'theft' : 'stale'
}
