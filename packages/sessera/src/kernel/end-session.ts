// Sessions end here, whatever the reason. When a call returns, the end is in force in this process.

import type { Session } from '../domain/session.js'
import type { Subject } from '../domain/user.js'
import type { EndCause } from '../ports/events.js'
import type { Kernel } from './kernel.js'

/** Ends one session. False when it was gone. */
export async function endSession(kernel: Kernel, sessionId: string, cause: EndCause): Promise<boolean> {
  const { value: ended } = await kernel.store.sessions.end(sessionId)
  await kernel.knowledge.catchUp()
  if (ended === null) return false
  announce(kernel, ended, cause)
  return true
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
 * Answers with how many there were.
 */
export async function endAllSessions(kernel: Kernel, ending: Ending): Promise<number> {
  const { value: subject } = await kernel.store.subjects.raiseEpoch(ending.userId, ending.spare)
  return subject === null ? 0 : await removeSessions(kernel, ending, subject)
}

/** After a raise to `epoch`: removes the rows of what it ended and tells the listeners. */
export async function removeSessions(
  kernel: Kernel,
  { userId, spare, cause }: Ending,
  { epoch }: Pick<Subject, 'epoch'>,
): Promise<number> {
  await kernel.knowledge.catchUp()
  const { value: ended } = await kernel.store.sessions.endAll(userId, spare, epoch)
  for (const session of ended) announce(kernel, session, cause)
  return ended.length
}

function announce(kernel: Kernel, { id: sessionId, userId }: Session, cause: EndCause): void {
  kernel.events.emit('sessionEnded', { userId, sessionId, cause })
}
