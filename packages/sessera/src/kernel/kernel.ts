// Everything a use case needs, wired once when the Auth is created. Use cases take it as their first argument.

import type { Knowledge } from '../changes/knowledge.js'
import type { AccessTokens } from '../credentials/access-tokens.js'
import type { DeviceMarks } from '../credentials/device-mark.js'
import type { Handles } from '../credentials/handle.js'
import type { Invitations } from '../credentials/invitation.js'
import type { Keyring } from '../credentials/keyring.js'
import type { Remembered } from '../credentials/remembered.js'
import type { Clock } from '../ports/clock.js'
import type { Log } from '../ports/log.js'
import type { Passwords } from '../ports/passwords.js'
import type { Random } from '../ports/random.js'
import type { Store } from '../ports/store.js'
import type { AuditTrail } from './audit-trail.js'
import type { Circumstances } from './circumstances.js'
import type { EventHub } from './events.js'
import type { LiveSession } from './live-session.js'
import type { Policy } from './policy.js'
import type { Authenticated } from './recognise.js'
import type { Refusals } from './refusals.js'
import type { StoreTime } from './store-time.js'
import type { Touches } from './touches.js'
import type { UserDirectory } from './user-directory.js'
import type { WatchedSessions } from './watched-sessions.js'

export interface Kernel {
  readonly store: Store
  readonly users: UserDirectory
  readonly handles: Handles
  readonly tokens: AccessTokens
  readonly remembered: Remembered<Authenticated>
  /** What the change feed has told, and whether it may be relied on now. */
  readonly knowledge: Knowledge
  /** The reads under way, by session: see `shareLiveSession`. */
  readonly sharedReads: Map<string, Promise<LiveSession | null>>
  readonly touches: Touches
  readonly watched: WatchedSessions
  readonly passwords: Passwords
  readonly clock: Clock
  readonly storeTime: StoreTime
  readonly random: Random
  readonly events: EventHub
  /** The record of who did what. Use cases write to it by `record`. */
  readonly audit: AuditTrail
  /** Puts on record what happened, with the circumstances where it does not say them itself. */
  readonly record: AuditTrail['record']
  readonly circumstances: Circumstances
  readonly keyring: Keyring
  readonly invitations: Invitations
  /** What a browser keeps to show that somebody has signed in with it before. */
  readonly devices: DeviceMarks
  readonly refusals: Refusals
  readonly log: Log
  readonly policy: Policy
}
