// The JSON shapes of administering users: one type and one schema each, as in contract.ts. Times are epoch ms.

import * as v from 'valibot'
import type { JsonObject } from '../domain/json.js'
import type { ImportedUser, ImportVerdict } from '../kernel/import-users.js'
import type { Invitation } from '../kernel/invite-user.js'
import type { UserInfo } from '../kernel/user-info.js'
import { integer, password, text, whole, yesOrNo } from './shapes.js'

export interface UserListQuery {
  readonly search?: string
  readonly role?: string
  readonly disabled?: boolean
  readonly after?: string
  readonly limit?: number
}

export interface UserListAnswer {
  readonly users: readonly UserInfo[]
  /** The `after` of the next page; null when this was the last. */
  readonly next: string | null
}

export interface CreateUserBody {
  readonly username: string
  readonly email?: string
  readonly roles?: readonly string[]
  readonly claims?: JsonObject
  readonly password?: never
}

export interface CreatedUserAnswer {
  readonly user: UserInfo
  readonly invitation: Invitation
}

export interface RolesBody {
  readonly roles: readonly string[]
}

export interface ClaimsBody {
  readonly claims: JsonObject
}

export interface ImportBody {
  readonly users: readonly ImportedUser[]
  /** Judges them and writes nothing. */
  readonly dryRun?: boolean
}

/** One for each, in their order. */
export interface ImportAnswer {
  readonly verdicts: readonly ImportVerdict[]
}

export interface InvitationBody {
  readonly token: string
  readonly password: string
}

export interface FirstAdministratorBody extends InvitationBody {
  readonly username: string
}

// What the object holds is for the kernel to judge.
const claims: v.GenericSchema<JsonObject> = v.record(v.string(), v.any())
const roles: v.GenericSchema<readonly string[]> = v.array(text(64))
export const user: v.GenericSchema<UserInfo> = v.strictObject({
  id: v.string(),
  username: v.string(),
  email: v.nullable(v.string()),
  roles: v.array(v.string()),
  claims,
  hasPassword: v.boolean(),
  createdAt: integer,
  disabledAt: v.nullable(integer),
})

export const userListQuery: v.GenericSchema<unknown, UserListQuery> = v.strictObject({
  search: v.exactOptional(text(256)),
  role: v.exactOptional(text(64)),
  disabled: v.exactOptional(yesOrNo),
  after: v.exactOptional(text(1024)),
  limit: v.exactOptional(whole(1, 200)),
})

export const userList: v.GenericSchema<UserListAnswer> = v.strictObject({
  users: v.array(user),
  next: v.nullable(v.string()),
})

export const createUserBody: v.GenericSchema<CreateUserBody> = v.strictObject({
  username: text(256),
  email: v.exactOptional(v.pipe(v.string(), v.maxLength(254), v.email())),
  roles: v.exactOptional(roles),
  claims: v.exactOptional(claims),
  // ASVS 5.0 6.4.6: nobody but its owner ever knows it.
  password: v.exactOptional(
    v.never('Nobody sets a password for somebody else. Send them the invitation instead'),
  ),
})

export const invitation: v.GenericSchema<Invitation> = v.strictObject({
  token: v.string(),
  link: v.nullable(v.string()),
  expiresAt: integer,
})

export const createdUser: v.GenericSchema<CreatedUserAnswer> = v.strictObject({ user, invitation })

export const rolesBody: v.GenericSchema<RolesBody> = v.strictObject({ roles })

export const claimsBody: v.GenericSchema<ClaimsBody> = v.strictObject({ claims })

export const importBody: v.GenericSchema<ImportBody> = v.strictObject({
  // Only types: each user is judged alone, so that one mistake keeps nobody else out.
  users: v.pipe(
    v.array(
      v.strictObject({
        username: v.string(),
        email: v.exactOptional(v.nullable(v.string())),
        passwordHash: v.exactOptional(v.nullable(v.string())),
        roles: v.exactOptional(v.array(v.string())),
        claims: v.exactOptional(claims),
        disabled: v.exactOptional(v.boolean()),
      }),
    ),
    v.maxLength(100, 'Send at most 100 users at once'),
  ),
  dryRun: v.exactOptional(v.boolean()),
})

export const imported: v.GenericSchema<ImportAnswer> = v.strictObject({
  verdicts: v.array(
    v.union([
      v.strictObject({ verdict: v.literal('imported'), id: v.string() }),
      v.strictObject({ verdict: v.picklist(['acceptable', 'exists']) }),
      v.strictObject({ verdict: v.literal('rejected'), reason: v.string() }),
    ]),
  ),
})

export const invitationBody: v.GenericSchema<InvitationBody> = v.strictObject({ token: text(512), password })

export const firstAdministratorBody: v.GenericSchema<FirstAdministratorBody> = v.strictObject({
  token: text(512),
  username: text(256),
  password,
})
