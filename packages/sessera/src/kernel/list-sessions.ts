import { type Session, stateOf } from '../domain/session.js'
import type { Kernel } from './kernel.js'

/** The user's sessions that can still be used, latest seen first. */
export async function listSessions(kernel: Kernel, userId: string): Promise<readonly Session[]> {
  const { value: subject } = await kernel.store.subjects.find(userId)
  if (subject === null) return []
  const { value: sessions, now } = await kernel.store.sessions.list(userId)
  return sessions.filter((session) => stateOf({ session, subject }, now) === 'live')
}
