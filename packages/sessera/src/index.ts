// The public surface of `sessera`.

export type { AdministrationOptions } from './administration-options.js'
export type { ActingAs, Auth, SessionInfo, Started } from './auth.js'
export { createAuth } from './create-auth.js'
export type { Algorithm } from './credentials/algorithms.js'
export type { KeyInfo } from './credentials/keyring.js'
export type { AuditEvent, AuditName, RecordedEvent } from './domain/audit.js'
export type { Change, ChangeKind, LostChange, Position } from './domain/change.js'
export type { Demands } from './domain/demands.js'
export type { From } from './domain/from.js'
export type { BackOff, Guess } from './domain/guesses.js'
export type { Json, JsonObject } from './domain/json.js'
export type { Check, Mode, Principal } from './domain/principal.js'
export type { Session, SessionWithSubject } from './domain/session.js'
export type { TokenPair } from './domain/token-pair.js'
export type { Subject, User } from './domain/user.js'
export { AuthError, ConfigurationError, type ErrorCode, type ErrorDetails, listErrorCodes } from './errors.js'
export type { RequestHeaders } from './http/message.js'
export type { Gauges } from './kernel/gauges.js'
export type { ImportedUser, ImportVerdict } from './kernel/import-users.js'
export type { Invitation } from './kernel/invite-user.js'
export type { UserForClaims } from './kernel/user-directory.js'
export type { UserInfo } from './kernel/user-info.js'
export type { AuthOptions } from './options.js'
export type { PasswordOptions } from './password-options.js'
export { createRangeCheck, type RangeCheckOptions } from './passwords/range-check.js'
export type { EndCause, Events, UserChange } from './ports/events.js'
export type { Log, LogFields } from './ports/log.js'
export type { IsBreached } from './ports/passwords.js'
export type {
  Answer,
  Attempts,
  AuditQuery,
  AuditStore,
  Counts,
  DeploymentStore,
  FeedPage,
  FeedStore,
  FoundSession,
  KeyStore,
  LastOf,
  LimitStore,
  NewUserRow,
  ReplacedRoles,
  SessionData,
  SessionStore,
  Store,
  StoredKey,
  StoreMeans,
  StoreSource,
  SubjectStore,
  UserPage,
  UserQuery,
  UserStore,
  UserWithSubject,
} from './ports/store.js'
export type { UserSource } from './ports/user-source.js'
