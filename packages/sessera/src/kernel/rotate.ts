// Every new generation of a session's handle is made here, by compare-and-set: of many at once, one wins.

import type { ParsedHandle } from '../credentials/handle.js'
import { nextGeneration } from '../credentials/handle.js'
import { isMove } from '../domain/change.js'
import type { Mode } from '../domain/principal.js'
import { purposeOf, type Session, type Transition } from '../domain/session.js'
import type { Kernel } from './kernel.js'
import type { LiveSession } from './live-session.js'

export interface Change {
  readonly transition: Transition
  readonly mode?: Mode
  readonly provenAt?: number
  readonly factors?: readonly string[]
}

/**
 * The session with its next generation, or null when somebody else changed it first. After a raise or an exchange the
 * caller owes a `knowledge.catchUp()`, last: what is granted rests on a read that must not grow old meanwhile.
 */
export async function rotate(kernel: Kernel, live: LiveSession, change: Change): Promise<LiveSession | null> {
  const { session, subject, now } = live
  const mode = change.mode ?? session.mode
  const next: Session = {
    ...session,
    mode,
    purpose: purposeOf(mode),
    generation: nextGeneration(session.generation),
    lastTransition: change.transition,
    rotatedAt: now,
    epoch: subject.epoch,
    provenAt: change.provenAt ?? session.provenAt,
    factors: change.factors ?? session.factors,
    lastSeenAt: now,
    version: session.version + 1,
  }
  return await replace(kernel, live, next)
}

/** The client holds a newer handle than the store knows: the write that made it was lost. The store catches up. */
export async function fastForward(
  kernel: Kernel,
  live: LiveSession,
  handle: ParsedHandle,
): Promise<LiveSession | null> {
  const { session, now } = live
  return await replace(kernel, live, {
    ...session,
    generation: handle.generation,
    lastTransition: handle.purpose === 'refresh' ? 'refresh' : 'raise',
    rotatedAt: now,
    version: session.version + 1,
  })
}

async function replace(kernel: Kernel, live: LiveSession, next: Session): Promise<LiveSession | null> {
  const { value: won, now: rotatedAt } = await kernel.store.sessions.replace(next, live.session.version)
  if (!won) return null
  const session = { ...next, rotatedAt }
  // A token made after a move says so: what was issued before it can be told apart.
  return isMove(next) ? { ...live, session, now: rotatedAt } : { ...live, session }
}
