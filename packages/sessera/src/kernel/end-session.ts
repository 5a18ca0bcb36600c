// Sessions end here, whatever the reason. When a call returns, the end is in force in this process. What ended is on
// record as soon as the store has said so, whatever happens after.

import type { Session } from '../domain/session.js'
import type { Subject } from '../domain/user.js'
import type { EndCause } from '../ports/events.js'
import type { Kernel } from './kernel.js'

/** Ends one session. False when it was gone. */
export async function endSession(kernel: Kernel, sessionId: string, cause: EndCause): Promise<boolean> {
  return await end(kernel, sessionId, cause, (session) => recordEnd(kernel, session, cause))
}

/** The same by somebody who holds a credential of that session: as far as anyone can tell, its user. */
export async function endHeldSession(kernel: Kernel, sessionId: string, cause: EndCause): Promise<boolean> {
  return await end(kernel, sessionId, cause, ({ id, userId }) => {
    kernel.record('session_ended', { actorId: userId, userId, sessionId: id, cause })
  })
}

/** The same when somebody else holds a credential of it too. Nobody can tell which of the two it was. */
export async function endStolenSession(kernel: Kernel, sessionId: string): Promise<boolean> {
  return await end(kernel, sessionId, 'theft', ({ id, userId }) => {
    kernel.record('authn_token_reuse', { actorId: null, userId, sessionId: id, cause: 'theft' })
  })
}

/** Ends one of this user's own sessions. False when it is gone or somebody else's. */
export async function endOwnSession(kernel: Kernel, userId: string, sessionId: string): Promise<boolean> {
  const { value } = await kernel.store.sessions.find(sessionId)
  if (value === null || value.session.userId !== userId) return false
  return await endSession(kernel, sessionId, 'ended_by_user')
}

/** Whose sessions end, which one does not, and why. */
interface Ending {
  readonly userId: string
  readonly spare: string | null
  readonly cause: EndCause
}

/**
 * Ends all sessions of a user, but `spare`. The raised epoch is what ends them; removing the rows tidies up.
 * Answers with how many there were. One line on record, however many there were.
 */
export async function endAllSessions(kernel: Kernel, ending: Ending): Promise<number> {
  const { userId } = ending
  const { value: subject } = await kernel.store.subjects.raiseEpoch(userId, ending.spare)
  if (subject === null) return 0
  let ended: number | null = null
  try {
    ended = await removeSessions(kernel, ending, subject)
    return ended
  } finally {
    kernel.record('sessions_ended_all', { userId, cause: ended === null ? null : String(ended) })
  }
}

/** After a raise to `epoch`: removes the rows of what it ended and tells the listeners. What raised it is on record. */
export async function removeSessions(
  kernel: Kernel,
  { userId, spare, cause }: Ending,
  { epoch }: Pick<Subject, 'epoch'>,
): Promise<number> {
  await kernel.knowledge.catchUp()
  const { value: ended } = await kernel.store.sessions.endAll(userId, spare, epoch)
  for (const session of ended) announceEnd(kernel, session, cause)
  return ended.length
}

/** Puts on record that a session has ended. */
export function recordEnd(kernel: Kernel, { id: sessionId, userId }: Session, cause: EndCause): void {
  kernel.record('session_ended', { userId, sessionId, cause })
}

/** Tells the app's listeners, once the end is in force. */
export function announceEnd(kernel: Kernel, { id: sessionId, userId }: Session, cause: EndCause): void {
  kernel.events.emit('sessionEnded', { userId, sessionId, cause })
}

async function end(
  kernel: Kernel,
  sessionId: string,
  cause: EndCause,
  record: (ended: Session) => void,
): Promise<boolean> {
  const { value: ended } = await kernel.store.sessions.end(sessionId)
  if (ended !== null) record(ended)
  await kernel.knowledge.catchUp()
  if (ended === null) return false
  announceEnd(kernel, ended, cause)
  return true
}
